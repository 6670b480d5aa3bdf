/** Models side by side: where they differ, what figures mean, and the ten questions. */
import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { startWithNine, violations } from "./start";

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

  for (const theme of ["light", "dark"]) {
    it(`has nothing to complain about (${theme})`, async () => {
      document.documentElement.lang = "en";
      document.documentElement.dataset.theme = theme;
      const { user } = await compared();
      expect(await violations()).toEqual([]);
      await user.click(screen.getByRole("radio", { name: /mean\?/ }));
      await screen.findAllByTestId("scale-model");
      expect(await violations()).toEqual([]);
      delete document.documentElement.dataset.theme;
    });
  }
});
