//! Builds the window and opens it, or takes its picture where there is no display.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::assets::{self, Profile};
use crate::process::{cargo, npm, program, root, run, say};
use crate::setup;

/// How to show the finished app.
pub(crate) struct Show {
    /// The list to open; without one the window starts empty, the picture with a sample.
    pub(crate) file: Option<PathBuf>,
    pub(crate) place: Place,
}

/// Where it is seen.
pub(crate) enum Place {
    Display,
    /// A picture of the window on a virtual display, saved here.
    Picture(PathBuf),
}

const SAMPLE: &str = "mixed-words";

/// Builds and shows the app, whatever that takes.
pub(crate) fn app(show: &Show) -> Result<()> {
    if matches!(show.place, Place::Display) && !has_display() {
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
    match &show.place {
        Place::Display => {
            say("Opening Kindred.");
            run(program(&app).args(&show.file))
        }
        Place::Picture(picture) => {
            setup::drive()?;
            let mut shot = program("node");
            shot.arg("tests/e2e/shot.mjs").arg(&app).arg(picture);
            match &show.file {
                Some(file) => shot.arg("--file").arg(file),
                None => shot.args(["--sample", SAMPLE]),
            };
            run(&mut shot)?;
            say(format_args!("The picture is in {}.", picture.display()));
            Ok(())
        }
    }
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |target| root().join(target))
}

fn has_display() -> bool {
    let given = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || given("DISPLAY") || given("WAYLAND_DISPLAY")
}
