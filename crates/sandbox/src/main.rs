//! The sandbox as a program of its own.

use std::{path::PathBuf, process::ExitCode};

use carryover_sandbox::{Clock, Config, DataLocation, Options, start};
use clap::Parser;

/// A Supabase-compatible backend in one program: Auth API, data API and a mail inbox over embedded PostgreSQL.
///
/// It listens on 127.0.0.1 only. Its keys are those of `supabase start`: a place to try things, not for real customers.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 54321)]
    port: u16,
    /// Folder for the database [default: in memory, gone at the end].
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// A project's `supabase/config.toml` [default: the one built in].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_env_filter("carryover_sandbox=info").with_writer(std::io::stderr).init();
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), String> {
    let config = args
        .config
        .as_deref()
        .map_or_else(|| Ok(Config::default()), Config::read)
        .map_err(|error| error.to_string())?;
    let data = args.data.map_or(DataLocation::Memory, DataLocation::Directory);
    let sandbox = start(Options { data, port: args.port, config, clock: Clock::default() })
        .await
        .map_err(|error| error.to_string())?;
    println!("URL               {}", sandbox.url());
    println!("Publishable key   {}", sandbox.publishable_key());
    println!("Service role key  {}", sandbox.service_role_key());
    println!("Inbox             {}inbox", sandbox.url());
    sandbox.ready().await.map_err(|error| error.to_string())?;
    println!("Ready. Stop with Ctrl+C.");
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
    sandbox.shutdown().await;
    Ok(())
}
