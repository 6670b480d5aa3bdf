#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    kindred_lib::read_list_if_asked().unwrap_or_else(|| {
        kindred_lib::run();
        ExitCode::SUCCESS
    })
}
