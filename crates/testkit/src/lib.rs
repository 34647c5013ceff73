//! Dev-only: what the tests of every part share.

mod console;
mod keys;
mod person;

pub use console::Console;
pub use keys::MemoryKeyStore;
pub use person::Person;

// Switched on here for all tests: the calls that only the service role may make.
pub use carryover_auth::Admin;
pub use carryover_sandbox::{Options as SandboxOptions, Sandbox};

/// A sandbox in memory, ready to serve, and a console that sees everything in it.
pub async fn sandbox(options: SandboxOptions) -> anyhow::Result<(Sandbox, Console)> {
    let sandbox = carryover_sandbox::start(options).await?;
    sandbox.ready().await?;
    let console = Console::new(sandbox.url().as_str(), sandbox.publishable_key(), sandbox.service_role_key());
    Ok((sandbox, console))
}
