/** The map: laid out by itself, looked at from several sides, and part of the one selection. */
import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { appError } from "$lib/ipc/fakeImport";
import type { FakeOptions } from "$lib/ipc/fake";
import { chipOf, startWithNine, violations } from "./start";

async function onMap(options: FakeOptions = {}) {
  const started = await startWithNine(options);
  await started.user.click(screen.getByTestId("tab-map"));
  return started;
}

async function laidOut(options: FakeOptions = {}) {
  const started = await onMap(options);
  await waitFor(() => {
    expect(screen.getByTestId("map").dataset.points).toBe("9");
  });
  await screen.findByText(/Neighbours kept/);
  return started;
}

const layouts = (calls: readonly string[]): string[] => calls.filter((call) => call.startsWith("layOut"));

describe("the map", () => {
  it("lays itself out the first time, and says how true it is", async () => {
    const { backend, user } = await laidOut();
    expect(layouts(backend.calls)).toEqual(["layOut umap 2"]);
    expect(screen.getByTestId("map-count").textContent).toBe("9 words");
    const labels = screen.getAllByTestId("map-label").map(({ textContent }) => textContent.trim());
    expect(labels, "few words are all written").toContain("Jamaica");
    await user.click(screen.getByTestId("tab-board"));
    await user.click(screen.getByTestId("tab-map"));
    await screen.findByTestId("map");
    expect(layouts(backend.calls), "a kept map is shown at once").toHaveLength(1);
  });

  it("waits to be told how for other ways, and keeps each", async () => {
    const { backend, user } = await laidOut();
    await user.click(within(screen.getByTestId("map-method")).getByRole("radio", { name: "PCA" }));
    await user.click(await screen.findByTestId("map-lay-out"));
    await screen.findByTestId("map");
    await user.click(within(screen.getByTestId("map-dims")).getByRole("radio", { name: "3-D" }));
    await user.click(await screen.findByTestId("map-lay-out"));
    await screen.findByTestId("map");
    expect(layouts(backend.calls)).toEqual(["layOut umap 2", "layOut pca 2", "layOut pca 3"]);
    await user.click(within(screen.getByTestId("map-dims")).getByRole("radio", { name: "2-D" }));
    await screen.findByTestId("map");
    expect(layouts(backend.calls), "going back lays nothing out").toHaveLength(3);
  });

  it("pauses, goes on and is cancelled while it forms", async () => {
    const { backend, user } = await onMap({ tickMs: 20 });
    await user.click(await screen.findByTestId("map-pause"));
    await screen.findByText("Paused");
    await user.click(screen.getByTestId("map-pause"));
    expect(backend.calls.filter((call) => call.startsWith("pauseLayout"))).toEqual([
      "pauseLayout true",
      "pauseLayout false",
    ]);
    await user.click(screen.getByTestId("map-cancel"));
    await waitFor(() => {
      expect(backend.calls).toContain("cancelJob");
    });
    expect(await screen.findByTestId("map-lay-out"), "it can be begun again").toBeTruthy();
  });

  it("says when the list has changed since", async () => {
    const { user } = await laidOut();
    await user.click(screen.getByTestId("tab-board"));
    await user.click(chipOf("apple"));
    await user.type(await screen.findByTestId("context-input"), "the company{Enter}");
    await user.click(screen.getByTestId("tab-map"));
    await screen.findByTestId("map-stale");
    await user.click(screen.getByTestId("map-lay-out"));
    await waitFor(() => {
      expect(screen.queryByTestId("map-stale")).toBeNull();
    });
  });

  it("says why when it cannot be laid out", async () => {
    const started = await startWithNine();
    started.backend.failures.set("layOut", appError("internal", "The map could not be laid out."));
    await started.user.click(screen.getByTestId("tab-map"));
    expect((await screen.findByTestId("error-message")).textContent).toContain(
      "The map could not be laid out.",
    );
  });

  it("shares its selection, shows only a part, and all again", async () => {
    const { user } = await laidOut();
    const surface = screen.getByTestId("map-canvas");
    surface.focus();
    await user.keyboard("{Control>}a{/Control}");
    expect(screen.getByTestId("selection-count").textContent).toContain("9 words");
    await user.keyboard("l");
    expect(screen.getByTestId("map").dataset.tool).toBe("lasso");
    const lasso = async (points: [number, number][]): Promise<void> => {
      const [first, ...rest] = points;
      const at = ([clientX, clientY]: [number, number]) => ({
        target: surface,
        coords: { clientX, clientY },
      });
      await user.pointer([{ keys: "[MouseLeft>]", ...at(first!) }, ...rest.map(at)]);
      await user.pointer({ keys: "[/MouseLeft]", ...at(rest.at(-1)!) });
    };
    await lasso([
      [-9, -9],
      [809, -9],
      [809, 300],
      [-9, 300],
    ]);
    const caught = Number(/\d+/.exec(screen.getByTestId("selection-count").textContent)![0]);
    expect(caught, "the upper half is not all of it").toBeLessThan(9);
    expect(caught).toBeGreaterThan(0);
    if (caught > 1) {
      await user.click(screen.getByTestId("map-isolate"));
      expect(screen.getByTestId("map").dataset.points).toBe(String(caught));
      await user.click(screen.getByTestId("map-show-all"));
      expect(screen.getByTestId("map").dataset.points).toBe("9");
    }
    surface.focus();
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("selection-bar")).toBeNull();
  });

  it("is a table too", async () => {
    const { user } = await laidOut();
    await user.click(screen.getByTestId("map-table"));
    const rows = await screen.findAllByTestId("map-row");
    expect(rows).toHaveLength(9);
    expect(rows[0]!.textContent).toMatch(/apple.*-?\d\.\d{3}/);
    await user.click(rows[2]!);
    expect(screen.getByTestId("inspector-word").textContent).toBe("banana");
  });

  it("saves a picture as SVG with the words, the topics and the model", async () => {
    const { backend, user } = await laidOut();
    await user.click(screen.getByTestId("picture-menu"));
    await user.click(await screen.findByTestId("picture-svg"));
    await waitFor(() => {
      expect(backend.maps.written.size).toBe(1);
    });
    const [[path, bytes]] = [...backend.maps.written] as [[string, Uint8Array]];
    expect(path).toMatch(/map\.svg$/);
    const svg = new TextDecoder().decode(bytes);
    expect(svg).toContain("Jamaica");
    expect(svg).toContain("MiniLM");
  });

  it("lays the list out between two ends", async () => {
    const { backend, user } = await laidOut();
    await user.click(within(screen.getByTestId("map-part")).getByRole("radio", { name: "Axes" }));
    await user.type(screen.getByTestId("axis-from"), "Jam");
    const [suggestion] = await screen.findAllByTestId("axis-suggestion");
    await user.click(suggestion!);
    expect(screen.getByTestId<HTMLInputElement>("axis-from").value).toBe("Jamaica");
    await user.type(screen.getByTestId("axis-to"), "expensive{Enter}");
    await waitFor(() => {
      expect(screen.getByTestId("map").dataset.points).toBe("9");
    });
    expect(backend.calls).toContain("axis");
    await user.click(screen.getByTestId("map-table"));
    const jamaica = (await screen.findAllByTestId("map-row")).find((row) =>
      row.textContent.includes("Jamaica"),
    );
    expect(jamaica?.textContent, "an end lies at its own end").toContain("0.000");
  });

  it("offers neighbours in number, measure and on the map", async () => {
    const { user } = await laidOut();
    await user.click(screen.getByTestId("tab-board"));
    await user.click(chipOf("apple"));
    const first = (await screen.findAllByTestId("neighbour"))[0]!;
    const cosine = Number(first.querySelector(".value")!.textContent);
    await user.click(within(screen.getByTestId("neighbour-metric")).getByRole("radio", { name: "Euclid" }));
    const distance = Number(screen.getAllByTestId("neighbour")[0]!.querySelector(".value")!.textContent);
    expect(distance).toBeCloseTo(Math.sqrt(2 - 2 * cosine), 2);
    await user.click(screen.getAllByTestId("neighbour")[0]!);
    await user.click(await screen.findByTestId("neighbour-back"));
    expect(screen.getByTestId("inspector-word").textContent).toBe("apple");
    await user.click(await screen.findByTestId("neighbour-isolate"));
    expect(await screen.findByTestId("map-isolated")).toBeTruthy();
  });

  for (const theme of ["light", "dark"]) {
    it(`has nothing to complain about (${theme})`, async () => {
      document.documentElement.lang = "en";
      document.documentElement.dataset.theme = theme;
      const { user } = await laidOut();
      expect(await violations(), "map").toEqual([]);
      await user.click(screen.getByTestId("map-table"));
      await screen.findAllByTestId("map-row");
      expect(await violations(), "table").toEqual([]);
      await user.click(within(screen.getByTestId("map-part")).getByRole("radio", { name: "Axes" }));
      expect(await violations(), "axes").toEqual([]);
      await user.click(within(screen.getByTestId("map-part")).getByRole("radio", { name: "Map" }));
      await user.click(within(screen.getByTestId("map-method")).getByRole("radio", { name: "PCA" }));
      await screen.findByTestId("map-lay-out");
      expect(await violations(), "choice").toEqual([]);
      delete document.documentElement.dataset.theme;
    });
  }
});
