import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { NO_TOPIC } from "$lib/ipc/backend";
import type { FakeBackend, FakeOptions } from "$lib/ipc/fake";
import { chipOf, start, startWithNine, violations } from "./start";
import { spoken } from "$lib/ipc/fakeImport";

const FILES = {
  "/lists/plain.txt": "apple\npear\nplum\nGoogle\nPeru",
  "/lists/more.txt": "apple\ncherry\nNorway\nSiemens",
  "/lists/fruit.txt": "apple\npear\nplum\ncherry\ngrape",
  "/lists/unit/one.txt": "apple\npear",
  "/lists/unit/two.txt": "pear\nPeru\nGoogle",
  "/lists/table.csv":
    "id,word,kind,note,count\n1,apple,fruit,a,3\n2,Jamaica,country,b,1\n3,Google,company,c,2\n4,Peru,country,d,1\n5,pear,fruit,e,9",
  "/lists/semicolon.csv": "word;kind\napple;fruit\nPeru;country",
  "/lists/variants.txt":
    "apple\nApple\nAPPLE\npear\npears\ncaf\u00e9\ncafe\nice cream\nicecream\ne-mail\nemail",
  "/lists/long.txt": `${"A short sentence stands here. ".repeat(60).trim()}\napple`,
  "/lists/odd.txt": "good\nbro\ufffdken\nfine",
  "/lists/nothing.csv": "word,kind\n,fruit\n,fruit",
  "/lists/objects.json": JSON.stringify([
    { word: "apple", topic: "fruit" },
    { word: "Peru", topic: "country" },
    { word: "pear", topic: "fruit" },
  ]),
  "/lists/vectors.npy": "apple\npear",
  "/books/other.kindred": "",
};

const startImport = (options: FakeOptions = {}) => start({ files: FILES, ...options });
const counts = (): string => screen.getByTestId("import-counts").textContent;
const confirmButton = (): HTMLButtonElement => screen.getByTestId<HTMLButtonElement>("import-confirm");

async function drop(backend: FakeBackend, ...paths: string[]): Promise<HTMLElement> {
  backend.dropFiles(paths);
  return screen.findByTestId("import-dialog");
}

async function untilCounted(said: string): Promise<void> {
  await waitFor(() => {
    expect(counts()).toContain(said);
  });
}

describe("several lists at once", () => {
  it("all go into one workbook", async () => {
    const { backend } = await startImport();
    backend.dropFiles(["/lists/plain.txt", "/lists/more.txt"]);
    await screen.findAllByTestId("topic-row");
    expect(screen.getByTestId("status-counts").textContent).toContain("8 words");
    expect(screen.getByTestId("report").textContent, "the apple of the second list").toContain("1 duplicate");
  });

  it("a folder stands for the lists in it", async () => {
    const { backend } = await startImport();
    backend.dropFiles(["/lists/unit"]);
    await screen.findAllByTestId("topic-row");
    expect(screen.getByTestId("status-counts").textContent).toContain("4 words");
  });

  it("opens a workbook among them alone, and says so", async () => {
    const { backend } = await startImport();
    backend.dropFiles(["/lists/plain.txt", "/books/other.kindred"]);
    await waitFor(() => {
      expect(screen.getByTestId("toasts").textContent).toContain(
        "2 files were dropped. Opening only the workbook: /books/other.kindred",
      );
    });
    expect(backend.calls).toContain("openWorkbook");
    expect(backend.calls).not.toContain("preview");
  });

  it("tells how many files there are", async () => {
    const { backend } = await startImport();
    const dialog = await drop(backend, "/lists/table.csv", "/lists/semicolon.csv");
    expect(within(dialog).getByText("2 files, one after the other")).toBeTruthy();
    expect(within(dialog).getByTestId("import-format").tagName, "they need not be of one kind").toBe(
      "STRONG",
    );
  });
});

