//! The log file: for finding out afterwards what went wrong. It holds no texts of the person.

use tauri::{AppHandle, Manager as _};
use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Days of logs that are kept.
const KEPT: usize = 5;

/// Starts logging to the system's folder for logs. Without such a folder the app works, unlogged.
pub(crate) fn start(app: &AppHandle) {
    let Ok(folder) = app.path().app_log_dir() else { return };
    // The appender looks for old files before it makes the folder, and complains.
    if std::fs::create_dir_all(&folder).is_err() {
        return;
    }
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("kindred")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder);
    let Ok(file) = file else { return };
    let own_news =
        Targets::new().with_default(LevelFilter::WARN).with_target("kindred", LevelFilter::INFO);
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(false).with_writer(std::sync::Mutex::new(file));
    // Fails only when somebody else set a global subscriber first; their log is as good.
    let _ = tracing_subscriber::registry().with(lines).with(own_news).try_init();
    log_panics();
}

fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        before(panic);
    }));
}
