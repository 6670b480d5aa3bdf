//! The shell: the only part of Kindred that knows Tauri.
//!
//! It opens the window, answers what the window asks (`commands`), hands files
//! over (`files`) and keeps what is open (`state`). What the product knows is
//! in `kindred-engine`; what crosses to the window is in `messages`.

mod bindings;
mod commands;
mod downloads;
pub mod error;
mod files;
mod jobs;
mod keys;
mod layouts;
mod log;
pub mod messages;
mod models;
mod places;
mod priority;
mod recents;
mod samples;
mod state;
mod window;

use std::process::ExitCode;

use tauri::{App, Manager as _, RunEvent, WindowEvent};

use files::PendingFiles;
use state::AppState;

/// What the program is started with to read a list, and do nothing else.
pub(crate) const READ_LIST: &str = "--read-list";

/// Reads a list for the app that started this process, if that is what it was started for.
#[must_use]
pub fn read_list_if_asked() -> Option<ExitCode> {
    std::env::args_os().nth(1).filter(|argument| argument == READ_LIST)?;
    Some(kindred_engine::import::worker::serve())
}

/// Runs the app until its window is closed.
///
/// # Panics
/// When the system has no way to show a window at all.
pub fn run() {
    let bindings = bindings::builder();
    let answer = bindings.invoke_handler();
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .invoke_handler(answer)
        .on_window_event(|window, event| match event {
            WindowEvent::DragDrop(drag) => files::on_drag(window.app_handle(), drag),
            WindowEvent::CloseRequested { api, .. } => {
                api.prevent_close();
                window::close_soon(window.app_handle());
            }
            _ => {}
        })
        .setup(move |app| {
            bindings.mount_events(app);
            Ok(set_up(app)?)
        })
        .build(tauri::generate_context!())
        .expect("the system can show a window")
        .run(|app, event| {
            if matches!(event, RunEvent::Exit) {
                app.state::<AppState>().close();
            }
        });
}

fn set_up(app: &App) -> tauri::Result<()> {
    let handle = app.handle().clone();
    log::start(&handle);
    priority::lower_parallel_work();
    app.manage(PendingFiles::default());
    app.manage(AppState::new(&handle)?);
    files::receive_files(&handle, files::command_line_files());
    window::open(app)?;
    // Warm by the time the first list is dropped.
    std::thread::spawn(move || {
        priority::give_way();
        handle.state::<AppState>().models.warm_up();
    });
    Ok(())
}
