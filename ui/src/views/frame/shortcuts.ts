/** Keys that work everywhere in the window. Views handle their own. */
import { tick } from "svelte";
import type { ItemId, TopicId } from "$lib/ipc/bindings";
import type { App } from "$lib/state/app.svelte";
import { TABS } from "$lib/state/layout.svelte";
import type { Moving } from "$lib/state/moving.svelte";
import type { Session } from "$lib/state/session.svelte";

const FIND_BOX = "find-box";

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input:not([type=radio], [type=checkbox]), textarea, select") !== null
  );
}

export function focusFindBox(): void {
  document.getElementById(FIND_BOX)?.focus();
}

/** Id of the find box, by which the shortcut finds it. */
export const findBoxId = FIND_BOX;

export function handleShortcut(event: KeyboardEvent, app: App): void {
  if (event.defaultPrevented) return;
  const { session } = app;
  const key = event.key.toLowerCase();
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
  const isDialogOpen =
    app.dialog !== null ||
    app.error !== null ||
    app.importing.preview !== null ||
    session?.sorting.isOpen === true ||
    session?.history.isOpen === true ||
    session?.exporting.isOpen === true ||
    (session?.models.receipt.shown ?? null) !== null;
  const act = (action: () => void): void => {
    event.preventDefault();
    action();
  };

  // The size of what is read is changed wherever one is.
  if (isCommand && ["=", "+", "-", "0"].includes(key)) {
    const by = key === "0" ? 0 : key === "-" ? -1 : 1;
    act(() => void app.attempt(() => app.settings.step(by)));
    return;
  }
  const isDialogInFront = document.querySelector("[role=dialog][data-state=open]") !== null;
  if (isCommand && key === "," && !isDialogInFront && !isDialogOpen) {
    act(() => {
      app.dialog = "settings";
    });
    return;
  }
  // Everything else is for what lies under the page.
  if (app.help.isOpen) {
    if (isDialogInFront) return;
    if (event.key === "Escape" || event.key === "F1") {
      act(() => {
        app.help.close();
      });
    }
    if (isCommand && key === "p") act(print);
    return;
  }
  if (app.library.isOpen && event.key !== "F1") {
    const isToggle = isCommand && event.shiftKey && key === "m";
    if (!isDialogInFront && (isToggle || event.key === "Escape")) {
      act(() => {
        app.library.close();
      });
    }
    return;
  }
  if (event.key === "F1" || (event.key === "?" && !isTyping(event.target))) {
    if (!isDialogOpen && !isDialogInFront) {
      act(() => {
        app.help.open();
      });
    }
    return;
  }
  if (session && !isCommand && !event.altKey && !isTyping(event.target)) moveByKey(event, session);
  if (!isCommand || isDialogOpen) return;
  if (key === "o") act(() => void app.pick());
  if (key === "m" && event.shiftKey) {
    act(() => {
      app.library.open();
    });
    return;
  }
  if (!session) return;
  if (key === "k") act(focusFindBox);
  const { exporting } = session;
  if (key === "e") {
    act(() => {
      exporting.open();
    });
  }
  if (key === "c" && event.shiftKey) act(() => void exporting.copyTable());
  if (key === "s" && event.shiftKey) act(() => void exporting.saveCopy());
  if (key === "h") act(() => void session.openHistory());
  const tab = TABS[Number(key) - 1];
  if (tab) {
    act(() => {
      session.layout.tab = tab;
    });
  }
  // In a text field these undo typing.
  if (isTyping(event.target)) return;
  if (key === "z") act(() => void (event.shiftKey ? session.redo() : session.undo()));
  if (key === "y") act(() => void session.redo());
}

/** Keys for the words that are selected, where they can be seen. */
function moveByKey(event: KeyboardEvent, session: Session): void {
  const { selection, moving, layout, workbook, compare } = session;
  const areInSight =
    ["board", "words", "map"].includes(layout.tab) || (layout.tab === "compare" && compare.part === "maps");
  // One that is just closing is no longer in front.
  const isInFront = document.querySelector(":is([role=dialog], [role=menu])[data-state=open]") !== null;
  if (isInFront || !areInSight) return;
  if (event.key === "Escape") {
    if (selection.items.size > 0) selection.clear();
    return;
  }
  if (selection.items.size === 0 || workbook.isReadOnly || !workbook.view.hasTopics) return;
  const digit = /^[1-9]$/.test(event.key) ? Number(event.key) : null;
  const topic = digit === null ? undefined : workbook.view.topics[digit - 1];
  const items = moving.selected;
  let act: (() => void) | null = null;
  if (topic) act = () => void moveAndStay(moving, items, topic.id);
  else if (event.key === "0" || event.key === "Delete") {
    act = () => void moveAndStay(moving, items, null);
  } else if (event.key.toLowerCase() === "m") {
    act = () => {
      moving.openPalette({ kind: "items", items });
    };
  }
  if (!act) return;
  event.preventDefault();
  act();
}

/** The focus stays on the card the words were on, so that the next one can be moved. */
async function moveAndStay(moving: Moving, items: readonly ItemId[], topic: TopicId | null): Promise<void> {
  const card = document.activeElement?.closest("[data-testid=card]");
  await moving.move(items, topic);
  await tick();
  if (document.activeElement !== document.body) return;
  card?.querySelector<HTMLElement>('[data-testid=chip][tabindex="0"]')?.focus();
}
