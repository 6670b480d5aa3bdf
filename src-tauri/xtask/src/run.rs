//! Builds the window and opens it, or takes its picture where there is no display.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::assets::{self, Profile};
use crate::process::{cargo, npm, program, root, run, say};
use crate::setup;

/// What to do with the finished app.
pub(crate) enum Show {
    /// Opens the window, with a file if one is given.
    Window(Option<PathBuf>),
    /// Opens the sample on a virtual display and saves a picture of the window.
    Picture(PathBuf),
}

pub(crate) fn app(show: &Show) -> Result<()> {
    if matches!(show, Show::Window(_)) && !display() {
        bail!(
            "There is no display to open a window on. To see the window as a picture: \
             cargo xtask run --headless-shot kindred.png"
        );
    }
    setup::build()?;
    assets::make(Profile::Release)?;
    say("Building the window's pages.");
    run(npm("ui").args(["run", "--silent", "build", "--", "--logLevel=warn"]))?;
    say("Building Kindred; the first time takes some minutes.");
    run(cargo().args(["build", "--release", "-p", "kindred"]))?;
    let app = target().join("release").join(format!("kindred{}", std::env::consts::EXE_SUFFIX));
    match show {
        Show::Window(file) => run(program(&app).args(file)),
        Show::Picture(picture) => picture_of(&app, picture),
    }
}

fn picture_of(app: &Path, picture: &Path) -> Result<()> {
    setup::drive()?;
    run(program("node").arg("tests/e2e/shot.mjs").arg(app).arg(picture))?;
    say(format_args!("The picture is in {}.", picture.display()));
    Ok(())
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |target| root().join(target))
}

fn display() -> bool {
    let given = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || given("DISPLAY") || given("WAYLAND_DISPLAY")
}
