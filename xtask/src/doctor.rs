//! `cargo xtask doctor`: a line for each thing, found or missing, and the command that gets it.

use std::process::{Command, ExitCode};

use crate::{
    needs::{self, Purpose},
    packages::Manager,
    sh,
    test::deny,
};

/// Reports; fails only if something is missing that running the shop needs.
pub(crate) fn doctor() -> ExitCode {
    let mut runs = tools();
    let manager = Manager::find();
    for need in needs::needs() {
        let found = need.found();
        let get = manager
            .map_or_else(|| "your system's package manager has it".to_owned(), |manager| manager.command(&[need]));
        line(need.name(), found, purpose(need.purpose), &get);
        runs &= found || need.purpose > Purpose::Run;
    }
    line("cargo-deny", deny::find().is_some(), "for tests", "`cargo xtask test` builds it once into target/tools");
    runs &= platform();
    println!();
    if runs {
        println!("The shop can be built and run here.");
        return ExitCode::SUCCESS;
    }
    println!("Something that running the shop needs is missing. `cargo xtask run` installs it where it can (apt).");
    ExitCode::FAILURE
}

/// What the package manager has no say in: Rust and Node.
fn tools() -> bool {
    let rustc = sh::succeeds(Command::new("rustc").arg("--version"));
    line("rustc", rustc, "to run", "https://rustup.rs");
    let node = needs::node().is_some_and(|version| version >= needs::NODE);
    line(
        &format!("node {}.{} or newer", needs::NODE.0, needs::NODE.1),
        node,
        "to run",
        "https://nodejs.org/en/download",
    );
    let npm = sh::succeeds(sh::npm(".").arg("--version"));
    line("npm", npm, "to run", "it comes with Node");
    rustc && node && npm
}

/// What only macOS or Windows asks for.
fn platform() -> bool {
    if cfg!(target_os = "macos") {
        let found = sh::succeeds(Command::new("xcode-select").arg("-p"));
        line("Xcode command line tools", found, "to run", "xcode-select --install");
        return found;
    }
    if cfg!(windows) {
        // The key under which the WebView2 runtime registers itself.
        let client = r"SOFTWARE\WOW6432Node\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
        let found = sh::succeeds(Command::new("reg").args(["query", &format!(r"HKLM\{client}")]));
        line("WebView2", found, "to run", "winget install Microsoft.EdgeWebView2Runtime");
        println!("  The linker comes with: winget install Microsoft.VisualStudio.2022.BuildTools (C++ workload)");
        return found;
    }
    true
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Run => "to run",
        Purpose::Headless => "for --headless and tests",
        Purpose::Test => "for tests",
    }
}

fn line(name: &str, found: bool, purpose: &str, get: &str) {
    if found {
        println!("found    {name}");
    } else {
        println!("MISSING  {name} ({purpose}): {get}");
    }
}
