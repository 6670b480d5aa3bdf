//! Reads one list for the tests, as the app's own program does when it is
//! started for that: in a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    kindred_engine::import::worker::serve()
}