describe("what a column is", () => {
  it("is chosen at its head, by pointer or by keys, and goes from one column to the other", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/table.csv");
    const head = (column: number): HTMLElement => screen.getByTestId(`import-column-${column}`);
    expect(head(1).textContent).toContain("Words");
    expect(head(4).textContent, "recognised by its name").toContain("Count");
    expect(head(3).textContent).toContain("Keep");

    await user.click(head(2));
    await user.click(await screen.findByTestId("role-category"));
    await waitFor(() => {
      expect(head(2).textContent).toContain("Category");
    });

    head(3).focus();
    await user.keyboard("{Enter}");
    (await screen.findByTestId("role-category")).focus();
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(head(3).textContent).toContain("Category");
    });
    expect(head(2).textContent, "only one column can be that").toContain("Keep");

    await user.click(head(0));
    await user.click(await screen.findByTestId("role-none"));
    await waitFor(() => {
      expect(head(0).textContent).toContain("Leave out");
    });
    await user.click(confirmButton());
    await screen.findAllByTestId("topic-row");
    expect(backend.imported).toMatchObject([
      { textColumn: 1, categoryColumn: 3, countColumn: 4, topicColumn: null, keptColumns: [2] },
    ]);
  });

  it("is always known for the words: another column has to take over", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/table.csv");
    await user.click(screen.getByTestId("import-column-1"));
    const none = await screen.findByTestId("role-none");
    expect(none.hasAttribute("data-disabled")).toBe(true);
    await user.keyboard("{Escape}");
    await user.click(screen.getByTestId("import-column-2"));
    await user.click(await screen.findByTestId("role-text"));
    await untilCounted("3 words from 5 rows: 2 duplicates");
    expect(screen.getByTestId("import-column-1").textContent).toContain("Keep");
  });

  it("can be chosen from lists as well, and the rest kept or left out at once", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/table.csv");
    await user.selectOptions(screen.getByTestId("import-topic-column"), "2");
    await waitFor(() => {
      expect(screen.getByTestId("import-column-2").textContent).toContain("Topic");
    });
    expect(screen.getByTestId("import-pinned-column"), "pins need topics").toBeTruthy();
    await user.selectOptions(screen.getByTestId("import-count-column"), "");
    await waitFor(() => {
      expect(screen.getByTestId("import-column-4").textContent).toContain("Keep");
    });
    await user.click(screen.getByTestId("import-keep-none"));
    await user.click(confirmButton());
    await screen.findAllByTestId("topic-row");
    expect(backend.imported).toMatchObject([{ topicColumn: 2, countColumn: null, keptColumns: [] }]);
    expect(
      screen.getAllByTestId("topic-name").map((name) => name.textContent),
      "the workbook begins with the list's topics",
    ).toEqual(["fruit", "country", "company"]);
  });

  it("is known from the keys of JSON", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/objects.json");
    expect(screen.getByTestId("import-column-1").textContent).toContain("Topic");
    expect(screen.queryByTestId("import-header"), "keys are no row").toBeNull();
    await user.click(confirmButton());
    expect((await screen.findAllByTestId("topic-name")).map((name) => name.textContent)).toEqual([
      "fruit",
      "country",
    ]);
  });
});

describe("how a file is read", () => {
  it("is asked for as far as it applies, and changed on the spot", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/semicolon.csv");
    expect(screen.getByTestId<HTMLSelectElement>("import-delimiter").value).toBe(";");
    expect(screen.getByTestId<HTMLSelectElement>("import-quote").value).toBe('"');
    await user.selectOptions(screen.getByTestId("import-delimiter"), ",");
    await waitFor(() => {
      expect(screen.getByTestId("import-table").textContent).toContain("apple;fruit");
    });
    await user.selectOptions(screen.getByTestId("import-delimiter"), ";");
    await waitFor(() => {
      expect(screen.getByTestId("import-column-1").textContent, "what is there is kept").toContain("Keep");
    });
    await user.selectOptions(screen.getByTestId("import-format"), "text");
    await waitFor(() => {
      expect(screen.queryByTestId("import-delimiter")).toBeNull();
    });
    expect(screen.queryByTestId("import-header")).toBeNull();
    expect(counts()).toContain("from 3 rows");
  });

  it("makes items of sentences or words", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/long.txt");
    expect(screen.getByText(/1 text is longer than about 1,000 characters/)).toBeTruthy();
    await user.click(screen.getByTestId("import-long"));
    await untilCounted("2 sentences from 61 rows: 59 duplicates");
    expect(screen.queryByTestId("import-long"), "nothing is too long any more").toBeNull();
    await user.click(screen.getByTestId("import-split-words"));
    await untilCounted("6 words");
  });

  it("leaves vectors that came with the list alone", async () => {
    const { backend } = await startImport();
    await drop(backend, "/lists/vectors.npy");
    expect(screen.getByTestId("import-vectors").textContent).toBe(
      "Comes with its own vectors (384 numbers each); nothing is embedded.",
    );
    expect(screen.queryByTestId("import-split")).toBeNull();
  });

  it("says when nothing would be left", async () => {
    const { backend } = await startImport();
    await drop(backend, "/lists/nothing.csv");
    expect(screen.getByTestId("import-nothing").textContent).toContain("There is nothing to bring in here.");
    expect(confirmButton().disabled).toBe(true);
  });
});

