/** Moving words and topics about: by dragging, by menu, by keys. */
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { tick } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Follower } from "$lib/ipc/bindings";
import { FakeBackend, type FakeOptions } from "$lib/ipc/fake";
import App from "../App.svelte";

const FOLLOWERS: Follower[] = [
  { item: 50, confidence: 0.81 },
  { item: 61, confidence: 0.72 },
  { item: 72, confidence: 0.64 },
];

async function start(options: FakeOptions = {}, followers: Follower[] = []) {
  const backend = new FakeBackend(options);
  vi.spyOn(backend, "followers").mockImplementation(async () => followers);
  const user = userEvent.setup();
  render(App, { props: { backend } });
  await user.click(await screen.findByTestId("sample-words"));
  await screen.findAllByTestId("topic-row");
  await waitFor(() => {
    expect(screen.getAllByTestId("card").length).toBe(screen.getAllByTestId("topic-row").length + 1);
  });
  return { backend, user };
}

const card = (place: number): HTMLElement => screen.getAllByTestId("card")[place]!;
const chip = (place: number, index: number): HTMLElement =>
  within(card(place)).getAllByTestId("chip")[index]!;
const row = (place: number): HTMLElement => screen.getAllByTestId("topic-row")[place]!;
const rowButton = (place: number): HTMLElement => row(place).querySelector<HTMLElement>(".row")!;
const names = (): string[] => screen.getAllByTestId("topic-name").map((name) => name.textContent);
const itemOf = (element: HTMLElement): number => Number(element.dataset.item);
const topicOf = (element: HTMLElement): number => Number(element.dataset.topic);
const cardWith = (item: number): string | undefined =>
  screen
    .getAllByTestId("chip")
    .find((one) => itemOf(one) === item)
    ?.closest<HTMLElement>("[data-testid=card]")?.dataset.topic;
const undoTitle = (): string => screen.getByTestId("undo").title;

const CARD_PX = 100;
const ROW_PX = 40;
const PANEL_X = 5000;

/** Gives cards and rows places on screen: cards side by side, rows one below the other far to the right. */
function layOut(): void {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
    const index = (id: string): number => screen.queryAllByTestId(id).indexOf(this as HTMLElement);
    if (index("card") >= 0) return new DOMRect(index("card") * CARD_PX, 0, CARD_PX, CARD_PX);
    if (index("topic-row") >= 0) return new DOMRect(PANEL_X, index("topic-row") * ROW_PX, 200, ROW_PX);
    if (index("new-topic-card") >= 0) return new DOMRect(0, 200, CARD_PX, CARD_PX);
    if (index("board") >= 0) return new DOMRect(0, -500, PANEL_X, 2000);
    if (index("topics") >= 0) return new DOMRect(PANEL_X, -500, 200, 2000);
    return new DOMRect(-900, -900, 0, 0);
  });
}

const atCard = (place: number): [number, number] => [place * CARD_PX + 50, 50];
const atRow = (place: number, share = 0.5): [number, number] => [
  PANEL_X + 50,
  place * ROW_PX + ROW_PX * share,
];

/** jsdom has no pointer events of its own. */
async function pointer(
  target: EventTarget,
  type: string,
  [clientX, clientY]: [number, number],
): Promise<void> {
  const event = new MouseEvent(type, { bubbles: true, cancelable: true, button: 0, clientX, clientY });
  target.dispatchEvent(Object.assign(event, { pointerId: 1, pointerType: "mouse" }));
  await tick();
}

const press = (element: HTMLElement): Promise<void> => pointer(element, "pointerdown", [0, 0]);
const moveTo = (at: [number, number]): Promise<void> => pointer(window, "pointermove", at);
const release = (at: [number, number]): Promise<void> => pointer(window, "pointerup", at);

