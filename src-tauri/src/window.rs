//! The one window: shown when its page is there, on paper of the right colour.

use std::time::Duration;

use tauri::webview::{PageLoadEvent, PageLoadPayload};
use tauri::window::Color;
use tauri::{App, AppHandle, Manager as _, Theme, WebviewWindow, WebviewWindowBuilder};
use tauri_specta::Event as _;

use crate::files::PendingFiles;
use crate::messages::WindowClosing;
use crate::window_place;

/// The tokens `paper` of the page, so that nothing flashes before it is drawn.
const LIGHT_PAPER: Color = Color(0xf6, 0xf5, 0xf2, 0xff);
const DARK_PAPER: Color = Color(0x15, 0x15, 0x17, 0xff);

const NAME: &str = "main";

pub(crate) fn open(app: &App) -> tauri::Result<()> {
    let config = app.config().app.windows.iter().find(|window| window.label == NAME);
    let config = config.expect("tauri.conf.json describes the window \"main\"");
    let window = WebviewWindowBuilder::from_config(app, config)?
        .on_page_load(|window, page| on_page_load(&window, &page))
        .build()?;
    if let Err(error) = window_place::restore(&window) {
        tracing::warn!(%error, "the window could not be put where it was");
    }
    let paper = if window.theme()? == Theme::Dark { DARK_PAPER } else { LIGHT_PAPER };
    window.set_background_color(Some(paper))
}

fn on_page_load(window: &WebviewWindow, page: &PageLoadPayload<'_>) {
    match page.event() {
        PageLoadEvent::Started => window.state::<PendingFiles>().hold_back(),
        PageLoadEvent::Finished => {
            if let Err(error) = window.show() {
                tracing::error!(%error, "the window could not be shown");
            }
        }
    }
}

/// How long the page may take to save how it looks. A page that hangs does not keep the window open.
const CLOSING_PATIENCE: Duration = Duration::from_millis(500);

/// Tells the page that its window closes, and closes it when the page has
/// answered or its time is up.
pub(crate) fn close_soon(app: &AppHandle) {
    if let Err(error) = WindowClosing.emit(app) {
        tracing::warn!(%error, "the page could not be told that its window closes");
    }
    let app = app.clone();
    std::thread::spawn(move || {
        std::thread::sleep(CLOSING_PATIENCE);
        close(&app);
    });
}

/// Closes the window, if it still is there, and so ends the app.
pub(crate) fn close(app: &AppHandle) {
    if let Some(Err(error)) = get(app).map(|window| window.destroy()) {
        tracing::warn!(%error, "the window could not be closed");
    }
}

/// Puts the window in front of others, wherever it was.
pub(crate) fn raise(app: &AppHandle) {
    let Some(window) = get(app) else { return };
    let raised = window.unminimize().and_then(|()| window.set_focus());
    if let Err(error) = raised {
        tracing::warn!(%error, "the window could not be raised");
    }
}

/// Names the window after the open workbook, or after the app when there is none.
pub(crate) fn set_title(app: &AppHandle, workbook: Option<&str>) {
    let title = workbook.map_or_else(|| "Kindred".to_owned(), |name| format!("{name} - Kindred"));
    let named = get(app).map(|window| window.set_title(&title));
    if let Some(Err(error)) = named {
        tracing::warn!(%error, "the window could not be named");
    }
}

pub(crate) fn get(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(NAME)
}