describe("variants", () => {
  it("are shown by kind, with examples, and merged only when they are chosen", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/variants.txt");
    expect(counts()).toBe("11 words from 11 rows");
    const examples = screen.getByTestId("import-examples-case");
    expect(examples.getAttribute("aria-expanded")).toBe("false");
    await user.click(examples);
    expect(screen.getByText("apple \u2190 Apple, APPLE")).toBeTruthy();

    await user.click(screen.getByTestId("import-variant-case"));
    await untilCounted("9 words from 11 rows: 2 variants");
    await user.click(screen.getByTestId("import-variant-accents"));
    await untilCounted("8 words from 11 rows: 3 variants");
    expect(screen.getByTestId("import-merged").textContent).toContain("Line 3: APPLE \u2192 apple");
    await user.click(screen.getByTestId("import-variant-case"));
    await untilCounted("10 words from 11 rows: 1 variant");
    await user.click(confirmButton());
    await screen.findAllByTestId("topic-row");
    expect(backend.imported).toMatchObject([{ merged: ["accents"] }]);
  });

  it("are listed in the report afterwards", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/variants.txt");
    await user.click(screen.getByTestId("import-variant-case"));
    await untilCounted("2 variants");
    await user.click(confirmButton());
    await user.click(await screen.findByTestId("report"));
    const dialog = await screen.findByTestId("report-dialog");
    expect(dialog.textContent).toContain("Line 2: Apple \u2192 apple");
    await user.click(within(dialog).getByTestId("report-copy-merges"));
    await waitFor(async () => {
      expect(await navigator.clipboard.readText()).toBe(
        "Line 2: Apple \u2192 apple\nLine 3: APPLE \u2192 apple",
      );
    });
  });

  it("do not stop a plain list that has none", async () => {
    const { backend } = await startImport();
    backend.dropFiles(["/lists/fruit.txt"]);
    await screen.findByTestId("workbook");
    expect(screen.queryByTestId("import-dialog")).toBeNull();
  });
});

describe("reading", () => {
  it("shows how far it is, and ends with Cancel", async () => {
    const { backend, user } = await startImport({ readingMs: 4000 });
    backend.dropFiles(["/lists/plain.txt"]);
    const reading = await screen.findByTestId("import-reading");
    expect(reading.textContent).toContain("Reading plain.txt");
    expect(within(reading).getByTestId("import-progress")).toBeTruthy();
    await user.click(within(reading).getByTestId("import-cancel"));
    await waitFor(() => {
      expect(screen.queryByTestId("import-reading")).toBeNull();
    });
    expect(backend.calls).toContain("cancelJob");
    expect(backend.calls).not.toContain("importList");
  });

  it("of a newer choice replaces an older one, and can be stopped", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/variants.txt");
    backend.options.readingMs = 300;
    await user.click(screen.getByTestId("import-variant-case"));
    await user.click(screen.getByTestId("import-variant-accents"));
    expect(confirmButton().disabled, "what would come is not known yet").toBe(true);
    await untilCounted("8 words from 11 rows: 3 variants");

    backend.options.readingMs = 4000;
    await user.click(screen.getByTestId("import-variant-case"));
    await user.click(await screen.findByTestId("import-stop"));
    expect(screen.queryByTestId("import-progress")).toBeNull();
    expect(screen.getByTestId<HTMLInputElement>("import-variant-case").checked, "as it was read").toBe(true);
    expect(confirmButton().disabled).toBe(false);
  });

  it("for good can be cancelled too, and leaves the choices as they are", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/table.csv");
    backend.options.readingMs = 600;
    await user.click(confirmButton());
    await screen.findByTestId("import-progress");
    await user.click(screen.getByTestId("import-cancel"));
    await waitFor(() => {
      expect(screen.queryByTestId("import-progress")).toBeNull();
    });
    expect(screen.getByTestId("import-dialog")).toBeTruthy();
    expect(screen.queryByTestId("workbook")).toBeNull();
    backend.options.readingMs = 0;
    await user.click(confirmButton());
    await screen.findByTestId("workbook");
  });

  it("that fails says why and changes nothing", async () => {
    const { backend, user } = await startImport();
    await drop(backend, "/lists/table.csv");
    const before = counts();
    backend.failures.set("preview", {
      code: "unreadable",
      message: spoken("The sheet is damaged."),
      detail: "",
    });
    await user.selectOptions(screen.getByTestId("import-text-column"), "2");
    expect((await screen.findByTestId("error-message")).textContent).toBe("The sheet is damaged.");
    await user.click(screen.getByTestId("error-close"));
    expect(counts()).toBe(before);
    expect(screen.getByTestId<HTMLSelectElement>("import-text-column").value).toBe("1");
  });
});

