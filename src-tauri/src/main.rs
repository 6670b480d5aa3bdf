#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]
#![expect(clippy::print_stdout, reason = "a version is asked for at a terminal")]

fn main() {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == "--version") {
        println!("Kindred {}", env!("CARGO_PKG_VERSION"));
        return;
    }
    kindred_lib::run();
}
