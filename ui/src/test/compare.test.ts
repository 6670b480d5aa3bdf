/** Models side by side: where they differ, what figures mean, and the ten questions. */
import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { appError } from "$lib/ipc/fakeImport";
import { startWithNine, violations } from "./start";
import { spoken } from "$lib/ipc/fakeImport";

async function compared() {
  const started = await startWithNine();
  const { user } = started;
  await user.click(screen.getByTestId("tab-compare"));
  await waitFor(() => {
    expect(screen.getAllByTestId("compare-model").length).toBeGreaterThanOrEqual(3);
  });
  await user.click(screen.getByTestId("compare-run"));
  await screen.findByTestId("compare-likeness");
  return started;
}

const panes = (): HTMLElement[] => screen.getAllByTestId("compare-map");

async function laidOut(count: number): Promise<void> {
  await waitFor(() => {
    expect(panes().map((pane) => pane.dataset.points)).toEqual(Array<string>(count).fill("9"));
    expect(screen.queryByTestId("compare-map-progress")).toBeNull();
  });
}

async function onMaps() {
  const started = await compared();
  await started.user.click(screen.getByRole("radio", { name: "Maps" }));
  await laidOut(3);
  return started;
}

describe("comparing models", () => {
  it("says how alike they are, and where every word differs in words", async () => {
    const { backend, user } = await compared();
    const likeness = within(screen.getByTestId("compare-likeness")).getAllByRole("listitem");
    expect(likeness.length, "three models are three pairs").toBe(3);
    expect(likeness[0]?.textContent).toMatch(/MiniLM and .* put \d+\s% of 9\swords into the same topic/);
    const calls = backend.calls.filter((call) => call.startsWith("compare "));
    expect(calls, "the usual three take part").toEqual(["compare all-MiniLM-L6-v2 instant spelling"]);
    await user.click(screen.getAllByTestId("compare-adopt")[0] ?? document.body);
    await waitFor(() => {
      expect(backend.calls.some((call) => call.startsWith("adoptModel "))).toBe(true);
    });
  });

  it("needs two models", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getByTestId("tab-compare"));
    await waitFor(() => {
      expect(screen.getAllByTestId("compare-model").length).toBeGreaterThanOrEqual(3);
    });
    for (const box of screen.getAllByTestId<HTMLInputElement>("compare-model")) {
      if (box.checked && box.dataset.model !== "all-MiniLM-L6-v2") await user.click(box);
    }
    expect(
      screen.getByTestId<HTMLButtonElement>("compare-run").disabled,
      "one has nothing to differ from",
    ).toBe(true);
  });

  it("learns where related begins from questions that are answered by keys", async () => {
    const { backend, user } = await compared();
    await user.click(screen.getByRole("radio", { name: /mean\?/ }));
    expect((await screen.findAllByTestId("scale-model")).length, "each model has its scale").toBe(3);
    await user.click(screen.getByTestId("game-start"));
    await screen.findByTestId("game-question");
    await user.keyboard("y");
    const second = screen.getByTestId("game-question").textContent;
    await user.keyboard("n{Backspace}");
    expect(screen.getByTestId("game-question").textContent, "one step back").toBe(second);
    await user.keyboard("nyn");
    await waitFor(() => {
      expect(backend.calls).toContain("answer");
    });
    expect(await screen.findByTestId("scale-percentile")).toBeTruthy();
  });

  it("shows only what two models see differently, what is in a topic, and what is searched", async () => {
    const { user } = await compared();
    const sentences = (): string[] =>
      screen.getAllByTestId("compare-row").map((row) => row.textContent.replaceAll(/\s+/g, " "));
    const all = sentences().length;
    const pairs = screen.getByTestId<HTMLSelectElement>("compare-filter-models");
    expect(
      within(pairs)
        .getAllByRole("option")
        .map((option) => option.textContent),
    ).toEqual([
      "Any models differ",
      ...["MiniLM and Instant", "MiniLM and Spelling", "Instant and Spelling"].map((who) => `${who} differ`),
    ]);

    await user.selectOptions(pairs, "MiniLM and Instant differ");
    for (const sentence of sentences()) {
      expect(sentence, "those two do not stand together").not.toMatch(/MiniLM, Instant/);
    }
    const shown = sentences().length;
    expect(screen.getByTestId("compare-shown").textContent).toBe(`${shown} of ${all}`);

    await user.click(screen.getByTestId("compare-show-all"));
    expect(sentences().length).toBe(all);
    expect(screen.queryByTestId("compare-show-all"), "nothing is left to clear").toBeNull();

    await user.selectOptions(screen.getByTestId("compare-filter-topic"), "fruit");
    expect(sentences().length).toBeGreaterThan(0);
    for (const sentence of sentences()) expect(sentence).toContain(": fruit,");

    await user.type(screen.getByTestId("compare-search"), "no such word");
    expect(screen.queryAllByTestId("compare-row")).toEqual([]);
    expect(screen.getByText("Nothing fits these filters.")).toBeTruthy();
    await user.click(screen.getByTestId("compare-show-all"));
    await user.type(screen.getByTestId("compare-search"), "APPLE");
    expect(sentences().every((sentence) => sentence.includes("apple"))).toBe(true);
  });

  it("shows the heatmap of every model, each from its own vectors", async () => {
    const { backend, user } = await compared();
    await user.click(screen.getByRole("radio", { name: "Heatmaps" }));
    await screen.findByTestId("compare-heatmaps");
    const models = screen.getAllByTestId("compare-heatmap").map(({ dataset }) => dataset.model);
    expect(models).toEqual(["all-MiniLM-L6-v2", "instant", "spelling"]);
    await waitFor(() => {
      for (const model of models) expect(backend.calls).toContain(`heatmapLayout ${model}`);
    });
    expect((await screen.findAllByTestId("legend")).length, "each has its own range").toBe(3);
  });

  it("tells all figures of a pair in a table, and selects it", async () => {
    const { user } = await compared();
    await user.click(screen.getByRole("radio", { name: "Heatmaps" }));
    await user.click(await screen.findByTestId("compare-table-toggle"));
    const rows = await screen.findAllByTestId("compare-pair-row");
    const figures = (row: HTMLElement | undefined): (string | null)[] =>
      within(row!)
        .getAllByRole("gridcell")
        .slice(2)
        .map((cell) => cell.textContent);
    expect(figures(rows[0]).length).toBe(3);
    expect(new Set(figures(rows[0])).size, "models differ").toBe(3);
    const table = screen.getByTestId("compare-heatmaps-table");
    expect(table.getAttribute("aria-rowcount"), "nine words are 36 pairs, and a head").toBe("37");

    await user.click(screen.getAllByTestId("compare-sort")[2]!);
    const spelling = screen.getAllByTestId("compare-pair-row").map((row) => Number(figures(row)[2]));
    expect(spelling).toEqual([...spelling].sort((a, b) => b - a));

    await user.click(screen.getAllByTestId("compare-pair-row")[1]!);
    await waitFor(() => {
      expect(screen.getByTestId("how-close").textContent, "as a click in the heatmap does").toMatch(/×/);
    });
    table.focus();
    await user.keyboard("{ArrowDown}");
    expect(screen.getAllByTestId("compare-pair-row")[2]?.getAttribute("aria-selected")).toBe("true");
  });

  it("says in place of a heatmap why there is none", async () => {
    const { backend, user } = await compared();
    const layout = backend.heatmapLayout.bind(backend);
    backend.heatmapLayout = async (metric, model = null) => {
      if (model === "spelling") {
        throw { code: "invalid", message: spoken("This model has not read the whole list yet."), detail: "" };
      }
      return layout(metric, model);
    };
    await user.click(screen.getByRole("radio", { name: "Heatmaps" }));
    expect((await screen.findByTestId("compare-heatmap-problem")).textContent).toMatch(/not read the whole/);
    expect(screen.getAllByTestId("compare-heatmap").length, "the others are there").toBe(2);
  });

  it("moves the line between related and not by keys, in every model at once, and keeps it on release", async () => {
    const { backend, user } = await compared();
    await user.click(screen.getByRole("radio", { name: /mean\?/ }));
    const [line, other] = await screen.findAllByTestId("scale-line");
    const before = other?.getAttribute("aria-valuetext");
    expect(line?.getAttribute("aria-valuetext")).toMatch(/^-?\d\.\d\d, closer than 95 % of pairs$/);
    line?.focus();
    await user.keyboard("{PageDown>}");
    expect(line?.getAttribute("aria-valuenow"), "it moves while the key is down").toBe("93");
    expect(other?.getAttribute("aria-valuetext"), "on every scale").not.toBe(before);
    expect(
      backend.calls.some((call) => call.startsWith("setRelated")),
      "nothing is kept yet",
    ).toBe(false);
    await user.keyboard("{/PageDown}");
    await waitFor(() => {
      expect(backend.calls.filter((call) => call.startsWith("setRelated"))).toEqual(["setRelated 93"]);
    });
    await user.keyboard("{End}{ArrowRight}");
    expect(line?.getAttribute("aria-valuenow"), "it stays on the scale").toBe("99.9");
  });

  it("moves it by the pointer", async () => {
    const { backend, user } = await compared();
    await user.click(screen.getByRole("radio", { name: /mean\?/ }));
    const [plot] = await screen.findAllByTestId("scale-plot");
    plot!.getBoundingClientRect = () => new DOMRect(100, 0, 200, 60);
    plot!.setPointerCapture = () => undefined;
    await user.pointer([
      { keys: "[MouseLeft>]", target: plot!, coords: { clientX: 290 } },
      { target: plot!, coords: { clientX: 240 } },
    ]);
    const moved = Number(screen.getAllByTestId("scale-line")[1]?.getAttribute("aria-valuenow"));
    expect(moved).toBeGreaterThanOrEqual(50);
    expect(moved, "the line of the other models follows").not.toBe(95);
    expect(backend.calls.some((call) => call.startsWith("setRelated"))).toBe(false);
    await user.pointer({ keys: "[/MouseLeft]", target: plot!, coords: { clientX: 240 } });
    await waitFor(() => {
      expect(backend.calls).toContain(`setRelated ${moved}`);
    });
  });

  for (const theme of ["light", "dark"]) {
    it(`has nothing to complain about (${theme})`, async () => {
      document.documentElement.lang = "en";
      document.documentElement.dataset.theme = theme;
      const { user } = await compared();
      expect(await violations()).toEqual([]);
      await user.click(screen.getByRole("radio", { name: "Heatmaps" }));
      await screen.findAllByTestId("compare-heatmap");
      expect(await violations(), "heatmaps").toEqual([]);
      await user.click(screen.getByTestId("compare-table-toggle"));
      await screen.findByTestId("compare-heatmaps-table");
      expect(await violations(), "heatmaps as a table").toEqual([]);
      await user.click(screen.getByRole("radio", { name: "Maps" }));
      await laidOut(3);
      expect(await violations(), "maps").toEqual([]);
      await user.click(screen.getByRole("radio", { name: /mean\?/ }));
      await screen.findAllByTestId("scale-model");
      expect(await violations()).toEqual([]);
      delete document.documentElement.dataset.theme;
    });
  }
});