describe("pasting", () => {
  const table =
    "<meta><table><tr><td>apple</td><td>fruit</td></tr><tr><td>Peru</td><td>country</td></tr></table>";

  function clipboard(text: string, html: string): { clipboardData: DataTransfer } {
    const data: Record<string, string> = { "text/plain": text, "text/html": html };
    return { clipboardData: { getData: (type: string) => data[type] ?? "" } as DataTransfer };
  }

  it("on the start screen takes the table that was copied", async () => {
    await startImport();
    await fireEvent.paste(document.body, clipboard("apple fruit Peru country", table));
    await screen.findByTestId("import-dialog");
    expect(screen.getAllByTestId(/^import-column-\d$/), "cells, not words").toHaveLength(2);
  });

  it("in the dialog keeps the table as long as nothing else is typed", async () => {
    const { user } = await startImport();
    await user.click(screen.getByTestId("paste-list"));
    const field = await screen.findByTestId<HTMLTextAreaElement>("paste-text");
    await fireEvent.paste(field, clipboard("apple\nPeru", table));
    await fireEvent.input(field, { target: { value: "apple\nPeru" } });
    expect(screen.getByText("2 lines, with its table")).toBeTruthy();
    await user.type(field, "!");
    expect(screen.getByText("2 lines")).toBeTruthy();
  });
});

