import { screen, waitFor, within } from "@testing-library/svelte";
import type { UserEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { appError } from "$lib/ipc/fakeImport";
import { fileNameOf } from "$lib/text/files";
import { chipOf, startWithNine, violations } from "./start";

const radio = (testid: string): HTMLInputElement => screen.getByTestId<HTMLInputElement>(testid);

async function openExport(user: UserEvent): Promise<HTMLElement> {
  await user.keyboard("{Control>}e{/Control}");
  return screen.findByTestId("export-dialog");
}

describe("exporting", () => {
  it("begins with everything, as an Excel workbook", async () => {
    const { backend, user } = await startWithNine();
    const dialog = await openExport(user);
    expect(radio("export-what-all").checked).toBe(true);
    expect(radio("export-format-xlsx").checked).toBe(true);
    expect(within(dialog).getByTestId("export-name").textContent.trim()).toBe(
      "Fruit, countries, companies.xlsx",
    );
    await user.click(screen.getByTestId("export-confirm"));
    await waitFor(() => {
      expect(backend.exports.requests).toEqual([
        {
          path: "/out/Fruit, countries, companies.xlsx",
          format: "xlsx",
          items: null,
          isExact: false,
          hasMark: true,
        },
      ]);
    });
    expect(backend.calls).toContain("askSavePath Fruit, countries, companies.xlsx");
    await waitFor(() => {
      expect(screen.queryByTestId("export-dialog")).toBeNull();
    });
  });

  it("offers every kind of file under a name that ends as it should", async () => {
    const { user } = await startWithNine();
    await openExport(user);
    for (const [format, ending] of [
      ["csv", "csv"],
      ["report", "html"],
      ["json", "json"],
      ["parquet", "parquet"],
      ["npy", "npy"],
      ["projector", "tsv"],
    ] as const) {
      await user.click(screen.getByTestId(`export-format-${format}`));
      expect(screen.getByTestId("export-name").textContent).toContain(`companies.${ending}`);
    }
  });

  it("takes the words that are selected, in the order of the list", async () => {
    const { backend, user } = await startWithNine();
    await user.click(chipOf("banana"));
    await user.keyboard("{Control>}");
    await user.click(chipOf("apple"));
    await user.keyboard("{/Control}");
    await openExport(user);
    expect(radio("export-what-selection").checked, "two words are hardly selected by chance").toBe(true);
    expect(screen.getByTestId("export-confirm").textContent).toBe("Save 2 words …");
    await user.click(screen.getByTestId("export-confirm"));
    await waitFor(() => {
      expect(backend.exports.requests).toHaveLength(1);
    });
    const items = backend.exports.requests[0]?.items ?? [];
    expect(items).toEqual([...items].sort((a, b) => a - b));
    expect(items).toHaveLength(2);
  });

  it("does not take one word for the whole wish, unless its own bar says so", async () => {
    const { user } = await startWithNine();
    await user.click(chipOf("apple"));
    await openExport(user);
    expect(radio("export-what-all").checked).toBe(true);
    await user.keyboard("{Escape}");
    await user.click(screen.getByTestId("selection-export"));
    await screen.findByTestId("export-dialog");
    expect(radio("export-what-selection").checked).toBe(true);
    expect(screen.getByTestId("export-confirm").textContent).toBe("Save 1 word …");
  });

  it("takes one topic, from its menu or because it is selected", async () => {
    const { backend, user } = await startWithNine();
    const row = screen.getAllByTestId("topic-row")[0]!;
    await user.click(row.querySelector("button")!);
    await openExport(user);
    expect(radio("export-what-topic").checked).toBe(true);
    await user.selectOptions(screen.getByTestId("export-topic"), "4294967295");
    expect(screen.getByTestId("export-name").textContent).toContain("companies - Unsorted.xlsx");
    await user.keyboard("{Escape}");
    await user.click(within(row).getByTestId("topic-menu"));
    await user.click(await screen.findByTestId("menu-export-topic"));
    await screen.findByTestId("export-dialog");
    await user.click(screen.getByTestId("export-confirm"));
    await waitFor(() => {
      expect(backend.exports.requests.at(-1)?.items?.length).toBeGreaterThan(0);
    });
  });

  it("takes the rows that Words shows while it is filtered", async () => {
    const { user } = await startWithNine();
    await user.click(screen.getByTestId("tab-words"));
    await user.type(screen.getByTestId("words-search"), "an");
    await openExport(user);
    expect(radio("export-what-shown").checked).toBe(true);
  });

  it("writes a CSV safe for spreadsheets and for Excel, or exactly and bare", async () => {
    const { backend, user } = await startWithNine();
    await openExport(user);
    expect(screen.queryByTestId("export-mark"), "only a CSV has these choices").toBeNull();
    await user.click(screen.getByTestId("export-format-csv"));
    expect(radio("export-safe").checked).toBe(true);
    expect(radio("export-mark").checked).toBe(true);
    await user.click(screen.getByTestId("export-exact"));
    await user.click(screen.getByTestId("export-mark"));
    await user.click(screen.getByTestId("export-confirm"));
    await waitFor(() => {
      expect(backend.exports.requests[0]).toMatchObject({ format: "csv", isExact: true, hasMark: false });
    });
  });

  it("shows how far it is, and writes nothing when it is cancelled", async () => {
    const { backend, user } = await startWithNine({ tickMs: 60 });
    await waitFor(() => {
      expect(screen.queryByTestId("progress")).toBeNull();
    });
    await openExport(user);
    await user.click(screen.getByTestId("export-confirm"));
    await waitFor(() => {
      expect(screen.getByTestId("progress").textContent).toContain("Writing the file");
    });
    await user.click(screen.getByTestId("cancel"));
    await waitFor(() => {
      expect(screen.queryByTestId("progress")).toBeNull();
    });
    expect(backend.written.size).toBe(0);
    expect(screen.getByTestId("toasts").textContent).not.toContain("Saved");
  });

  it("stays open when the person closes the dialog of the system", async () => {
    const { backend, user } = await startWithNine({ savePath: null });
    await openExport(user);
    await user.click(screen.getByTestId("export-confirm"));
    expect(screen.getByTestId("export-dialog")).toBeTruthy();
    expect(backend.exports.requests).toEqual([]);
  });

  it("copies what is selected as a table, else everything", async () => {
    const { backend, user } = await startWithNine();
    await user.keyboard("{Control>}{Shift>}C{/Shift}{/Control}");
    await waitFor(() => {
      expect(screen.getByTestId("toasts").textContent).toContain("Copied 9 words as a table");
    });
    expect(backend.exports.clipboard.split("\n")).toHaveLength(10);
    await user.click(chipOf("apple"));
    await user.click(screen.getByTestId("main-menu"));
    await user.click(await screen.findByTestId("copy-table"));
    await waitFor(() => {
      expect(backend.exports.clipboard.split("\n")[1]).toMatch(/^apple\t/);
    });
    expect(backend.exports.clipboard.split("\n")).toHaveLength(2);
  });

  it("saves a copy of the workbook and says where, or why not", async () => {
    const { backend, user } = await startWithNine({ savePath: "/out/Shopping.kindred" });
    await user.click(screen.getByTestId("main-menu"));
    await user.click(await screen.findByTestId("save-copy"));
    await waitFor(() => {
      expect(screen.getByTestId("toasts").textContent).toContain("Saved a copy as Shopping.kindred");
    });
    expect(backend.calls).toContain("askSavePath Fruit, countries, companies copy.kindred");
    backend.failures.set("saveCopy", appError("unwritable", "There is no room on this disk."));
    await user.keyboard("{Control>}{Shift>}S{/Shift}{/Control}");
    await waitFor(() => {
      expect(screen.getByTestId("error-message").textContent).toBe("There is no room on this disk.");
    });
  });

  it("also works in a workbook that can only be read", async () => {
    const { backend, user } = await startWithNine();
    backend.options.isReadOnly = true;
    await openExport(user);
    expect(screen.getByTestId<HTMLButtonElement>("export-confirm").disabled).toBe(false);
  });

  it("has nothing for axe to complain about", async () => {
    document.title = "Kindred";
    const { user } = await startWithNine();
    await openExport(user);
    await user.click(screen.getByTestId("export-format-csv"));
    await user.click(screen.getByTestId("export-what-topic"));
    expect(await violations()).toEqual([]);
  });
});

describe("suggested names", () => {
  const check = (name: string, wanted: string): void => {
    expect(fileNameOf(name, "csv"), name).toBe(wanted);
  };

  it("are taken by every system", () => {
    check("Shopping words", "Shopping words.csv");
    check('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j.csv");
    check("  two\n lines ", "two lines.csv");
    check("../../etc/passwd", "etc passwd.csv");
    check(".hidden. ", "hidden.csv");
    check("CON", "Kindred CON.csv");
    check("", "Kindred.csv");
    check("???", "Kindred.csv");
    check("x".repeat(300), `${"x".repeat(100)}.csv`);
    check("evil\u202Egnp", "evil gnp.csv");
    check("Früchte – 水果 👩‍🍳", "Früchte – 水果 👩‍🍳.csv");
  });
});
