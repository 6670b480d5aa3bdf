/** Topics in the broad ones they belong to, and the ways topics are found. */
import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { appError } from "$lib/ipc/fakeImport";
import type { FakeOptions } from "$lib/ipc/fake";
import { startWithNine, violations } from "./start";

/** Nine words in so many topics that they can be grouped. */
async function startWithMany(options: FakeOptions = {}) {
  const started = await startWithNine(options);
  const { backend, user } = started;
  while (screen.getByTestId("topics-count").textContent.trim() !== "6") {
    await user.click(screen.getByTestId("topics-more"));
  }
  await user.click(screen.getByTestId("find-again"));
  await waitFor(() => {
    expect(screen.getAllByTestId("topic-row")).toHaveLength(6);
  });
  backend.calls.length = 0;
  return started;
}

async function grouped(options: FakeOptions = {}) {
  const started = await startWithMany(options);
  await started.user.click(screen.getByTestId("topics-grouped"));
  await screen.findAllByTestId("topic-group");
  return started;
}

const names = (within: HTMLElement | Document = document): string[] =>
  [...within.querySelectorAll("[data-testid=topic-name]")].map(({ textContent }) => textContent.trim());

describe("broad topics", () => {
  it("are not offered where there are few topics", async () => {
    const { backend } = await startWithNine();
    expect(screen.queryByTestId("topics-grouped")).toBeNull();
    expect(backend.calls).not.toContain("broadTopics");
  });

  it("hold every topic once, in the list and on the board", async () => {
    const { user } = await startWithMany();
    const flat = names().sort();
    await user.click(screen.getByTestId("topics-grouped"));
    await screen.findAllByTestId("topic-group");
    expect(names().sort()).toEqual(flat);
    const headings = screen.getAllByTestId("topic-group-heading").map(({ title }) => title);
    await waitFor(() => {
      expect(
        screen.getAllByTestId("board-heading").map(({ firstChild }) => firstChild?.textContent?.trim()),
      ).toEqual(headings);
    });
    await waitFor(() => {
      expect(screen.getAllByTestId("card").length, "with Unsorted").toBe(flat.length + 1);
    });
    await user.click(screen.getByTestId("topics-grouped"));
    expect(screen.queryByTestId("topic-group")).toBeNull();
    expect(screen.queryByTestId("board-heading")).toBeNull();
  });

  it("open and close with the pointer and with keys", async () => {
    const { user } = await grouped();
    const [first] = screen.getAllByTestId("topic-group");
    const heading = within(first!).getByTestId("topic-group-heading");
    const inside = names(first).length;
    expect(inside).toBeGreaterThan(1);
    await user.click(heading);
    expect(heading.getAttribute("aria-expanded")).toBe("false");
    expect(names(first)).toHaveLength(0);
    heading.focus();
    await user.keyboard("{ArrowRight}");
    expect(names(first)).toHaveLength(inside);
    await user.keyboard("{ArrowRight}");
    expect(document.activeElement?.closest("[data-testid=topic-row]"), "the first topic in it").toBe(
      within(first!).getAllByTestId("topic-row")[0],
    );
    await user.keyboard("{ArrowDown}{ArrowLeft}");
    expect(document.activeElement, "back to the heading").toBe(heading);
    await user.keyboard("{ArrowLeft}{ArrowDown}");
    expect(heading.getAttribute("aria-expanded")).toBe("false");
    expect((document.activeElement as HTMLElement).dataset.testid, "past what is closed").toBe(
      "topic-group-heading",
    );
  });

  it("keep a topic's order among those it stands with", async () => {
    const { backend, user } = await grouped();
    const [first] = screen.getAllByTestId("topic-group");
    const [above, below] = names(first);
    within(first!).getAllByTestId("topic-row")[0]!.querySelector<HTMLElement>(".row")!.focus();
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
    await waitFor(() => {
      expect(names(screen.getAllByTestId("topic-group")[0]).slice(0, 2)).toEqual([below, above]);
    });
    expect(backend.edits).toEqual([expect.objectContaining({ kind: "reorderTopic" })]);
  });

  it("are asked for anew after an edit, and remembered with the window", async () => {
    const { backend, user } = await grouped();
    const asked = (): number => backend.calls.filter((call) => call === "broadTopics").length;
    const before = asked();
    await user.click(screen.getByTestId("new-topic"));
    await user.type(await screen.findByTestId("new-topic-input"), "odds and ends{Enter}");
    await waitFor(() => {
      expect(asked()).toBe(before + 1);
    });
    expect(names(), "it is somewhere at once").toContain("odds and ends");
    await waitFor(() => {
      expect(JSON.parse(backend.storedView)).toMatchObject({ isGrouped: true });
    });
  });

  it("has nothing to complain about", async () => {
    document.documentElement.lang = "en";
    const { user } = await grouped();
    // So few words give several topics the same name.
    const isAboutNames = (complaint: string): boolean => complaint.startsWith("landmark-unique");
    expect(
      (await violations()).filter((complaint) => !isAboutNames(complaint)),
      "board",
    ).toEqual([]);
    await user.click(screen.getByTestId("tab-words"));
    await user.click(screen.getAllByTestId("topic-group-heading")[0]!);
    expect(await violations(), "list").toEqual([]);
    await user.click(screen.getByTestId("find-method"));
    await screen.findByTestId("find-methods");
    expect(await violations(), "ways to find topics").toEqual([]);
  });
});

describe("how topics are found", () => {
  it("is k-means until another way is chosen, with the number that goes with it", async () => {
    const { backend, user } = await startWithMany();
    await user.click(screen.getByTestId("find-again"));
    await waitFor(() => {
      expect(backend.calls).toContain("findTopics kmeans 6");
    });
    await user.click(screen.getByTestId("find-method"));
    await user.click(await screen.findByTestId("find-method-ward"));
    await user.keyboard("{Escape}");
    await user.click(screen.getByTestId("find-again"));
    await waitFor(() => {
      expect(backend.calls).toContain("findTopics ward 6");
    });
    await user.click(screen.getByTestId("find-method"));
    await user.click(await screen.findByTestId("find-method-hdbscan"));
    await user.keyboard("{Escape}");
    expect(screen.getByText("At least")).toBeTruthy();
    expect(screen.getByTestId("topics-count").textContent, "a number of topics is no size").toContain("auto");
    await user.click(screen.getByTestId("topics-more"));
    await user.click(screen.getByTestId("find-again"));
    await waitFor(() => {
      expect(backend.calls).toContain("findTopics hdbscan 6");
    });
    await waitFor(() => {
      expect(JSON.parse(backend.storedView)).toMatchObject({ topicMethod: "hdbscan", smallestTopic: 6 });
    });
  });

  it("says why when a way does not do for this list", async () => {
    const { backend, user } = await startWithMany();
    const sentence = "There are too many texts for this way. Choose k-means.";
    backend.failures.set("findTopics", appError("invalid", sentence));
    await user.click(screen.getByTestId("find-again"));
    expect((await screen.findByTestId("error-message")).textContent).toContain(sentence);
  });
});
