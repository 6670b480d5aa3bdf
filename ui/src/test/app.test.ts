import { screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { appError } from "$lib/ipc/fakeImport";
import { chipOf, start, startWithNine, violations } from "./start";

describe("the start screen", () => {
  it("offers samples with their size, and says that it works offline", async () => {
    await start();
    expect(screen.getByTestId("sample-nine").textContent).toContain("9 words");
    expect(screen.getByText("Works offline. Nothing leaves this computer.")).toBeTruthy();
  });

  it("greys a recent workbook that is gone and lets it be removed", async () => {
    const { user } = await start({
      recents: [
        { path: "/a.kindred", name: "Gone", openedAtSecs: 0, itemCount: 3, isMissing: true },
        { path: "/b.kindred", name: "Here", openedAtSecs: 0, itemCount: 3, isMissing: false },
      ],
    });
    const [gone, here] = screen.getAllByTestId<HTMLButtonElement>("recent");
    expect(gone!.disabled).toBe(true);
    expect(here!.disabled).toBe(false);
    await user.click(screen.getByTestId("forget-recent"));
    await waitFor(() => {
      expect(screen.getAllByTestId("recent")).toHaveLength(1);
    });
  });

  it("says calmly when the model cannot run", async () => {
    await start({ engineProblem: "A part of Kindred is missing." });
    expect(screen.getByTestId("engine-problem").textContent).toContain("A part of Kindred is missing.");
  });

  it("shows where to drop while files hover", async () => {
    const { backend } = await start();
    backend.hover(true);
    await screen.findByTestId("drop-overlay");
    backend.hover(false);
    await waitFor(() => {
      expect(screen.queryByTestId("drop-overlay")).toBeNull();
    });
  });
});

describe("importing", () => {
  it("takes a plain list without asking and tells what it left out", async () => {
    const { backend } = await start();
    backend.dropFiles(["/lists/plain.txt"]);
    await screen.findAllByTestId("topic-row");
    expect(screen.getByTestId("status-counts").textContent).toContain("6 words");
    expect(screen.getByTestId("report").textContent).toContain("1 duplicate");
    expect(screen.getByTestId("report").textContent).toContain("1 blank line");
  });

  it("shows a table first, with a choice of columns, and imports on Enter", async () => {
    const { backend, user } = await start();
    backend.dropFiles(["/lists/table.csv"]);
    const dialog = await screen.findByTestId("import-dialog");
    expect(backend.calls).not.toContain("importList");
    expect(
      within(dialog).getByTestId<HTMLSelectElement>("import-text-column").value,
      "numbers are no words",
    ).toBe("1");
    expect(within(dialog).getByTestId("import-counts").textContent).toContain("4 words from 6 rows");
    await user.selectOptions(within(dialog).getByTestId("import-text-column"), "0");
    await waitFor(() => {
      expect(within(dialog).getByTestId("import-counts").textContent).toContain("6 words from 6 rows");
    });
    await user.selectOptions(within(dialog).getByTestId("import-text-column"), "1");
    await waitFor(() => {
      expect(within(dialog).getByTestId("import-counts").textContent).toContain("4 words from 6 rows");
    });
    await user.selectOptions(within(dialog).getByTestId("import-category-column"), "2");
    await waitFor(() => {
      expect(screen.getByTestId<HTMLButtonElement>("import-confirm").disabled).toBe(false);
    });
    screen.getByTestId("import-confirm").focus();
    await user.keyboard("{Enter}");
    await screen.findAllByTestId("topic-row");
    expect(screen.getByTestId("status-counts").textContent).toContain("4 words");
    await user.click(screen.getByTestId("tab-words"));
    expect(screen.getByTestId("sort-category")).toBeTruthy();
  });

  it("leaves everything as it was on Escape", async () => {
    const { backend, user } = await start();
    backend.dropFiles(["/lists/table.csv"]);
    await screen.findByTestId("import-dialog");
    await user.keyboard("{Escape}");
    await waitFor(() => {
      expect(screen.queryByTestId("import-dialog")).toBeNull();
    });
    expect(backend.calls).not.toContain("importList");
    expect(screen.getByTestId("start-screen")).toBeTruthy();
  });

  it("asks when the encoding is not UTF-8, and when a line cannot be read", async () => {
    const { backend, user } = await start();
    backend.dropFiles(["/lists/old.txt"]);
    const encoding = await screen.findByTestId<HTMLSelectElement>("import-encoding");
    expect(encoding.value).toBe("windows-1252");
    await user.keyboard("{Escape}");
    backend.dropFiles(["/lists/odd.txt"]);
    await screen.findByText(/Line 2 has letters that are not valid/);
  });

  it("takes a pasted list", async () => {
    const { user } = await start();
    await user.click(screen.getByTestId("paste-list"));
    const text = await screen.findByTestId("paste-text");
    await user.click(text);
    await user.paste("apple\npear\nGoogle\nPeru");
    await user.click(screen.getByTestId("paste-confirm"));
    await screen.findAllByTestId("topic-row");
    expect(screen.getByTestId("status-counts").textContent).toContain("4 words");
  });

  it("takes a paste anywhere on the start screen", async () => {
    await start();
    const event = new Event("paste", { bubbles: true, cancelable: true });
    Object.assign(event, { clipboardData: { getData: () => "apple\npear\nGoogle" } });
    document.body.dispatchEvent(event);
    await screen.findAllByTestId("topic-row");
  });

  it("tells in a sentence what cannot be read, and stays where it was", async () => {
    const { backend, user } = await start();
    for (const [path, sentence] of [
      ["/lists/empty.txt", "The file is empty"],
      ["/lists/picture.txt", "This is not a list"],
      ["/lists/nowhere.txt", "The file is not there any more"],
    ] as const) {
      backend.dropFiles([path]);
      await waitFor(() => {
        expect(screen.getByTestId("error-message").textContent).toContain(sentence);
      });
      await user.click(screen.getByTestId("error-close"));
      await waitFor(() => {
        expect(screen.queryByTestId("error-message")).toBeNull();
      });
      expect(screen.getByTestId("start-screen")).toBeTruthy();
    }
  });
});

describe("a workbook", () => {
  it("shows the list while it is read, and the board after that", async () => {
    const { user } = await start({ tickMs: 40, textsPerTick: 3 });
    await user.click(screen.getByTestId("sample-nine"));
    expect((await screen.findAllByTestId("word-row")).length).toBe(9);
    expect(screen.getByTestId<HTMLButtonElement>("tab-board").disabled).toBe(true);
    await screen.findByTestId("board");
  });

  it("stops when asked and continues where it stopped", async () => {
    const { user } = await start({ tickMs: 60, textsPerTick: 100 });
    await user.click(screen.getByTestId("sample-words"));
    await waitFor(() => {
      expect(screen.getByTestId("progress-counts").textContent).toContain("100 of 280");
    });
    await user.click(screen.getByTestId("cancel"));
    const stopped = await screen.findByTestId("stopped");
    expect(stopped.textContent).toMatch(/Stopped at (100|200) of 280\./);
    await user.click(screen.getByTestId("continue"));
    await screen.findAllByTestId("topic-row");
    expect(screen.queryByTestId("stopped")).toBeNull();
  });

  it("has a map and a heatmap before it has topics", async () => {
    const { user } = await start({ tickMs: 150, textsPerTick: 100 });
    await user.click(screen.getByTestId("sample-nine"));
    await waitFor(() => {
      expect(screen.getByTestId("progress").textContent).toContain("Finding topics");
    });
    await user.click(screen.getByTestId("cancel"));
    await screen.findByTestId("no-topics");
    expect(screen.getByTestId<HTMLButtonElement>("tab-board").disabled, "no topics, no board").toBe(true);
    await user.click(screen.getByTestId("tab-heatmap"));
    await screen.findByTestId("heatmap");
    await user.click(screen.getByTestId("tab-map"));
    await waitFor(() => {
      expect(screen.getByTestId("map").dataset.points).toBe("9");
    });
  });

  it("selects a word in every view at once", async () => {
    const { user } = await startWithNine();
    await user.click(chipOf("Google"));
    await waitFor(() => {
      expect(screen.getByTestId("inspector-word").textContent).toBe("Google");
    });
    await user.click(screen.getByTestId("tab-words"));
    const selected = (): (string | undefined)[] =>
      screen
        .getAllByTestId("word-row")
        .filter((row) => row.getAttribute("aria-selected") === "true")
        .map((row) => row.querySelector(".word")?.textContent);
    expect(selected()).toEqual(["Google"]);

    const neighbours = await screen.findAllByTestId("neighbour");
    expect(neighbours).toHaveLength(8);
    const figures = neighbours.map((row) => Number(row.querySelector(".value")?.textContent));
    expect(figures, "nearest first").toEqual([...figures].sort((a, b) => b - a));
    const name = neighbours[0]!.title;
    await user.click(neighbours[0]!);
    await waitFor(() => {
      expect(selected()).toEqual([name]);
    });
  });

  it("is saved as it looks before the window closes", async () => {
    const { backend, user } = await startWithNine();
    await user.click(chipOf("apple"));
    await user.click(screen.getByTestId("tab-words"));
    await backend.closeWindow();
    expect(backend.storedView).toContain('"tab":"words"');
    expect(backend.storedView).toContain('"kind":"item"');
  });

  it("moves the selection with the arrow keys in the list", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getByTestId("tab-words"));
    screen.getByTestId("words-table").focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{ArrowUp}");
    expect(screen.getByTestId("inspector-word").textContent).toBe("orange");
    await user.keyboard("{End}");
    expect(screen.getByTestId("inspector-word").textContent).toBe("Google");
  });

  it("tells how close a neighbour is, and follows the pointer", async () => {
    const { user } = await startWithNine();
    await user.click(chipOf("apple"));
    const share = await screen.findByTestId("closer-than");
    const first = share.textContent;
    expect(first).toMatch(/Closer than [\d.]+\u00a0% of the pairs in this list\./);
    const neighbours = screen.getAllByTestId("neighbour");
    const markerAt = (): string => screen.getByTestId("histogram-marker").getAttribute("style") ?? "";
    const before = markerAt();
    await user.hover(neighbours.at(-1)!);
    await waitFor(() => {
      expect(screen.getByTestId("closer-than").textContent).not.toBe(first);
    });
    expect(markerAt()).not.toBe(before);
  });

  it("renames a topic with F2, and takes it back and again with keys", async () => {
    const { user } = await startWithNine();
    const name = (): string | undefined => screen.getAllByTestId("topic-name")[0]?.textContent;
    const before = name();
    const row = screen.getAllByTestId("topic-row")[0]!.querySelector("button")!;
    row.focus();
    await user.keyboard("{F2}");
    const input = await screen.findByTestId("rename-input");
    await user.clear(input);
    await user.type(input, "places{Enter}");
    await waitFor(() => {
      expect(name()).toBe("places");
    });
    expect(screen.getByTestId("undo").title).toContain("places");
    await user.keyboard("{Control>}z{/Control}");
    await waitFor(() => {
      expect(name()).toBe(before);
    });
    await user.keyboard("{Control>}{Shift>}z{/Shift}{/Control}");
    await waitFor(() => {
      expect(name()).toBe("places");
    });
  });

  it("leaves the name alone on Escape", async () => {
    const { backend, user } = await startWithNine();
    await user.dblClick(screen.getAllByTestId("topic-row")[0]!.querySelector("button")!);
    await user.type(await screen.findByTestId("rename-input"), "other{Escape}");
    await waitFor(() => {
      expect(screen.queryByTestId("rename-input")).toBeNull();
    });
    expect(backend.calls).not.toContain("applyEdit");
  });

  it("offers other names of a topic at one click", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getAllByTestId("topic-row")[0]!.querySelector("button")!);
    const alternate = (await screen.findAllByTestId("alternate"))[0]!;
    const name = alternate.textContent.trim();
    await user.click(alternate);
    await waitFor(() => {
      expect(screen.getByTestId("inspector-topic").textContent).toBe(name);
    });
  });

  it("finds a word by its letters and selects it with Enter", async () => {
    const { user } = await startWithNine();
    await user.keyboard("{Control>}k{/Control}");
    expect(document.activeElement).toBe(screen.getByTestId("find-box"));
    await user.keyboard("an");
    const found = (await screen.findAllByTestId("find-result")).map((row) => row.textContent);
    expect(found.length).toBe(3);
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => {
      expect(screen.getByTestId("inspector-word").textContent).toBe("banana");
    });
  });

  it("saves a CSV and says where", async () => {
    const { backend, user } = await startWithNine();
    await user.click(screen.getByTestId("export"));
    await user.click(await screen.findByTestId("export-format-csv"));
    await user.click(screen.getByTestId("export-confirm"));
    await waitFor(() => {
      expect(screen.getByTestId("toasts").textContent).toContain(
        "Saved 9 words to Fruit, countries, companies.csv",
      );
    });
    expect(backend.written.get("/out/Fruit, countries, companies.csv")?.split("\n")).toHaveLength(10);
  });

  it("shows an error with its sentence and goes on", async () => {
    const { backend, user } = await startWithNine();
    backend.failures.set("exportTo", appError("unwritable", "There is no room on this disk.", "os error 28"));
    await user.click(screen.getByTestId("export"));
    await user.click(await screen.findByTestId("export-confirm"));
    await waitFor(() => {
      expect(screen.getByTestId("error-message").textContent).toBe("There is no room on this disk.");
    });
    await user.click(screen.getByTestId("error-close"));
    await user.click(chipOf("apple"));
    expect(screen.getByTestId("inspector-word").textContent).toBe("apple");
  });

  it("shows its heatmap, and as a table for those who cannot see it", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getByTestId("tab-heatmap"));
    const canvas = await screen.findByTestId("heatmap");
    await waitFor(() => {
      expect(canvas.dataset.tilesReady).toBe("true");
    });
    expect(canvas.dataset).toMatchObject({ size: "9", level: "0" });
    await user.click(screen.getByTestId("heatmap-table-toggle"));
    const table = await screen.findByTestId("heatmap-table");
    expect(within(table).getAllByRole("row")).toHaveLength(10);
    expect(within(table).getAllByText(/^-?0\.\d{3}$/), "all pairs, without the diagonal").toHaveLength(72);
  });

  it("folds its side panels", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getByTestId("fold-inspector"));
    expect(screen.queryByTestId("inspector")).toBeNull();
    await user.click(screen.getByTestId("fold-topics"));
    expect(screen.queryByTestId("topics")).toBeNull();
    await user.click(screen.getByTestId("fold-topics"));
    expect(screen.getByTestId("topics")).toBeTruthy();
  });

  it("closes to the start screen, is listed there, and opens as it was left", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getByTestId("tab-words"));
    await user.click(screen.getAllByTestId("word-row")[3]!);
    await user.click(screen.getByTestId("main-menu"));
    await user.click(await screen.findByTestId("menu-close"));
    await screen.findByTestId("start-screen");
    await user.click(screen.getByTestId("recent"));
    await screen.findByTestId("words-table");
    expect((await screen.findByTestId("inspector-word")).textContent).toBe("Jamaica");
  });

  it("lists its keys on F1", async () => {
    const { user } = await startWithNine();
    await user.keyboard("{F1}");
    expect((await screen.findByTestId("help")).textContent).toContain("Rename the topic");
  });
});

