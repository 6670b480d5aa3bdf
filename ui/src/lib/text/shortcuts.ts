/** The keys of the window, as the page with help lists them. `views/frame/shortcuts.ts` and the views obey them. */
import { m } from "$lib/paraglide/messages";
import { modifiers } from "./keys";

export interface KeyGroup {
  title: string;
  keys: { keys: string; does: string }[];
}

export function shortcutSheet(): KeyGroup[] {
  return [
    {
      title: m.sheet_window(),
      keys: [
        { keys: m.keys_open(modifiers()), does: m.sheet_open() },
        { keys: m.keys_paste(modifiers()), does: m.sheet_paste() },
        { keys: m.keys_find(modifiers()), does: m.sheet_find() },
        { keys: m.keys_tabs(modifiers()), does: m.sheet_tabs() },
        { keys: m.keys_export(modifiers()), does: m.sheet_export() },
        { keys: m.keys_copy_table(modifiers()), does: m.sheet_copy_table() },
        { keys: m.keys_save_copy(modifiers()), does: m.sheet_save_copy() },
        { keys: m.keys_undo(modifiers()), does: m.sheet_undo() },
        { keys: m.keys_redo(modifiers()), does: m.sheet_redo() },
        { keys: m.keys_models(modifiers()), does: m.sheet_models() },
        // On a Mac, ⌘ H hides the window; Ctrl works there as well.
        { keys: m.keys_history(modifiers(false)), does: m.sheet_history() },
        { keys: m.keys_settings(modifiers()), does: m.sheet_settings() },
        { keys: m.keys_text_size(modifiers()), does: m.sheet_text_size() },
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
        { keys: m.keys_select(modifiers()), does: m.sheet_select() },
        { keys: m.keys_select_all(modifiers()), does: m.sheet_select_all() },
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
        { keys: m.keys_map_all(modifiers()), does: m.sheet_map_all() },
        { keys: m.keys_zoom(), does: m.sheet_zoom() },
        { keys: m.keys_fit(), does: m.sheet_fit() },
        { keys: m.keys_arrows(), does: m.sheet_map_arrows() },
      ],
    },
  ];
}
