//! Runs other programs and tells the person what is going on. Every line this package
//! prints comes through here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is the interface")]

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// How many lines an error of a program that was watched holds.
const LINES_KEPT: usize = 150;

/// Tells the person something, at once.
pub(crate) fn say(line: impl Display) {
    println!("{line}");
    // A pipe that nobody reads any more is no reason to stop working.
    std::io::stdout().flush().ok();
}

/// Tells the person what went wrong.
pub(crate) fn complain(line: impl Display) {
    eprintln!("{line}");
}

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().nth(2).expect("this package lies two folders down");
    root.to_path_buf()
}

/// A program that starts in the root of the checkout and cannot wait for typed answers.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// The cargo that runs this package.
pub(crate) fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// `npm` in the given folder of the checkout.
pub(crate) fn npm(folder: &str) -> Command {
    let mut command = program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(root().join(folder));
    command
}

/// Runs to the end, its output going where ours goes. Anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs to the end, showing what it prints. An error holds the last of that, so that it can
/// be told again when much else has been printed since.
pub(crate) fn watch(command: &mut Command) -> Result<()> {
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| cannot_start(command))?;
    // Our own ends of the pipe: it would never come to its end while they are open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut last = VecDeque::with_capacity(LINES_KEPT);
    for bytes in BufReader::new(reader).split(b'\n') {
        let text = String::from_utf8_lossy(&bytes?).into_owned();
        say(&text);
        if last.len() == LINES_KEPT {
            last.pop_front();
        }
        last.push_back(text);
    }
    let status = child.wait()?;
    if !status.success() {
        let printed = Vec::from(last).join("\n");
        bail!("{} ended with {status}. The last of what it printed:\n{printed}", line(command));
    }
    Ok(())
}

/// Runs to the end and gives what it printed. Errors come with what it complained about.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}\n{}", line(command), output.status, complaint.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program runs and succeeds; what it prints is nobody's business.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// Whether a program of this name is on the path.
pub(crate) fn exists(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

fn cannot_start(command: &Command) -> String {
    format!("{} cannot be started; is it installed?", command.get_program().to_string_lossy())
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_leaves_the_last_of_what_it_printed() {
        let script = "for i in $(seq 1 200); do echo line $i; done; echo wrong >&2; exit 3";
        let error = watch(program("sh").args(["-c", script])).expect_err("it ended with 3");
        let told = format!("{error:#}");
        assert!(told.contains("exit status: 3"), "how it ended: {told}");
        assert!(told.ends_with("line 200\nwrong"), "both of its outputs, in order: {told}");
        assert!(!told.contains("line 50\n"), "not all of it: {told}");
        assert_eq!(told.lines().count(), LINES_KEPT + 1, "as many lines as are kept");
    }

    #[test]
    fn a_program_that_succeeds_is_no_error() {
        watch(program("sh").args(["-c", "echo fine"])).expect("it ended with success");
    }
}