async function drag(element: HTMLElement, to: [number, number]): Promise<void> {
  await press(element);
  await moveTo(to);
  await release(to);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("selecting on the board", () => {
  it("takes a range with Shift and single words with Ctrl; Escape lets go", async () => {
    const { user } = await start();
    await user.click(chip(0, 0));
    expect(screen.getByTestId("selection-count").textContent.trim()).toBe("1 word selected");
    await user.keyboard("{Shift>}");
    await user.click(chip(0, 3));
    await user.keyboard("{/Shift}");
    expect(screen.getByTestId("selection-count").textContent.trim()).toBe("4 words selected");
    await user.keyboard("{Control>}");
    await user.click(chip(1, 0));
    await user.click(chip(0, 1));
    await user.keyboard("{/Control}");
    expect(screen.getByTestId("selection-count").textContent.trim()).toBe("4 words selected");
    expect(chip(1, 0).getAttribute("aria-pressed")).toBe("true");
    expect(chip(0, 1).getAttribute("aria-pressed")).toBe("false");
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("selection-bar")).toBeNull();
  });

  it("walks with the arrows, extends with Shift and toggles with Space", async () => {
    const { user } = await start();
    chip(0, 0).focus();
    await user.keyboard("{ArrowRight}");
    expect(document.activeElement).toBe(chip(0, 1));
    await user.keyboard(" ");
    await user.keyboard("{Shift>}{ArrowRight}{ArrowRight}{/Shift}");
    expect(screen.getByTestId("selection-count").textContent).toContain("3 words");
    expect(document.activeElement).toBe(chip(0, 3));
    await user.keyboard(" ");
    expect(screen.getByTestId("selection-count").textContent).toContain("2 words");
  });

  it("takes what a box on empty space touches, and lets go on Escape", async () => {
    const { user } = await start();
    const board = screen.getByTestId("board");
    vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
      const index = screen.queryAllByTestId("chip").indexOf(this as HTMLElement);
      return index >= 0 ? new DOMRect(10 + index * 20, 10, 10, 10) : new DOMRect(0, -500, 2000, 2000);
    });
    await pointer(board, "pointerdown", [0, 0]);
    await moveTo([65, 30]);
    await waitFor(() => {
      expect(screen.getByTestId("selection-count").textContent).toContain("3 words");
    });
    await moveTo([45, 30]);
    await release([45, 30]);
    expect(screen.getByTestId("selection-count").textContent).toContain("2 words");
    await pointer(board, "pointerdown", [0, 0]);
    await moveTo([65, 30]);
    await user.keyboard("{Escape}");
    await release([65, 30]);
    expect(screen.queryByTestId("selection-bar")).toBeNull();
  });

  it("takes the whole list with Ctrl+A in Words, and is the same in all views", async () => {
    const { user } = await start();
    await user.click(screen.getByTestId("tab-words"));
    screen.getByTestId("words-table").focus();
    await user.keyboard("{Control>}a{/Control}");
    expect(screen.getByTestId("selection-count").textContent).toContain("280 words");
    await user.click(screen.getByTestId("tab-board"));
    expect(chip(2, 1).getAttribute("aria-pressed")).toBe("true");
    await user.click(screen.getByTestId("selection-clear"));
    expect(chip(2, 1).getAttribute("aria-pressed")).toBe("false");
  });
});

