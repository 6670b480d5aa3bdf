/** Keys that work everywhere in the window. Views handle their own. */
import { m } from "$lib/paraglide/messages";
import type { App } from "$lib/state/app.svelte";
import { TABS } from "$lib/state/layout.svelte";

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
  const isDialogOpen = app.dialog !== null || app.error !== null || app.importing.preview !== null;
  const act = (action: () => void): void => {
    event.preventDefault();
    action();
  };

  if (event.key === "F1" || (event.key === "?" && !isTyping(event.target))) {
    if (!isDialogOpen) {
      act(() => {
        app.dialog = "shortcuts";
      });
    }
    return;
  }
  if (!isCommand || isDialogOpen) return;
  if (key === "o") act(() => void app.pick());
  if (!session) return;
  if (key === "k") act(focusFindBox);
  if (key === "e") act(() => void session.exportCsv());
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
        { keys: m.keys_help(), does: m.sheet_help() },
      ],
    },
    {
      title: m.sheet_topics(),
      keys: [
        { keys: m.keys_up_down(), does: m.sheet_move() },
        { keys: m.keys_rename(), does: m.sheet_rename() },
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
  ];
}
