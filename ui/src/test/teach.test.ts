import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import type { FakeOptions } from "$lib/ipc/fake";
import { appError } from "$lib/ipc/fakeImport";
import { chipOf, start, startWithNine, violations } from "./start";

const KINDS: Record<string, string> = {
  fruit: "apple,orange,banana,pear,peach,plum,cherry,grape",
  countries: "Jamaica,Peru,Ghana,Kenya,Chile,Nepal,Greece,Norway",
  companies: "Google,Siemens,Toyota,Nestle,Sony,Shell,Nokia,Volvo",
};
const KINDS_CSV = [
  "word,kind",
  ...Object.entries(KINDS).flatMap(([kind, words]) => words.split(",").map((word) => `${word},${kind}`)),
].join("\n");

/** 24 words with a category column, sorted into topics. */
async function startWithKinds(options: FakeOptions = {}) {
  const started = await start({ files: { "/lists/kinds.csv": KINDS_CSV }, ...options });
  const { backend, user } = started;
  backend.dropFiles(["/lists/kinds.csv"]);
  await screen.findByTestId("import-dialog");
  await user.selectOptions(screen.getByTestId("import-text-column"), "0");
  await user.selectOptions(screen.getByTestId("import-category-column"), "1");
  await waitFor(() => {
    expect(screen.getByTestId("import-counts").textContent).toContain("24 words");
    expect(screen.getByTestId<HTMLButtonElement>("import-confirm").disabled).toBe(false);
  });
  await user.click(screen.getByTestId("import-confirm"));
  await screen.findAllByTestId("topic-row");
  return started;
}

const topicNames = (): string[] => screen.getAllByTestId("topic-name").map((name) => name.textContent.trim());

describe("sorting into typed topics", () => {
  it("begins with the topics there are, says what comes of the names, and sorts with Ctrl Enter", async () => {
    const { backend, user } = await startWithNine();
    const before = topicNames();
    await user.click(screen.getByTestId("sort-open"));
    const names = await screen.findByTestId<HTMLTextAreaElement>("sort-names");
    expect(names.value.trim().split("\n")).toEqual(before);
    await user.clear(names);
    expect(screen.getByTestId<HTMLButtonElement>("sort-confirm").disabled, "nothing was typed").toBe(true);
    await user.click(names);
    await user.paste("fruit: apple, pear\nplaces, Fruit");
    const remarks = screen.getByTestId("sort-remarks");
    expect(remarks.textContent).toContain("2 topics, 1 with examples");
    expect(remarks.textContent).toContain("Named more than once, counts once: fruit.");
    expect(remarks.textContent).toMatch(/\d topics? that (is|are) not in this list will go/);
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => {
      expect(topicNames()).toEqual(["fruit", "places"]);
    });
    await waitFor(() => {
      expect(screen.queryByTestId("sort-dialog")).toBeNull();
    });
    expect(backend.calls.filter((call) => call.startsWith("sortInto"))).toHaveLength(1);
    await user.click(screen.getByTestId("undo"));
    await waitFor(() => {
      expect(topicNames(), "it is one edit").toEqual(before);
    });
  });

  it("is honest about one topic and refuses too many", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getByTestId("sort-open"));
    const names = await screen.findByTestId<HTMLTextAreaElement>("sort-names");
    await user.clear(names);
    await user.click(names);
    await user.paste("fruit");
    expect(screen.getByTestId("sort-remarks").textContent).toContain("With one topic only");
    expect(screen.getByTestId<HTMLButtonElement>("sort-confirm").disabled).toBe(false);
    await user.clear(names);
    await user.click(names);
    await user.paste(Array.from({ length: 201 }, (_, index) => `topic ${index}`).join("\n"));
    expect(screen.getByTestId("sort-remarks").textContent).toContain(
      "201 topics are more than can be sorted",
    );
    expect(screen.getByTestId<HTMLButtonElement>("sort-confirm").disabled).toBe(true);
  });

  it("takes the names of the category column, and its cells as examples", async () => {
    const { user } = await startWithKinds();
    await user.click(screen.getByTestId("sort-open"));
    const names = await screen.findByTestId<HTMLTextAreaElement>("sort-names");
    await user.click(screen.getByTestId("sort-categories"));
    expect(names.value.trim().split("\n")).toEqual(Object.keys(KINDS));
    await user.click(screen.getByTestId("sort-examples"));
    expect(screen.getByTestId("sort-dialog").textContent).toContain("nothing would be left to sort");
    await user.clear(names);
    await user.click(names);
    await user.paste("fruit\ncompanies");
    expect(screen.getByTestId("sort-dialog").textContent).toContain("16 of 24 words are under one of these");
    await user.click(screen.getByTestId("sort-confirm"));
    await waitFor(() => {
      expect(topicNames().sort()).toEqual(["companies", "fruit"]);
    });
    await user.click(screen.getByTestId("tab-words"));
    expect(screen.getAllByTestId("word-pinned")).toHaveLength(16);
  });

  it("can be cancelled, and keeps what was typed", async () => {
    const { backend, user } = await startWithNine();
    backend.options.tickMs = 60;
    const before = topicNames();
    await user.click(screen.getByTestId("sort-open"));
    const names = await screen.findByTestId<HTMLTextAreaElement>("sort-names");
    await user.clear(names);
    await user.click(names);
    await user.paste("fruit\nplaces");
    await user.click(screen.getByTestId("sort-confirm"));
    expect((await screen.findByTestId("progress")).textContent).toContain("Sorting into your topics");
    await user.click(screen.getByTestId("cancel"));
    await waitFor(() => {
      expect(screen.queryByTestId("progress")).toBeNull();
    });
    expect(topicNames()).toEqual(before);
    await user.click(screen.getByTestId("sort-open"));
    expect((await screen.findByTestId<HTMLTextAreaElement>("sort-names")).value).toBe("fruit\nplaces");
  });
});