describe("dragging", () => {
  it("moves a word and pins it there", async () => {
    const { backend } = await start();
    layOut();
    const item = itemOf(chip(1, 0));
    const into = topicOf(card(0));
    await press(chip(1, 0));
    await moveTo([2, 2]);
    expect(screen.queryByTestId("drag-ghost"), "a trembling hand is no drag").toBeNull();
    await moveTo(atCard(0));
    expect(screen.getByTestId("drag-ghost").textContent.trim()).toBe(chip(1, 0).textContent.trim());
    await waitFor(() => {
      expect(within(card(0)).getByTestId("drop-hint").textContent).toBe(chip(1, 0).textContent.trim());
    });
    await release(atCard(0));
    await waitFor(() => {
      expect(cardWith(item)).toBe(String(into));
    });
    expect(screen.queryByTestId("drag-ghost")).toBeNull();
    expect(backend.edits).toEqual([{ kind: "moveItems", items: [item], topic: into }]);
    const moved = screen.getAllByTestId("chip").find((one) => itemOf(one) === item)!;
    expect(moved.dataset.pinned).toBe("true");
    expect(moved.title).toContain("put here by you");
  });

  it("takes the whole selection along and says what would follow", async () => {
    const { backend, user } = await start({}, FOLLOWERS);
    await user.click(chip(1, 0));
    await user.keyboard("{Control>}");
    await user.click(chip(1, 1));
    await user.click(chip(2, 0));
    await user.keyboard("{/Control}");
    layOut();
    await press(chip(1, 1));
    await moveTo(atCard(0));
    expect(screen.getByTestId("drag-ghost").textContent).toMatch(/and 2 more/);
    await waitFor(() => {
      expect(within(card(0)).getByTestId("drop-hint").textContent).toMatch(/^3 words\s· 3 more look alike$/);
    });
    await release(atCard(0));
    await waitFor(() => {
      expect(undoTitle()).toContain("Moved 3 words");
    });
    expect(backend.edits).toHaveLength(1);
  });

  it("is cancelled by Escape, and by a pointer that is lost", async () => {
    const { backend, user } = await start();
    layOut();
    await press(chip(1, 0));
    await moveTo(atCard(0));
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("drag-ghost")).toBeNull();
    await release(atCard(0));
    await press(chip(1, 0));
    await moveTo(atCard(0));
    expect(screen.getByTestId("drag-ghost")).toBeTruthy();
    await pointer(window, "pointercancel", [0, 0]);
    expect(screen.queryByTestId("drag-ghost")).toBeNull();
    await release(atCard(0));
    expect(backend.edits).toEqual([]);
  });

  it("says why it refuses", async () => {
    const { backend, user } = await start();
    await user.click(chip(0, 0));
    backend.options.isReadOnly = true;
    await user.keyboard("0");
    await waitFor(() => {
      expect(screen.getByTestId("saved").textContent).toContain("reading only");
    });
    backend.edits.length = 0;
    layOut();
    await press(chip(1, 0));
    await moveTo(atCard(0));
    await waitFor(() => {
      expect(screen.getByTestId("drag-ghost").textContent).toContain("open for reading only");
    });
    expect(screen.queryByTestId("drop-hint")).toBeNull();
    await release(atCard(0));
    expect(backend.edits).toEqual([]);
  });

  it("makes a topic of what is dropped on the new card, and lets the person name it", async () => {
    const { backend, user } = await start();
    layOut();
    const item = itemOf(chip(1, 0));
    const text = chip(1, 0).textContent.trim();
    await drag(chip(1, 0), [50, 250]);
    const input = await screen.findByTestId<HTMLInputElement>("rename-input");
    expect(input.value).toBe(text);
    await user.clear(input);
    await user.type(input, "mine{Enter}");
    await waitFor(() => {
      expect(names().at(-1)).toBe("mine");
    });
    expect(backend.edits[0]).toEqual({ kind: "newTopic", name: text, items: [item] });
  });

  it("merges a topic into the row it is dropped on, and reorders between rows", async () => {
    const { backend } = await start();
    layOut();
    const [first, second, third] = [row(0), row(1), row(2)].map(topicOf);
    const [firstName, , thirdName] = names();
    await press(rowButton(2));
    await moveTo(atRow(0));
    await waitFor(() => {
      expect(within(row(0)).getByTestId("drop-hint").textContent).toBe(
        `Merge ${thirdName!} into ${firstName!}`,
      );
    });
    await release(atRow(0));
    await waitFor(() => {
      expect(names()).not.toContain(thirdName);
    });
    await drag(rowButton(1), atRow(0, 0.1));
    await waitFor(() => {
      expect([topicOf(row(0)), topicOf(row(1))]).toEqual([second, first]);
    });
    await drag(within(card(0)).getByTestId("card-title"), atCard(1));
    await waitFor(() => {
      expect(backend.edits).toEqual([
        { kind: "mergeTopics", from: third, into: first },
        { kind: "reorderTopic", topic: second, place: 0 },
        { kind: "mergeTopics", from: second, into: first },
      ]);
    });
  });
});

