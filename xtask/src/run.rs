//! `cargo xtask run`: from a fresh clone to the open window.

use std::{env, process::ExitCode};

use anyhow::Result;

use crate::{app, needs::Purpose, packages, sh, stage, ui};

/// How to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Give the window a virtual display of its own (Linux).
    #[arg(long)]
    headless: bool,

    /// Build optimised; takes several minutes the first time.
    #[arg(long)]
    release: bool,

    /// Arguments for the app, after `--`.
    #[arg(last = true)]
    app: Vec<String>,
}

/// Sets up, builds and opens the window. Ends as the app ends.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if cfg!(target_os = "linux") && !options.headless && !has_display() {
        eprintln!(
            "There is no display here to open a window on (DISPLAY and WAYLAND_DISPLAY are not set): \
             log in to a desktop, or use `cargo xtask run --headless`."
        );
        return Ok(ExitCode::from(2));
    }
    let purpose = if options.headless { Purpose::Headless } else { Purpose::Run };
    println!("1/4 System packages: {}", packages::ensure(purpose)?);
    println!("2/4 UI packages: {}", ui::packages()?);
    println!("3/4 UI: {}", ui::build()?);
    println!("4/4 App: building (some ten minutes the first time, seconds after that)");
    app::build(options.release)?;
    start(options)
}

fn start(options: &Options) -> Result<ExitCode> {
    let profile = if options.release { "release" } else { "debug" };
    let mut app = sh::command(sh::built(profile, "carryover"));
    app.args(&options.app);
    // Both live as long as the app does.
    let mut _display = None;
    let mut _bus = None;
    if cfg!(target_os = "linux") && options.headless {
        let display = stage::Display::start()?;
        println!("    The window is on the virtual display {}.", display.name);
        display.show(&mut app);
        _display = Some(display);
        if env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
            let bus = stage::Bus::start()?;
            app.env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
            _bus = Some(bus);
        }
    }
    println!("    The shop is open. Close its window, or press Ctrl-C here, to end it.");
    let status = app.status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}
