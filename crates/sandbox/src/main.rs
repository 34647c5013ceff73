//! The sandbox as a program of its own.

use std::{
    env,
    io::{self, IsTerminal},
    path::PathBuf,
    process::ExitCode,
};

use carryover_sandbox::{Clock, Config, ControlOptions, DataLocation, DatabaseUrl, Options, start};
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, parser::ValueSource};

/// What the help ends with.
const HELP: &str = "\
Settings:
  The keys of `supabase/config.toml` are the Supabase CLI's own. \"env(NAME)\" in a value takes what the variable
  says. Variables stand over the file: SUPABASE_AUTH_SITE_URL is site_url in [auth].

Environment:
  CARRYOVER_DATABASE_URL   the address of --database-url, with its password
  CARRYOVER_CONTROL_TOKEN  the token of the control API; a random one otherwise
  PGPASSWORD               the password that goes with --database-url

Examples:
  carryover-sandbox                                 a backend in memory
  carryover-sandbox --data ./data                   one that survives a restart
  carryover-sandbox --config ./supabase/config.toml with the settings of your project

  const supabase = createClient('http://127.0.0.1:54321', PUBLISHABLE_KEY)

It prints its addresses: the URL for clients, an inbox with every mail and text message, and a console that moves the
clock, sets faults and scenarios, and shows what happens.";

/// A Supabase-compatible backend in one program: Auth API, data API, an inbox, OAuth providers and a console, over embedded
/// PostgreSQL.
///
/// It listens on 127.0.0.1 only. Its keys are those of `supabase start`: a place to try things, not for real customers.
#[derive(Parser)]
#[command(version, after_long_help = HELP)]
struct Args {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 54321)]
    port: u16,
    /// Port of the control API and its console on 127.0.0.1; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 54323)]
    control_port: u16,
    /// Folder for the database [default: in memory, gone at the end].
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// A PostgreSQL server to use in place of the embedded one, 15 or newer: `postgres://user@host:5432/database`. The
    /// database is made if it is not there. A password comes in PGPASSWORD, or with the address in this variable: other
    /// users of the computer can read arguments.
    #[arg(long, value_name = "URL", env = "CARRYOVER_DATABASE_URL", hide_env_values = true, conflicts_with = "data")]
    database_url: Option<DatabaseUrl>,
    /// A project's `supabase/config.toml` [default: the one built in].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter("carryover_sandbox=info")
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    match run(Args::command().get_matches()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn run(matches: ArgMatches) -> Result<(), String> {
    let secret_in_argument = matches.value_source("database_url") == Some(ValueSource::CommandLine);
    let args = Args::from_arg_matches(&matches).map_err(|error| error.to_string())?;
    let config =
        args.config.as_deref().map_or_else(Config::built_in, Config::read).map_err(|error| error.to_string())?;
    let data = data(args.data, args.database_url, secret_in_argument)?;
    let token = env::var("CARRYOVER_CONTROL_TOKEN").ok();
    let control = Some(ControlOptions { port: args.control_port, token, ..ControlOptions::default() });
    let options = Options { data, port: args.port, config, clock: Clock::default(), control };
    let sandbox = start(options).await.map_err(|error| error.to_string())?;
    println!("URL               {}", sandbox.url());
    println!("Publishable key   {}", sandbox.publishable_key());
    println!("Service role key  {}", sandbox.service_role_key());
    println!("Inbox             {}inbox", sandbox.url());
    if let Some(control) = sandbox.control() {
        println!("Console           {}", control.console());
    }
    sandbox.ready().await.map_err(|error| error.to_string())?;
    println!("Ready. Stop with Ctrl+C.");
    stopped().await.map_err(|error| error.to_string())?;
    sandbox.shutdown().await;
    Ok(())
}

/// Which PostgreSQL the arguments mean.
fn data(folder: Option<PathBuf>, address: Option<DatabaseUrl>, visible: bool) -> Result<DataLocation, String> {
    match (folder, address) {
        (Some(folder), _) => Ok(DataLocation::Directory(folder)),
        (None, Some(address)) if visible && address.has_password() => {
            Err("A password in an argument can be read by other users of this computer: give it in PGPASSWORD, or the \
                 whole address in CARRYOVER_DATABASE_URL."
                .to_owned())
        }
        (None, Some(address)) => Ok(DataLocation::Server(match env::var("PGPASSWORD") {
            Ok(password) => address.or_password(&password),
            Err(_) => address,
        })),
        (None, None) => Ok(DataLocation::Memory),
    }
}

/// Waits for Ctrl+C, or for the signal that service managers send.
async fn stopped() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
