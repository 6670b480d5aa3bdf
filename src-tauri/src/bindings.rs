//! The list of everything the window can call, and its TypeScript twin
//! `ui/src/lib/ipc/bindings.ts`: generated from here, committed, never edited.

use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::commands::{
    analyse, compare, edits, embed, export, import, jobs, map, models, sort, system, workbook,
};
use crate::error::AppError;
use crate::messages::{FileHover, FilesReceived, WindowClosing};

pub(crate) fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        // A command rejects with an `AppError`; the window catches it where it acts on it.
        .error_handling(ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .typ::<AppError>()
        .events(collect_events![FilesReceived, FileHover, WindowClosing])
        .commands(collect_commands![
            system::start_info,
            system::forget_recent,
            system::pending_files,
            system::ask_open_paths,
            system::ask_save_path,
            system::ask_folder,
            system::zoom_window,
            system::close_window,
            import::preview_list,
            import::file_kind,
            import::import_list,
            import::add_items,
            workbook::current_workbook,
            workbook::open_workbook,
            workbook::close_workbook,
            workbook::save_view,
            workbook::texts,
            workbook::categories,
            workbook::places,
            edits::apply_edit,
            edits::undo,
            edits::redo,
            edits::history,
            edits::travel,
            edits::give_context,
            embed::embed,
            embed::embed_with,
            embed::adopt_model,
            embed::keep_draft,
            analyse::find_topics,
            sort::sort_into,
            sort::split_topic,
            sort::place_unsorted,
            sort::followers,
            sort::agreement,
            analyse::neighbours,
            analyse::pair_statistics,
            analyse::heatmap_layout,
            analyse::heatmap_order,
            analyse::heatmap_tile,
            analyse::similarities,
            analyse::grow_tree,
            analyse::tree,
            analyse::drop_tree,
            map::map,
            map::positions,
            map::lay_out,
            map::pause_layout,
            map::axis,
            map::broad_topics,
            models::models,
            models::api_presets,
            models::download_model,
            models::pause_download,
            models::discard_download,
            models::delete_model,
            models::set_address,
            models::set_model_for_new_lists,
            models::measure_speed,
            models::try_own_model,
            models::add_own_model,
            models::try_api,
            models::add_api,
            models::set_price,
            models::set_key,
            models::forget_key,
            models::receipt,
            compare::compare,
            compare::scale,
            compare::related,
            compare::set_related,
            compare::related_pairs,
            compare::questions,
            compare::answer,
            compare::forget_answers,
            export::export_to,
            export::copy_table,
            export::save_copy,
            export::save_picture,
            export::copy_picture,
            jobs::cancel_job,
        ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use specta_typescript::Typescript;
    use std::path::Path;

    /// `UPDATE_BINDINGS=1 cargo test -p kindred bindings` writes the file anew.
    #[test]
    fn bindings_are_up_to_date() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/ipc/bindings.ts");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let generated = folder.path().join("bindings.ts");
        builder()
            .export(Typescript::default(), &generated)
            .expect("every message has a TypeScript form");
        if std::env::var_os("UPDATE_BINDINGS").is_some() {
            std::fs::copy(&generated, &committed).expect("the bindings can be written");
        }
        let read = |path: &Path| std::fs::read_to_string(path).expect("the bindings can be read");
        assert!(
            read(&generated) == read(&committed),
            "{} is out of date: run `UPDATE_BINDINGS=1 cargo test -p kindred bindings`",
            committed.display()
        );
    }
}