describe("how sure the machine must be", () => {
  it("shows what would move while the slider is held, and moves it when let go", async () => {
    const { backend, user } = await start();
    await user.click(screen.getByTestId("sample-words"));
    await screen.findAllByTestId("topic-row");
    const slider = screen.getByTestId<HTMLInputElement>("threshold");
    expect(screen.getByTestId("threshold-value").textContent).toBe("as the machine judges");
    await fireEvent.input(slider, { target: { value: "95" } });
    expect(screen.getByTestId("threshold-value").textContent).toMatch(/95\s% sure/);
    const moves = /moves (\d+) to Unsorted/.exec(screen.getByTestId("threshold-moves").textContent);
    expect(moves, "few words are that sure").not.toBeNull();
    expect(backend.edits, "nothing happens before it is let go").toEqual([]);
    const unsorted = (): number =>
      Number(screen.getByTestId("unsorted-row").querySelector(".count")?.textContent);
    const before = unsorted();
    await fireEvent.change(slider);
    await waitFor(() => {
      expect(unsorted()).toBe(before + Number(moves?.[1]));
    });
    expect(backend.edits).toEqual([{ kind: "setThreshold", threshold: 0.95 }]);
    await waitFor(() => {
      expect(screen.getByTestId("threshold-moves").textContent).toBe("");
    });

    await user.click(screen.getByTestId("place-unsorted"));
    await waitFor(() => {
      expect(unsorted()).toBe(0);
    });
    expect(screen.queryByTestId("place-unsorted"), "there is nothing left to place").toBeNull();
  });
});

describe("not sure", () => {
  async function startDoubting() {
    const started = await start();
    await started.user.click(screen.getByTestId("sample-words"));
    await screen.findAllByTestId("topic-row");
    return started;
  }
  const active = (): string =>
    screen
      .getAllByTestId("doubt-row")
      .find((row) => row.getAttribute("aria-selected") === "true")
      ?.querySelector(".word")
      ?.textContent.trim() ?? "";

  it("is counted in the panel and asks about the closest call first", async () => {
    const { user } = await startDoubting();
    const link = screen.getByTestId("doubt-row-link");
    const count = Number(link.querySelector(".count")?.textContent);
    expect(count).toBeGreaterThan(0);
    expect(screen.getByTestId("tab-doubt").textContent).toContain(String(count));
    await user.click(link);
    const rows = await screen.findAllByTestId("doubt-row");
    const gaps = rows.map((row) => {
      const [first = 0, second = 0] = within(row)
        .getAllByTestId("doubt-answer")
        .map((answer) => Number(/(\d+)\s%/.exec(answer.textContent)?.[1]));
      return first - second;
    });
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
  });

  it("takes an answer by a click or a key, pins the word and goes on to the next", async () => {
    const { backend, user } = await startDoubting();
    await user.click(screen.getByTestId("tab-doubt"));
    screen.getByTestId("doubt-list").focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
    const first = active();
    expect(screen.getByTestId("inspector-word").textContent.trim()).toBe(first);
    await user.keyboard("2");
    await waitFor(() => {
      expect(backend.edits).toHaveLength(1);
    });
    const second = active();
    expect(second, "the next row").not.toBe(first);
    expect(document.activeElement).toBe(screen.getByTestId("doubt-list"));
    await waitFor(() => {
      const words = screen.getAllByTestId("doubt-row").map((row) => row.querySelector(".word")?.textContent);
      expect(words, "what is answered is settled").not.toContain(first);
    });
    const row = screen.getAllByTestId("doubt-row").find((one) => one.textContent.includes(second))!;
    const answer = within(row).getAllByTestId("doubt-answer")[0]!;
    const topic = Number(answer.dataset.topic);
    await user.click(answer);
    await waitFor(() => {
      expect(backend.edits.at(-1)).toMatchObject({ kind: "moveItems", topic });
    });
    expect(document.activeElement, "the keys go on working").toBe(screen.getByTestId("doubt-list"));
    const third = active();
    await user.click(
      within(screen.getAllByTestId("doubt-row").find((one) => one.textContent.includes(third))!).getByTestId(
        "doubt-leave",
      ),
    );
    expect(active()).not.toBe(third);
    expect(backend.edits, "leaving changes nothing").toHaveLength(2);
  });

  it("offers any other topic", async () => {
    const { user } = await startDoubting();
    await user.click(screen.getByTestId("tab-doubt"));
    screen.getByTestId("doubt-list").focus();
    await user.keyboard("{ArrowDown}o");
    await screen.findByTestId("move-dialog");
  });
});