describe("adding to the open workbook", () => {
  const startAdding = (options: FakeOptions = {}) => startWithNine({ files: FILES, ...options });

  it("is asked when a list is dropped; it is embedded, placed and undone as one", async () => {
    const { backend, user } = await startAdding();
    await user.click(chipOf("Jamaica"));
    await drop(backend, "/lists/more.txt");
    expect(confirmButton().textContent).toBe("New workbook");
    await user.click(screen.getByTestId("import-add"));
    await waitFor(() => {
      expect(screen.getByTestId("toasts").textContent).toContain("Added 3 words; 1 was there already.");
    });
    await waitFor(() => {
      expect(backend.calls).toContain("placeUnsorted");
    });
    await waitFor(() => {
      expect(screen.getByTestId("status-counts").textContent).toContain("12 words");
    });
    await waitFor(async () => {
      const added = [...(await backend.places()).topic].slice(9);
      expect(
        added.every((topic) => topic !== NO_TOPIC),
        "placed like the rest",
      ).toBe(true);
    });
    await waitFor(() => {
      expect(chipOf("Norway")).toBeTruthy();
    });
    expect(
      backend.calls.filter((call) => call.startsWith("findTopics")),
      "topics stay",
    ).toHaveLength(1);

    await user.click(within(screen.getByTestId("toasts")).getByText("Undo"));
    await waitFor(() => {
      expect(screen.getByTestId("status-counts").textContent).toContain("9 words");
    });
    expect(screen.queryByText("Norway")).toBeNull();
    expect(screen.getByTestId("inspector-word").textContent, "what was selected stays").toBe("Jamaica");
    expect(await backend.texts()).toHaveLength(9);
  });

  it("leaves pins alone, and lets go of what is not there any more", async () => {
    const { backend, user } = await startAdding();
    const before = await backend.places();
    await backend.applyEdit({ kind: "moveItems", items: [0], topic: before.topic[3]! });
    await drop(backend, "/lists/more.txt");
    await user.click(screen.getByTestId("import-add"));
    await waitFor(() => {
      expect(backend.calls).toContain("placeUnsorted");
    });
    await waitFor(async () => {
      const places = await backend.places();
      expect([places.topic[0], places.pinned[0]]).toEqual([before.topic[3], 1]);
    });
    await user.click(await waitFor(() => chipOf("Norway")));
    await user.keyboard("{Control>}zz{/Control}");
    await waitFor(() => {
      expect(screen.getByTestId("status-counts").textContent).toContain("9 words");
    });
    expect(screen.queryByTestId("inspector-word")).toBeNull();
  });

  it("makes a new workbook if that is wanted", async () => {
    const { backend, user } = await startAdding();
    await drop(backend, "/lists/more.txt");
    await user.click(confirmButton());
    await waitFor(() => {
      expect(screen.getByTestId("workbook-name").textContent).toBe("more");
    });
    expect(backend.calls).not.toContain("addItems");
  });

  it("takes words as they are typed, without more questions", async () => {
    const { user } = await startAdding();
    await user.click(screen.getByTestId("main-menu"));
    await user.click(await screen.findByTestId("add-items"));
    const dialog = await screen.findByTestId("paste-dialog");
    expect(within(dialog).getByText("Add words")).toBeTruthy();
    await user.type(within(dialog).getByTestId("paste-text"), "cherry{Enter}apple");
    await user.click(within(dialog).getByTestId("paste-confirm"));
    await waitFor(() => {
      expect(screen.getByTestId("toasts").textContent).toContain("Added 1 word; 1 was there already.");
    });
    expect(screen.queryByTestId("import-dialog")).toBeNull();
  });

  it("says when everything was there already", async () => {
    const { backend, user } = await startAdding({ files: { "/lists/same.txt": "apple\norange" } });
    await drop(backend, "/lists/same.txt");
    await user.click(screen.getByTestId("import-add"));
    await waitFor(() => {
      expect(screen.getByTestId("toasts").textContent).toContain("Nothing new: all 2 were there already.");
    });
    expect(backend.calls).not.toContain("placeUnsorted");
  });

  it("is not offered for a workbook that can only be read", async () => {
    const { backend, user } = await startImport({ isReadOnly: true });
    await user.click(screen.getByTestId("sample-nine"));
    await screen.findByTestId("workbook");
    await drop(backend, "/lists/table.csv");
    expect(screen.queryByTestId("import-add")).toBeNull();
    expect(confirmButton().textContent).toContain("Import 5 words");
  });
});

describe("accessibility", () => {
  afterEach(() => {
    delete document.documentElement.dataset.theme;
  });

  it("has nothing to complain about while a list comes in", async () => {
    document.documentElement.lang = "en";
    document.title = "Kindred";
    const { backend, user } = await startImport();
    await drop(backend, "/lists/variants.txt");
    await user.click(screen.getByTestId("import-examples-case"));
    await user.click(screen.getByTestId("import-variant-case"));
    await untilCounted("2 variants");
    expect(await violations(), "variants").toEqual([]);
    await user.keyboard("{Escape}");
    await waitFor(() => {
      expect(screen.queryByTestId("import-dialog")).toBeNull();
    });
    await drop(backend, "/lists/table.csv");
    expect(await violations(), "a table").toEqual([]);
    await user.click(screen.getByTestId("import-column-2"));
    await screen.findByTestId("role-text");
    expect(await violations(), "what a column is").toEqual([]);
    await user.keyboard("{Escape}{Escape}");
    await waitFor(() => {
      expect(screen.queryByTestId("import-dialog")).toBeNull();
    });
    backend.options.readingMs = 4000;
    backend.dropFiles(["/lists/plain.txt"]);
    await screen.findByTestId("import-reading");
    expect(await violations(), "reading").toEqual([]);
  });
});