describe("maps side by side", () => {
  const layouts = (calls: readonly string[]): string[] => calls.filter((call) => call.startsWith("layOut"));

  it("are laid out one after another, each once, and shown at once when they are kept", async () => {
    const { backend, user } = await onMaps();
    expect(panes().map((pane) => pane.dataset.model)).toEqual(["all-MiniLM-L6-v2", "instant", "spelling"]);
    expect(layouts(backend.calls), "the model in use shares its map with the Map itself").toEqual([
      "layOut umap 2",
      "layOut umap 2 instant",
      "layOut umap 2 spelling",
    ]);
    await user.click(screen.getByRole("radio", { name: "Differences" }));
    await user.click(screen.getByRole("radio", { name: "Maps" }));
    await laidOut(3);
    await user.click(screen.getByTestId("tab-map"));
    await screen.findByTestId("map");
    expect(layouts(backend.calls)).toHaveLength(3);
  });

  it("need models that have read the list", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getByTestId("tab-compare"));
    await user.click(screen.getByRole("radio", { name: "Maps" }));
    expect(screen.queryByTestId("compare-map")).toBeNull();
    await screen.findByText(/press Compare to see their maps/);
  });

  it("light up in all of them what is pointed at in one, and share one selection", async () => {
    const { user } = await onMaps();
    const surfaces = screen.getAllByTestId("map-canvas");
    const [surface] = surfaces;
    for (let x = 40; x < 800 && screen.queryAllByTestId("map-pointed").length === 0; x += 12) {
      for (let y = 10; y < 600 && screen.queryAllByTestId("map-pointed").length === 0; y += 12) {
        await user.pointer({ target: surface!, coords: { clientX: x, clientY: y } });
      }
    }
    const text = screen.getByTestId("map-tooltip").querySelector("strong")?.textContent;
    expect(screen.getAllByTestId("map-pointed").map(({ textContent }) => textContent.trim())).toEqual([
      text,
      text,
    ]);
    expect(screen.getByTestId("compare-map-pointed").textContent).toContain(text);
    surface!.focus();
    await user.keyboard("{Control>}a{/Control}");
    expect(screen.getByTestId("selection-count").textContent).toContain("9 words");
    await user.keyboard("l");
    const tools = screen.getAllByTestId("map").map((map) => map.dataset.tool);
    expect(tools, "one tool for all").toEqual(["lasso", "lasso", "lasso"]);
    await user.keyboard("{Escape}");
  });

  it("say in their place what went wrong, and go on with the others", async () => {
    const { backend, user } = await compared();
    backend.failures.set("layOut", appError("internal", "The map could not be laid out."));
    await user.click(screen.getByRole("radio", { name: "Maps" }));
    const problem = await screen.findByTestId("compare-map-problem");
    expect(problem.textContent).toContain("The map could not be laid out.");
    expect(problem.closest("[data-testid=compare-map]")).toBe(panes()[0]);
    await waitFor(() => {
      expect(
        panes()
          .slice(1)
          .map((pane) => pane.dataset.points),
      ).toEqual(["9", "9"]);
    });
    await user.click(await screen.findByTestId("compare-map-lay-out"));
    await laidOut(3);
    expect(screen.queryByTestId("compare-map-problem")).toBeNull();
  });

  it("stop all when one is cancelled, and can be begun again", async () => {
    const started = await compared();
    started.backend.options.tickMs = 20;
    await started.user.click(screen.getByRole("radio", { name: "Maps" }));
    await started.user.click(await screen.findByTestId("compare-map-cancel"));
    started.backend.options.tickMs = 0;
    const again = await waitFor(() => {
      const buttons = screen.getAllByTestId("compare-map-lay-out");
      expect(buttons).toHaveLength(3);
      return buttons;
    });
    for (const button of again) await started.user.click(button);
    await laidOut(3);
  });
});

describe("pictures of a comparison", () => {
  it("hold the table, the histograms and the maps, with the models and the line", async () => {
    const { backend, user } = await compared();
    const svg = async (name: string): Promise<string> => {
      await user.click(screen.getByTestId("picture-menu"));
      await user.click(await screen.findByTestId("picture-svg"));
      const path = `/out/Fruit, countries, companies ${name}.svg`;
      await waitFor(() => {
        expect([...backend.maps.written.keys()]).toContain(path);
      });
      return new TextDecoder().decode(backend.maps.written.get(path));
    };
    const table = await svg("models compared");
    expect(table).toContain("MiniLM and Instant");
    expect(table).toContain("Same neighbours");
    await user.click(screen.getByRole("radio", { name: /mean\?/ }));
    await screen.findAllByTestId("scale-model");
    const histograms = await svg("similarities");
    expect(histograms).toContain("Spelling");
    expect(histograms).toMatch(/related from -?\d\.\d\d/);
    await user.click(screen.getByRole("radio", { name: "Maps" }));
    await laidOut(3);
    const maps = await svg("maps");
    expect(maps.split("Jamaica").length, "a word in each of the three").toBe(4);
    expect(maps).toContain("MiniLM, Instant, Spelling");
  });
});
