import { readFileSync } from "node:fs";
import { screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { WorkbookView } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { Hints } from "$lib/state/hints.svelte";
import { beginSettings, Settings } from "$lib/state/settings.svelte";
import { dateText } from "$lib/text/dates";
import { countOf, decimals, figure, finePercent, percent, similarityFigure } from "$lib/text/format";
import { cutAt, foundIn, helpChapters } from "$lib/text/help";
import { priceText } from "$lib/text/money";
import { shortcutSheet } from "$lib/text/shortcuts";
import { chipOf, start, startWithNine, violations } from "./start";
import { spoken } from "$lib/ipc/fakeImport";

const page = document.documentElement;

afterEach(() => {
  // Each test begins in the language of the system, which is English here.
  localStorage.clear();
  beginSettings();
  for (const name of ["theme", "motion", "text-size"]) page.removeAttribute(`data-${name}`);
});

describe("settings", () => {
  it("are put on the page at once and kept", async () => {
    const zoom = vi.fn(async () => undefined);
    const settings = new Settings(zoom);
    await settings.change({ textSize: "largest", appearance: "dark", motion: "reduced", language: "de" });
    expect(page.dataset).toMatchObject({ textSize: "largest", theme: "dark", motion: "reduced" });
    expect(page.lang).toBe("de");
    expect(zoom).toHaveBeenLastCalledWith(2);

    const again = new Settings(zoom);
    expect(again).toMatchObject({
      textSize: "largest",
      appearance: "dark",
      motion: "reduced",
      language: "de",
    });
    await again.change({ appearance: "system", motion: "system" });
    await settings.change({ appearance: "system", motion: "system" });
    expect(page.dataset.theme, "the system's looks").toBeUndefined();
    expect(page.dataset.motion).toBeUndefined();
  });

  it("leave alone what they do not understand", () => {
    for (const stored of ["{", "null", "[]", '{"language":"xx","textSize":3,"hasHints":"no"}']) {
      localStorage.setItem("kindred.settings", stored);
      expect(new Settings(async () => undefined), stored).toMatchObject({
        language: "en",
        textSize: "normal",
        appearance: "system",
        hasHints: true,
      });
    }
  });

  it("tell the person when the window cannot be drawn larger", async () => {
    const settings = new Settings(async () => {
      throw new Error("not allowed");
    });
    await expect(settings.change({ textSize: "large" })).rejects.toThrow("not allowed");
  });

  it("go one text size up and down, and back to the usual one", async () => {
    const { user } = await start();
    await user.keyboard("{Control>}+{/Control}");
    expect(page.dataset.textSize).toBe("large");
    await user.keyboard("{Control>}={/Control}{Control>}={/Control}");
    expect(page.dataset.textSize, "there is no larger one").toBe("largest");
    await user.keyboard("{Control>}-{/Control}");
    expect(page.dataset.textSize).toBe("large");
    await user.keyboard("{Control>}0{/Control}");
    expect(page.dataset.textSize).toBe("normal");
  });

  it("open with their key, also on the start screen", async () => {
    const { user } = await start();
    await user.keyboard("{Control>},{/Control}");
    await screen.findByTestId("settings");
    document.title = "Kindred";
    expect(await violations()).toEqual([]);
    await user.click(screen.getByText("Dark"));
    expect(page.dataset.theme).toBe("dark");
    await user.keyboard("{Escape}");
    await waitFor(() => {
      expect(screen.queryByTestId("settings")).toBeNull();
    });
  });

  it("change the language without losing what is open and selected", async () => {
    const { backend, user } = await startWithNine();
    await user.click(chipOf("apple"));
    await user.click(screen.getByTestId("tab-words"));
    const before = backend.calls.filter((call) => call === "openWorkbook" || call === "importList").length;
    await user.keyboard("{Control>},{/Control}");
    await screen.findByTestId("settings");
    await user.click(screen.getByText("Deutsch"));
    await waitFor(() => {
      expect(screen.getByTestId("export").textContent).toBe("Exportieren");
    });
    expect(screen.getByTestId("settings").textContent, "the dialog itself too").toContain("Einstellungen");
    expect(screen.getByTestId("status-counts").textContent).toContain("9 Wörter");
    expect(screen.getByTestId("tab-words").getAttribute("aria-selected")).toBe("true");
    expect(screen.getByTestId("inspector-word").textContent).toBe("apple");
    expect(backend.calls.filter((call) => call === "openWorkbook" || call === "importList")).toHaveLength(
      before,
    );
    await user.click(screen.getByText("English"));
    await waitFor(() => {
      expect(screen.getByTestId("export").textContent).toBe("Export");
    });
  });
});

describe("German", () => {
  type Variants = { declarations: string[]; selectors: string[]; match: Record<string, string> }[];
  type Messages = Record<string, string | Variants>;
  const read = (language: string): Messages =>
    JSON.parse(readFileSync(`messages/${language}.json`, "utf8")) as Messages;
  const en = read("en");
  const de = read("de");
  const holes = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();

  it("says everything that English says, and nothing else", () => {
    expect(
      Object.keys(en).filter((key) => !(key in de)),
      "missing in German",
    ).toEqual([]);
    expect(
      Object.keys(de).filter((key) => !(key in en)),
      "only in German",
    ).toEqual([]);
  });

  it("fills in the same things", () => {
    for (const [key, message] of Object.entries(en)) {
      const other = de[key];
      if (typeof message === "string" || typeof other === "string") {
        expect(typeof other, key).toBe(typeof message);
        expect(holes(String(other)), key).toEqual(holes(String(message)));
        continue;
      }
      const [[variants], [others]] = [message, other ?? []];
      expect(others?.declarations, key).toEqual(variants?.declarations);
      expect(Object.keys(others?.match ?? {}), key).toEqual(Object.keys(variants?.match ?? {}));
      const all = (match: Record<string, string> = {}): string[] => holes(Object.values(match).join());
      expect(all(others?.match), key).toEqual(all(variants?.match));
    }
  });

  it("speaks to nobody as Sie, and leaves no sentence untranslated", () => {
    const sentences = Object.entries(de).map(([key, message]): [string, string] => [
      key,
      typeof message === "string" ? message : Object.values(message[0]?.match ?? {}).join(" "),
    ]);
    for (const [key, sentence] of sentences) {
      expect(sentence, key).not.toMatch(
        /[a-zäöüß,] (Ihnen|Ihre?[mnrs]?)\b|\b(können|möchten|haben|wollen|müssen) Sie\b/,
      );
      const english = en[key];
      const isSame = sentence === english && /[a-z]{3,} [a-z]{3,} [a-z]{3,}/.test(sentence);
      expect(isSame, `${key}: ${sentence}`).toBe(false);
    }
  });

  it("writes figures, days and money as Germans do", async () => {
    const settings = beginSettings();
    await settings.change({ language: "de" });
    expect(figure(12345)).toBe("12.345");
    expect(similarityFigure(0.4781)).toBe("0,478");
    expect(decimals(-0.5, 2)).toBe("-0,50");
    expect(finePercent(0.9999)).toMatch(/^99,9\s%$/);
    expect(percent(0.46)).toMatch(/^46\s%$/);
    expect(countOf("words", 1)).toBe("1 Wort");
    expect(countOf("words", 2000)).toBe("2.000 Wörter");
    expect(dateText("2026-12-05")).toContain("Dez");
    expect(priceText(0.02).replace(/\s/g, " ")).toBe("0,02 $");
    expect(m.cancel()).toBe("Abbrechen");
    await settings.change({ language: "en" });
    expect(figure(12345)).toBe("12,345");
    expect(similarityFigure(0.4781)).toBe("0.478");
    expect(priceText(0.02)).toBe("$0.02");
  });
});

describe("tips", () => {
  const view = {
    path: "/a.kindred",
    revision: 1,
    isReadOnly: false,
    hasTopics: true,
    pinnedCount: 0,
    undoLabel: null,
  } as WorkbookView;

  it("come one at a time, when they make sense, and never again", () => {
    const hints = new Hints();
    expect(hints.for(view, "board")).toBe("drag");
    expect(hints.for(view, "heatmap"), "nothing can be dragged there").toBeNull();
    expect(hints.for({ ...view, isReadOnly: true }, "board")).toBeNull();
    hints.dismiss("drag", view);
    expect(hints.for(view, "board")).toBeNull();

    const moved = { ...view, revision: 2, pinnedCount: 1, undoLabel: spoken("Moved apple") };
    expect(hints.for(moved, "board")).toBe("pins");
    hints.dismiss("pins", moved);
    expect(hints.for(moved, "board"), "not two in a row").toBeNull();
    expect(hints.for({ ...moved, revision: 3 }, "words")).toBe("undo");
    expect(new Hints().for({ ...moved, revision: 4 }, "words"), "kept for the next start").toBe("undo");
    hints.did("undo");
    expect(new Hints().for({ ...moved, revision: 5 }, "board")).toBeNull();

    hints.forget();
    expect(hints.for(view, "board")).toBe("drag");
  });

  it("take the place of the line that says what is on screen, and can be switched off", async () => {
    const { user } = await startWithNine();
    expect((await screen.findByTestId("hint")).dataset.hint).toBe("drag");
    expect(screen.queryByTestId("view-line")).toBeNull();
    await user.click(screen.getByTestId("hint-dismiss"));
    expect(screen.queryByTestId("hint")).toBeNull();
    expect(screen.getByTestId("view-line").textContent).toContain("One card for every topic");

    await user.click(chipOf("apple"));
    await user.keyboard("2");
    expect((await screen.findByTestId("hint")).dataset.hint).toBe("pins");
    await user.keyboard("{Control>},{/Control}");
    await user.click(await screen.findByTestId("settings-hints"));
    await user.click(screen.getByTestId("settings-view-lines"));
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("hint")).toBeNull();
    expect(screen.queryByTestId("view-line")).toBeNull();
  });

  it("tell nothing to somebody who has done it already", async () => {
    const { user } = await startWithNine();
    await user.click(chipOf("apple"));
    await user.keyboard("2");
    await waitFor(() => {
      expect(screen.getByTestId("hint").dataset.hint).toBe("pins");
    });
    await user.keyboard("{Control>}z{/Control}");
    await waitFor(() => {
      expect(screen.getByTestId("view-line").textContent, "no tip about dragging or undo").toBeTruthy();
    });
  });
});