describe("twenty thousand texts", () => {
  it("keep only what is in sight in the page", async () => {
    const { backend, user } = await start({ textsPerTick: 20_000 });
    backend.dropFiles(["/lists/large.txt"]);
    await screen.findAllByTestId("topic-row");
    expect(screen.getAllByTestId("topic-row")).toHaveLength(50);
    expect(screen.getAllByTestId("chip").length).toBeLessThan(2500);
    await user.click(screen.getByTestId("tab-words"));
    expect(screen.getAllByTestId("word-row").length).toBeLessThan(60);
  });
});

describe("accessibility", () => {
  afterEach(() => {
    delete document.documentElement.dataset.theme;
  });

  for (const theme of ["light", "dark"]) {
    it(`has nothing to complain about on any screen (${theme})`, async () => {
      document.documentElement.dataset.theme = theme;
      document.documentElement.lang = "en";
      document.title = "Kindred";
      const { backend, user } = await start({
        recents: [{ path: "/a.kindred", name: "Gone", openedAtSecs: 0, itemCount: 3, isMissing: true }],
        engineProblem: "A part is missing.",
      });
      expect(await violations(), "start").toEqual([]);
      backend.dropFiles(["/lists/table.csv"]);
      await screen.findByTestId("import-dialog");
      expect(await violations(), "import").toEqual([]);
      await user.keyboard("{Escape}");
      await user.click(screen.getByTestId("sample-nine"));
      await screen.findAllByTestId("topic-row");
      await user.click(chipOf("apple"));
      await screen.findAllByTestId("neighbour");
      expect(await violations(), "board").toEqual([]);
      await user.click(screen.getByTestId("tab-words"));
      expect(await violations(), "words").toEqual([]);
      await user.click(screen.getByTestId("tab-heatmap"));
      await screen.findByTestId("legend");
      expect(await violations(), "heatmap").toEqual([]);
      await user.click(screen.getByTestId("heatmap-table-toggle"));
      await screen.findByTestId("heatmap-table");
      expect(await violations(), "heatmap as a table").toEqual([]);
      await user.click(screen.getAllByTestId("topic-row")[0]!.querySelector("button")!);
      expect(await violations(), "topic").toEqual([]);
      await user.keyboard("{F1}");
      await screen.findByTestId("help");
      expect(await violations(), "help").toEqual([]);
    });
  }
});
