//! The program: everything is in the library, so that tests can reach it.

// No console window beside the app on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    carryover_app::run()
}
