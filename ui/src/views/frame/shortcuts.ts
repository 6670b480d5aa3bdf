/** Keys that work everywhere in the window. Views handle their own. */
import { tick } from "svelte";
import type { ItemId, TopicId } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
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
    (session?.models.receipt.shown ?? null) !== null;
  const act = (action: () => void): void => {
    event.preventDefault();
    action();
  };

  // Everything else is for what lies under the page with models.
  if (app.library.isOpen) {
    const isDialogInFront = document.querySelector("[role=dialog][data-state=open]") !== null;
    const isToggle = isCommand && event.shiftKey && key === "m";
    if (!isDialogInFront && (isToggle || event.key === "Escape")) {
      act(() => {
        app.library.close();
      });
    }
    return;
  }
  if (event.key === "F1" || (event.key === "?" && !isTyping(event.target))) {
    if (!isDialogOpen) {
      act(() => {
        app.dialog = "shortcuts";
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
  if (key === "e") act(() => void session.exportCsv());
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

/** What the shortcut sheet lists. */
export function shortcutSheet(): { title: string; keys: { keys: string; does: string }[] }[] {
  return [
    {
      title: m.sheet_window(),
      keys: [
        { keys: m.keys_open(), does: m.sheet_open() },
        { keys: m.keys_paste(), does: m.sheet_paste() },
        { keys: m.keys_find(), does: m.sheet_find() },
        { keys: m.keys_tabs(), does: m.sheet_tabs() },
        { keys: m.keys_export(), does: m.sheet_export() },
        { keys: m.keys_undo(), does: m.sheet_undo() },
        { keys: m.keys_redo(), does: m.sheet_redo() },
        { keys: m.keys_models(), does: m.sheet_models() },
        { keys: m.keys_history(), does: m.sheet_history() },
        { keys: m.keys_help(), does: m.sheet_help() },
      ],
    },
    {
      title: m.sheet_topics(),
      keys: [
        { keys: m.keys_up_down(), does: m.sheet_move() },
        { keys: m.keys_rename(), does: m.sheet_rename() },
        { keys: m.keys_shift(), does: m.sheet_shift_topic() },
        { keys: m.keys_delete(), does: m.sheet_delete_topic() },
      ],
    },
    {
      title: m.sheet_selection(),
      keys: [
        { keys: m.keys_select(), does: m.sheet_select() },
        { keys: m.keys_select_all(), does: m.sheet_select_all() },
        { keys: m.keys_arrows(), does: m.sheet_walk_chips() },
        { keys: m.keys_extend(), does: m.sheet_extend() },
        { keys: m.keys_space(), does: m.sheet_toggle() },
        { keys: m.keys_digits(), does: m.sheet_digits() },
        { keys: m.keys_unsorted(), does: m.sheet_to_unsorted() },
        { keys: m.keys_palette(), does: m.sheet_palette() },
        { keys: m.keys_item_menu(), does: m.sheet_item_menu() },
        { keys: m.keys_escape(), does: m.sheet_clear() },
      ],
    },
    {
      title: m.sheet_doubt(),
      keys: [
        { keys: m.keys_up_down(), does: m.sheet_walk() },
        { keys: m.keys_answer(), does: m.sheet_answer() },
        { keys: m.keys_other(), does: m.sheet_other() },
      ],
    },
    {
      title: m.sheet_heatmap(),
      keys: [
        { keys: m.keys_zoom(), does: m.sheet_zoom() },
        { keys: m.keys_fit(), does: m.sheet_fit() },
        { keys: m.keys_arrows(), does: m.sheet_pan() },
      ],
    },
    {
      title: m.sheet_map(),
      keys: [
        { keys: m.keys_map_tools(), does: m.sheet_map_tools() },
        { keys: m.keys_map_all(), does: m.sheet_map_all() },
        { keys: m.keys_zoom(), does: m.sheet_zoom() },
        { keys: m.keys_fit(), does: m.sheet_fit() },
        { keys: m.keys_arrows(), does: m.sheet_map_arrows() },
      ],
    },
  ];
}
