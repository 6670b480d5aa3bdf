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
mod window_place;

use std::process::ExitCode;

use kindred_engine::import::worker;
use tauri::{App, Manager as _, RunEvent, WindowEvent};

use files::PendingFiles;
use state::AppState;

/// Reads a list for the app that started this process, if that is what it was started for.
#[must_use]
pub fn read_list_if_asked() -> Option<ExitCode> {
    std::env::args_os().nth(1).filter(|argument| argument == worker::ARGUMENT)?;
    Some(worker::serve())
}

/// Runs the app until its window is closed.
///
/// # Panics
/// When the system has no way to show a window at all.
pub fn run() {
    let bindings = bindings::builder();
    let answer = bindings.invoke_handler();
    tauri::Builder::default()
        .manage(PendingFiles::default())
        // First, so that a second start ends before it has done anything.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            window::raise(app);
            files::receive_files(app, files::named_on_command_line(arguments, folder.as_ref()));
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .invoke_handler(answer)
        .on_window_event(|window, event| match event {
            WindowEvent::DragDrop(drag) => files::on_drag(window.app_handle(), drag),
            WindowEvent::CloseRequested { api, .. } => {
                api.prevent_close();
                window_place::note(window);
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
        .run(|app, event| match event {
            RunEvent::Exit => app.state::<AppState>().close(),
            #[cfg(target_os = "macos")]
            RunEvent::Opened { urls } => {
                let paths = urls.iter().filter_map(|url| url.to_file_path().ok()).collect();
                files::receive_files(app, paths);
            }
            _ => {}
        });
}

fn set_up(app: &App) -> tauri::Result<()> {
    let handle = app.handle().clone();
    log::start(&handle);
    priority::lower_parallel_work();
    app.manage(AppState::new(&handle)?);
    let folder = std::env::current_dir().unwrap_or_default();
    files::receive_files(&handle, files::named_on_command_line(std::env::args_os(), &folder));
    window::open(app)?;
    // Warm by the time the first list is dropped.
    std::thread::spawn(move || {
        priority::give_way();
        handle.state::<AppState>().models.warm_up();
    });
    Ok(())
}
