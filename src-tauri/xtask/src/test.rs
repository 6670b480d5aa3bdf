//! Everything that must hold before a change is taken in, from a fresh machine on:
//! quick checks first, the real app last. A failing step does not hide the next one.

use std::time::Instant;

use anyhow::{Error, Result, bail, ensure};

use crate::assets::{self, Profile};
use crate::process::{cargo, complain, npm, program, run, say, watch};
use crate::run::target;
use crate::{bundle, setup, tidy};

struct Step {
    name: &'static str,
    what: &'static str,
    work: fn() -> Result<()>,
}

/// Nothing after these makes sense without them.
const PREPARATION: [Step; 2] = [
    Step { name: "setup", what: "system libraries, toolchain and npm packages", work: set_up },
    Step { name: "assets", what: "model, ONNX Runtime and vocabulary", work: make_assets },
];

/// The window's pages come before whatever compiles the shell, which has them inside.
const STEPS: [Step; 12] = [
    Step { name: "tidy", what: "the structure of the project", work: tidy::check },
    Step {
        name: "format",
        what: "Rust is formatted",
        work: || cargo_run(&["fmt", "--all", "--check"]),
    },
    Step { name: "ui-check", what: "types of the window", work: || ui("check") },
    Step { name: "ui-lint", what: "lints of the window", work: || ui("lint") },
    Step { name: "ui-test", what: "tests of the window", work: || ui("test") },
    Step { name: "ui-build", what: "the window's pages", work: || ui("build") },
    Step { name: "engine", what: "tests of the engine", work: || cargo_run(&["test", "--quiet"]) },
    Step {
        name: "xtask",
        what: "tests of the chores",
        work: || cargo_run(&["test", "--quiet", "-p", "xtask"]),
    },
    Step {
        name: "shell",
        what: "tests of the shell",
        work: || cargo_run(&["test", "--quiet", "-p", "kindred"]),
    },
    Step { name: "clippy", what: "lints of all Rust", work: clippy },
    Step { name: "e2e", what: "the real app, driven", work: drive_app },
    Step { name: "bundle", what: "the installers, unpacked and started", work: check_installers },
];

/// Which steps to take; both lists empty for all. Names are those that `--only` takes.
#[derive(Default)]
pub(crate) struct Choice {
    pub(crate) only: Vec<String>,
    pub(crate) skip: Vec<String>,
}

impl Choice {
    fn takes(&self, step: &Step) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == step.name);
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }

    fn check(&self) -> Result<()> {
        let known: Vec<&str> = PREPARATION.iter().chain(&STEPS).map(|step| step.name).collect();
        for name in self.only.iter().chain(&self.skip) {
            ensure!(
                known.contains(&name.as_str()),
                "No step is called {name}. There are {}.",
                known.join(", ")
            );
        }
        Ok(())
    }
}

/// Takes the steps and fails when one failed.
pub(crate) fn all(choice: &Choice) -> Result<()> {
    choice.check()?;
    let started = Instant::now();
    let mut failed: Vec<(&str, Error)> = Vec::new();
    let mut passed = 0;
    let preparation = PREPARATION.iter().map(|step| (step, true));
    for (step, needed_by_all) in preparation.chain(STEPS.iter().map(|step| (step, false))) {
        if !choice.takes(step) {
            continue;
        }
        match take(step) {
            Ok(()) => passed += 1,
            Err(error) => {
                failed.push((step.name, error));
                if needed_by_all {
                    break;
                }
            }
        }
    }
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    say(format_args!("\n{passed} passed, {} failed in {minutes:.1} minutes", failed.len()));
    // Told again here: what failed first is far up by now.
    for (name, error) in &failed {
        complain(format_args!("\n== {name} failed: {error:#}"));
    }
    if !failed.is_empty() {
        let names: Vec<&str> = failed.iter().map(|(name, _)| *name).collect();
        bail!("Failed: {}.", names.join(", "));
    }
    Ok(())
}

fn take(step: &Step) -> Result<()> {
    say(format_args!("\n== {}: {}", step.name, step.what));
    let started = Instant::now();
    let outcome = (step.work)();
    let seconds = started.elapsed().as_secs_f64();
    let ended = if outcome.is_ok() { "passed in" } else { "FAILED after" };
    say(format_args!("== {} {ended} {seconds:.1} s", step.name));
    outcome
}

fn set_up() -> Result<()> {
    setup::rust_components()?;
    setup::build()?;
    if DRIVES { setup::drive() } else { Ok(()) }
}

fn make_assets() -> Result<()> {
    assets::make(Profile::Dev)
}

fn cargo_run(arguments: &[&str]) -> Result<()> {
    watch(cargo().args(arguments))
}

fn clippy() -> Result<()> {
    cargo_run(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn ui(script: &str) -> Result<()> {
    watch(npm("ui").args(["run", "--silent", script]))
}

/// WebDriver for an app's own window exists for WebKitGTK alone.
const DRIVES: bool = cfg!(target_os = "linux");

fn drive_app() -> Result<()> {
    if !DRIVES {
        say("The app can be driven on Linux only; nothing to do here.");
        return Ok(());
    }
    run(cargo().args(["build", "--quiet", "-p", "kindred"]))?;
    run(program("node").arg("tests/e2e/run.mjs").arg(target().join("debug/kindred")))
}

/// Around the app as it was built for the other tests: a release build takes too long here.
fn check_installers() -> Result<()> {
    if !DRIVES {
        say("The installers are checked on Linux only; nothing to do here.");
        return Ok(());
    }
    bundle::installers(Profile::Dev)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(choice: &Choice) -> Vec<&'static str> {
        STEPS.iter().filter(|step| choice.takes(step)).map(|step| step.name).collect()
    }

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn steps_are_chosen_by_name() {
        assert_eq!(names(&Choice::default()).len(), STEPS.len(), "without a choice all are taken");
        let only = Choice { only: list(&["format", "e2e"]), skip: Vec::new() };
        assert_eq!(names(&only), ["format", "e2e"], "only what was named, in the usual order");
        let skip = Choice { only: list(&["format", "e2e"]), skip: list(&["e2e"]) };
        assert_eq!(names(&skip), ["format"], "what is skipped is not taken");
    }

    #[test]
    fn a_misspelt_step_is_refused() {
        let choice = Choice { only: list(&["formt"]), skip: Vec::new() };
        let error = choice.check().expect_err("there is no such step");
        assert!(error.to_string().contains("format"), "says which there are: {error}");
    }
}