describe("context", () => {
  it("is given to one word, shown, and taken back", async () => {
    const { backend, user } = await startWithNine();
    await user.click(chipOf("apple"));
    await user.type(await screen.findByTestId("context-input"), "apple, the company{Enter}");
    await waitFor(() => {
      expect(screen.getByTestId("context-applied").textContent).toContain("read as: apple, the company");
    });
    expect(screen.getByTestId<HTMLInputElement>("context-input").value).toBe("");
    await user.click(screen.getByTestId("tab-words"));
    expect(screen.getByTitle("apple, the company")).toBeTruthy();
    await user.click(screen.getByTestId("context-clear"));
    await waitFor(() => {
      expect(screen.queryByTestId("context-applied")).toBeNull();
    });
    expect(backend.calls.filter((call) => call === "giveContext")).toHaveLength(2);
  });

  it("keeps what was typed when it fails", async () => {
    const { backend, user } = await startWithNine();
    backend.failures.set("giveContext", appError("embedding", "The model did not answer."));
    await user.click(chipOf("apple"));
    await user.type(await screen.findByTestId("context-input"), "the company");
    await user.click(screen.getByTestId("context-apply"));
    await waitFor(() => {
      expect(screen.getByTestId("error-message").textContent).toBe("The model did not answer.");
    });
    await user.click(screen.getByTestId("error-close"));
    expect(screen.getByTestId<HTMLInputElement>("context-input").value).toBe("the company");
  });

  it("cannot be given where nothing can be changed", async () => {
    const { backend, user } = await startWithNine();
    backend.options.isReadOnly = true;
    await user.click(chipOf("apple"));
    await user.type(await screen.findByTestId("context-input"), "the company{Enter}");
    await waitFor(() => {
      expect(screen.getByTestId("saved").textContent).toContain("reading only");
    });
    expect(screen.getByTestId<HTMLInputElement>("context-input").disabled).toBe(true);
    expect(screen.queryByTestId("context-clear")).toBeNull();
  });
});

describe("the inspector", () => {
  it("tells what the person put where it is, and lets the machine decide again", async () => {
    const { backend, user } = await startWithNine();
    await user.click(chipOf("apple"));
    expect(screen.getByTestId("inspector").textContent).toMatch(/\d+\s% sure/);
    await user.click(screen.getByTestId("tab-doubt"));
    const row = (await screen.findAllByTestId("doubt-row")).find((one) => one.textContent.includes("apple"))!;
    await user.click(within(row).getAllByTestId("doubt-answer")[0]!);
    await waitFor(() => {
      expect(backend.edits).toHaveLength(1);
    });
    await user.click(screen.getByTestId("tab-words"));
    await user.click(screen.getAllByTestId("word-row")[0]!);
    expect(screen.getByTestId("inspector").textContent).toContain("put here by you");
    await user.click(screen.getByTestId("inspector-unpin"));
    await waitFor(() => {
      expect(screen.getByTestId("inspector").textContent).not.toContain("put here by you");
    });
  });

  it("takes a word that would fit a topic with one click", async () => {
    const { backend, user } = await start();
    await user.click(screen.getByTestId("sample-words"));
    const rows = await screen.findAllByTestId("topic-row");
    for (const row of rows) {
      await user.click(row.querySelector("button")!);
      if (screen.queryAllByTestId("fitting-take").length > 0) break;
    }
    expect(screen.getByTestId("topic-figures").textContent).toContain("Found again");
    const [take] = screen.getAllByTestId("fitting-take");
    const what = take!.title;
    await user.click(take!);
    await waitFor(() => {
      expect(backend.edits[0]).toMatchObject({ kind: "moveItems" });
      expect(screen.queryByTitle(what), "it is no longer elsewhere").toBeNull();
    });
  });
});