describe("without dragging", () => {
  it("moves by the word's menu and the palette", async () => {
    const { backend, user } = await start();
    const item = itemOf(chip(1, 0));
    const target = names()[2]!;
    await fireEvent.contextMenu(chip(1, 0), { button: 2, clientX: 5, clientY: 5 });
    await user.click(await screen.findByTestId("menu-move"));
    const input = await screen.findByTestId("move-input");
    await waitFor(() => {
      expect(document.activeElement).toBe(input);
    });
    await user.type(input, target.slice(0, 5));
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(cardWith(item)).toBe(String(topicOf(row(2))));
    });
    chip(2, 0).focus();
    await user.keyboard("{Shift>}{F10}{/Shift}");
    await user.click(await screen.findByTestId("menu-unpin"));
    await waitFor(() => {
      expect(backend.edits.at(-1)).toEqual({ kind: "unpinItems", items: [item] });
    });
  });

  it("makes a topic by typing a name that is not there", async () => {
    const { backend, user } = await start();
    await user.click(chip(1, 0));
    await user.keyboard("m");
    await user.type(await screen.findByTestId("move-input"), "quite new");
    const options = screen.getAllByTestId("move-option");
    expect(options).toHaveLength(1);
    expect(options[0]!.textContent).toContain("New topic: quite new");
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(names().at(-1)).toBe("quite new");
    });
    expect(backend.edits[0]).toMatchObject({ kind: "newTopic", name: "quite new" });
  });

  it("moves with digits, with 0 and with Delete, and says so to a screen reader", async () => {
    const { backend, user } = await start();
    const [one, two, three] = [chip(0, 0), chip(0, 1), chip(0, 2)].map(itemOf);
    const third = topicOf(row(2));
    await user.click(chip(0, 0));
    await user.keyboard("3");
    await waitFor(() => {
      expect(cardWith(one!)).toBe(String(third));
    });
    expect(screen.queryByTestId("selection-bar"), "done with them").toBeNull();
    await waitFor(() => {
      expect(document.activeElement, "ready for the next one").toBe(chip(0, 0));
    });
    expect(screen.getAllByRole("status").some((status) => /moved to/.test(status.textContent))).toBe(true);
    for (const [item, key] of [
      [two!, "0"],
      [three!, "{Delete}"],
    ] as const) {
      await user.click(screen.getAllByTestId("chip").find((other) => itemOf(other) === item)!);
      await user.keyboard(key);
      await waitFor(() => {
        expect(backend.edits.at(-1)).toEqual({ kind: "moveItems", items: [item], topic: null });
      });
    }
  });

  it("moves by select and click", async () => {
    const { backend, user } = await start();
    const item = itemOf(chip(0, 0));
    await user.click(chip(0, 0));
    await user.hover(row(1));
    await user.click(within(row(1)).getByTestId("move-here"));
    await waitFor(() => {
      expect(backend.edits).toEqual([{ kind: "moveItems", items: [item], topic: topicOf(row(1)) }]);
    });
    await user.click(chip(0, 0));
    await user.click(screen.getByTestId("selection-unsorted"));
    await waitFor(() => {
      expect(backend.edits).toHaveLength(2);
    });
  });
});

describe("what follows", () => {
  const isGone = async (): Promise<void> => {
    await waitFor(() => {
      expect(screen.queryByTestId("follow-bar")).toBeNull();
    });
  };
  async function moveOne(user: ReturnType<typeof userEvent.setup>): Promise<void> {
    await user.click(chip(1, 0));
    await user.keyboard("1");
    await screen.findByTestId("follow-bar");
  }

  it("is offered once, and taken all together", async () => {
    const { backend, user } = await start({}, FOLLOWERS);
    await moveOne(user);
    expect(screen.getByTestId("follow-bar").textContent).toContain(
      "3 more words look like they belong here.",
    );
    await user.click(screen.getByTestId("follow-all"));
    await isGone();
    expect(backend.edits.at(-1)).toEqual({
      kind: "moveItems",
      items: [50, 61, 72],
      topic: topicOf(row(0)),
    });
    // Once to be quick later, when the workbook opened, and once about the word that was moved.
    expect(backend.followers, "not asked again about those who followed").toHaveBeenCalledTimes(2);
  });

  it("can be looked at and taken in part", async () => {
    const { backend, user } = await start({}, FOLLOWERS);
    await moveOne(user);
    await user.click(screen.getByTestId("follow-show"));
    const boxes = await screen.findAllByTestId<HTMLInputElement>("follow-item");
    expect(boxes.map(({ checked }) => checked)).toEqual([true, true, true]);
    await user.click(boxes[1]!);
    expect(screen.getByTestId("follow-take").textContent.trim()).toBe("Take 2");
    await user.click(screen.getByTestId("follow-take"));
    await isGone();
    expect(backend.edits.at(-1)).toMatchObject({ items: [50, 72] });
  });

  it("can be left, and is void after an undo", async () => {
    const { backend, user } = await start({}, FOLLOWERS);
    await moveOne(user);
    await user.click(screen.getByTestId("follow-leave"));
    await isGone();
    expect(backend.edits).toHaveLength(1);
    await moveOne(user);
    await user.click(screen.getByTestId("undo"));
    await isGone();
  });
});

