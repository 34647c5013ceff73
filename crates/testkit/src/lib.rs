//! Dev-only: what the tests of every part share.

mod browser;
mod console;
mod desk;
mod engine;
mod keys;
mod person;

pub use browser::PaperBrowser;
pub use console::Console;
pub use desk::Desk;
pub use keys::MemoryKeyStore;
pub use person::Person;

// Switched on here for all tests: the calls that only the service role may make.
pub use carryover_auth::Admin;
pub use carryover_sandbox::{Config as SandboxConfig, ControlOptions, Options as SandboxOptions, Sandbox};

/// A sandbox of the test's own, ready to serve, and a console that sees everything in it. In memory, or on the server that
/// `CARRYOVER_TEST_SERVER` names.
pub async fn sandbox(mut options: SandboxOptions) -> anyhow::Result<(Sandbox, Console)> {
    options.data = engine::engine(options.data)?;
    let sandbox = carryover_sandbox::start(options).await?;
    sandbox.ready().await?;
    let console = Console::new(sandbox.url().as_str(), sandbox.publishable_key(), sandbox.service_role_key());
    Ok((sandbox, console))
}