describe("the score", () => {
  it("needs something to compare with", async () => {
    await startWithNine();
    expect(screen.getByTestId<HTMLButtonElement>("tab-score").disabled).toBe(true);
  });

  it("tells how often the machine agrees, and what is where", async () => {
    const { backend, user } = await startWithKinds();
    await user.click(screen.getByTestId("tab-score"));
    const headline = await screen.findByTestId("score-agreed");
    expect(headline.textContent).toMatch(/on \d+ of 24 words \(\d+\s%\)/);
    const table = screen.getByTestId("score-table");
    const heads = within(table)
      .getAllByRole("rowheader")
      .map((head) => head.textContent.trim());
    expect(heads.sort()).toEqual(Object.keys(KINDS).sort());
    expect(screen.queryByTestId("score-judge"), "nothing was moved by hand").toBeNull();

    const asked = (): number => backend.calls.filter((call) => call.startsWith("agreement")).length;
    expect(asked()).toBe(1);
    await user.click(screen.getByTestId("undo"));
    await user.click(screen.getByTestId("redo"));
    await waitFor(() => {
      expect(asked(), "asked again after a change").toBeGreaterThan(1);
    });
  });

  it("says when it cannot be worked out, and tries again", async () => {
    const { backend, user } = await startWithKinds();
    backend.failures.set("agreement", appError("internal", "Something broke."));
    await user.click(screen.getByTestId("tab-score"));
    await screen.findByTestId("error-message");
    await user.click(screen.getByTestId("error-close"));
    await user.click(await screen.findByTestId("score-again"));
    await screen.findByTestId("score-agreed");
  });
});

describe("the history", () => {
  it("goes back and forward to any step", async () => {
    const { user } = await startWithNine();
    const before = topicNames();
    for (const name of ["first", "second"]) {
      await user.click(screen.getAllByTestId("topic-row")[0]!.querySelector("button")!);
      await user.click(await screen.findByTestId("inspector-rename"));
      const input = await screen.findByTestId("inspector-rename-input");
      await user.clear(input);
      await user.type(input, `${name}{Enter}`);
      await waitFor(() => {
        expect(topicNames()[0]).toBe(name);
      });
    }
    await user.keyboard("{Control>}h{/Control}");
    const labels = (): string[] => screen.getAllByTestId("history-entry").map((entry) => entry.textContent);
    await screen.findAllByTestId("history-entry");
    expect(labels()[0], "the newest first").toContain("second");
    expect(labels()[0]).toContain("now");
    expect(labels()).toHaveLength(3);

    await user.click(screen.getAllByTestId("history-entry")[2]!);
    await waitFor(() => {
      expect(topicNames()).toEqual(before);
      expect(labels()[0]).toContain("undone");
      expect(labels()[2]).toContain("now");
    });
    screen.getAllByTestId("history-entry")[2]!.focus();
    await user.keyboard("{ArrowUp}{Enter}");
    await waitFor(() => {
      expect(topicNames()[0]).toBe("first");
    });
    await user.keyboard("{Escape}");
    await waitFor(() => {
      expect(screen.queryByTestId("history-dialog")).toBeNull();
    });
  });
});

describe("accessibility of sorting and teaching", () => {
  afterEach(() => {
    delete document.documentElement.dataset.theme;
  });

  for (const theme of ["light", "dark"]) {
    it(`has nothing to complain about (${theme})`, async () => {
      document.documentElement.dataset.theme = theme;
      document.documentElement.lang = "en";
      document.title = "Kindred";
      const { user } = await startWithKinds();
      await user.click(screen.getByTestId("sort-open"));
      await screen.findByTestId("sort-names");
      await user.click(screen.getByTestId("sort-examples"));
      expect(await violations(), "sort").toEqual([]);
      await user.keyboard("{Escape}");
      await user.click(screen.getByTestId("tab-doubt"));
      await user.click((await screen.findAllByTestId("doubt-row"))[0]!);
      expect(await violations(), "not sure").toEqual([]);
      await user.keyboard("1");
      await user.click(screen.getByTestId("tab-score"));
      await screen.findByTestId("score-table");
      expect(await violations(), "score").toEqual([]);
      await user.click(screen.getByTestId("history-open"));
      await screen.findAllByTestId("history-entry");
      expect(await violations(), "history").toEqual([]);
    });
  }
});
