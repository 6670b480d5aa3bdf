#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]
#![expect(clippy::print_stdout, reason = "a version is asked for at a terminal")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == "--version") {
        println!("Kindred {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    kindred_lib::read_list_if_asked().unwrap_or_else(|| {
        kindred_lib::run();
        ExitCode::SUCCESS
    })
}