describe("the topics panel", () => {
  async function choose(user: ReturnType<typeof userEvent.setup>, place: number, entry: string) {
    await user.click(within(row(place)).getByTestId("topic-menu"));
    await user.click(await screen.findByTestId(entry));
  }

  it("makes a topic", async () => {
    const { user } = await start();
    await user.click(screen.getByTestId("new-topic"));
    await user.type(await screen.findByTestId("new-topic-input"), "tools{Enter}");
    await waitFor(() => {
      expect(names().at(-1)).toBe("tools");
    });
  });

  it("merges by menu", async () => {
    const { backend, user } = await start();
    const [into, from] = [topicOf(row(0)), topicOf(row(1))];
    const name = names()[0]!;
    await choose(user, 1, "menu-merge");
    await user.type(await screen.findByTestId("move-input"), name);
    expect(screen.getAllByTestId("move-option"), "no new topic, no Unsorted").toHaveLength(1);
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(backend.edits).toEqual([{ kind: "mergeTopics", from, into }]);
    });
  });

  it("splits a topic", async () => {
    const { user } = await start();
    const before = names().length;
    await choose(user, 0, "menu-split");
    await waitFor(() => {
      expect(names().length).toBeGreaterThan(before);
    });
    expect(undoTitle()).toContain("Split");
  });

  it("deletes without asking, and takes it back", async () => {
    const { user } = await start();
    const before = names();
    rowButton(1).focus();
    await user.keyboard("{Delete}");
    await waitFor(() => {
      expect(screen.getByTestId("toasts").textContent).toMatch(
        new RegExp(`Deleted ${before[1]!}\\. Its \\d+ words are in Unsorted\\.`),
      );
    });
    expect(names()).not.toContain(before[1]);
    await user.click(screen.getByTestId("toast-action"));
    await waitFor(() => {
      expect(names()).toEqual(before);
    });
  });

  it("moves a topic up and down with keys and by menu", async () => {
    const { user } = await start();
    const before = names();
    rowButton(0).focus();
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
    await waitFor(() => {
      expect(names().slice(0, 2)).toEqual([before[1], before[0]]);
    });
    await choose(user, 1, "menu-up");
    await waitFor(() => {
      expect(names()).toEqual(before);
    });
  });

  it("changes a colour with the keys", async () => {
    const { backend, user } = await start();
    const topic = topicOf(row(0));
    await choose(user, 0, "menu-colour");
    await waitFor(() => {
      expect((document.activeElement as HTMLElement).dataset.testid).toBe("colour-choice");
    });
    await user.keyboard("{ArrowDown}{ArrowRight}{Enter}");
    await waitFor(() => {
      expect(backend.edits).toEqual([{ kind: "recolourTopic", topic, colour: 9 }]);
    });
  });
});

describe("accessibility", () => {
  async function violations(hasMenu = false): Promise<string[]> {
    const { violations: found } = await axe.run(document.documentElement, {
      // A menu lies outside of all landmarks for as long as it is open.
      rules: { "color-contrast": { enabled: false }, region: { enabled: !hasMenu } },
    });
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  }

  it("has nothing to complain about with bars, menus and dialogs open", async () => {
    document.documentElement.lang = "en";
    const { user } = await start({}, FOLLOWERS);
    await user.click(chip(1, 0));
    await user.keyboard("1");
    await screen.findByTestId("follow-bar");
    await user.click(chip(1, 0));
    expect(await violations(), "bars").toEqual([]);
    await user.click(screen.getByTestId("follow-show"));
    await screen.findAllByTestId("follow-item");
    expect(await violations(), "what follows").toEqual([]);
    await user.keyboard("{Escape}");
    await waitFor(() => {
      expect(screen.queryByTestId("follow-dialog")).toBeNull();
    });
    await fireEvent.contextMenu(chip(1, 0), { button: 2, clientX: 5, clientY: 5 });
    await screen.findByTestId("menu-copy");
    expect(await violations(true), "the word's menu").toEqual([]);
    await user.click(screen.getByTestId("menu-move"));
    await screen.findByTestId("move-input");
    await waitFor(() => {
      expect(screen.queryByRole("menu")).toBeNull();
    });
    expect(await violations(), "the palette").toEqual([]);
    await user.keyboard("{Escape}");
    await user.click(within(row(0)).getByTestId("topic-menu"));
    await user.click(await screen.findByTestId("menu-colour"));
    await screen.findAllByTestId("colour-choice");
    expect(await violations(), "colours").toEqual([]);
  });
});