describe("help", () => {
  it("opens at what the line of a view speaks of, and gives the focus back", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getByTestId("hint-dismiss"));
    for (const tab of ["board", "words", "heatmap", "map", "doubt", "compare"]) {
      await user.click(screen.getByTestId(`tab-${tab}`));
      await user.click(await screen.findByTestId("view-line-more"));
      await screen.findByTestId("help");
      expect(document.activeElement?.id, tab).toBe(`help-${tab}`);
      await user.keyboard("{Escape}");
      expect(screen.queryByTestId("help")).toBeNull();
    }
  });

  it("finds what is looked for, and clears with Escape before it closes", async () => {
    const { user } = await start();
    await user.keyboard("{F1}");
    const search = await screen.findByTestId<HTMLInputElement>("help-search");
    expect(document.activeElement).toBe(search);
    await user.type(search, "keychain");
    expect(screen.getByTestId("help-found").textContent.trim()).toBe("1 place found");
    expect(screen.getByTestId("help").querySelector("mark")?.textContent).toBe("keychain");
    await user.clear(search);
    await user.type(search, "zzz");
    expect(screen.getByTestId("help-found").textContent.trim()).toBe("Nothing here speaks of “zzz”.");
    await user.keyboard("{Escape}");
    expect(search.value).toBe("");
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("help")).toBeNull();
  });

  it("prints, goes back with its button, and has nothing for axe to complain about", async () => {
    const printed = vi.spyOn(window, "print").mockImplementation(() => undefined);
    const { user } = await start();
    await user.keyboard("{F1}");
    await screen.findByTestId("help");
    document.title = "Kindred";
    expect(await violations()).toEqual([]);
    await user.click(screen.getByTestId("help-print"));
    await user.keyboard("{Control>}p{/Control}");
    expect(printed).toHaveBeenCalledTimes(2);
    await user.click(screen.getByTestId("help-back"));
    expect(screen.queryByTestId("help")).toBeNull();
  });

  it("has a heading for every view, all keys, and every anchor once", () => {
    const parts = helpChapters().flatMap(({ groups }) => groups.flatMap(({ parts: all }) => all));
    const anchors = parts.flatMap(({ anchor }) => anchor ?? []);
    expect(anchors).toEqual(
      ["board", "words", "heatmap", "map", "doubt", "score", "compare"].map((tab) => `help-${tab}`),
    );
    for (const { keys } of shortcutSheet()) {
      for (const { does } of keys)
        expect(
          parts.some(({ text }) => text === does),
          does,
        ).toBe(true);
    }
  });

  it("cuts a text at what was looked for, in any case", () => {
    expect(cutAt("Pinned texts stay pinned.", "pinned STAY")).toEqual([
      { text: "Pinned", isFound: true },
      { text: " texts ", isFound: false },
      { text: "stay", isFound: true },
      { text: " ", isFound: false },
      { text: "pinned", isFound: true },
      { text: ".", isFound: false },
    ]);
    expect(foundIn(helpChapters(), "  ")).toHaveLength(7);
  });
});
