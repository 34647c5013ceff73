//! A PostgreSQL server, joined over the network.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use deadpool_postgres::Manager;
use rustls::{ClientConfig, crypto::aws_lc_rs};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, error::SqlState};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{DatabaseUrl, describe, sessions};

/// The most sessions at a time: enough for a shop of testers, few beside the hundred that a server has by default.
pub(super) const SESSIONS: usize = 10;
/// The oldest version that the schema runs on.
const OLDEST: i32 = 150_000;
/// How long a server may take to answer the call.
const PATIENCE: Duration = Duration::from_secs(10);

/// Finds the server, makes the database if it is not there yet, and looks whether it will do.
pub(super) async fn open(address: DatabaseUrl) -> Result<Manager, String> {
    let mut config = address.config();
    config.application_name("carryover-sandbox").connect_timeout(PATIENCE);
    let calls = Calls { tls: tls()? };
    let client = match calls.call(&config).await {
        Ok((client, _)) => client,
        Err(error) if error.code() == Some(&SqlState::INVALID_CATALOG_NAME) => {
            calls.create(&config, address.database()).await.map_err(|error| describe(&error))?;
            calls.call(&config).await.map_err(|error| describe(&error))?.0
        }
        Err(error) => return Err(describe(&error)),
    };
    let version = client.query_one("select current_setting('server_version_num')::int", &[]).await;
    let version: i32 = version.and_then(|row| row.try_get(0)).map_err(|error| describe(&error))?;
    if version < OLDEST {
        return Err(format!("PostgreSQL 15 or newer is needed, and this server is {}", version / 10_000));
    }
    Ok(sessions(config, calls))
}

/// The system's own roots of trust decide, as for every other connection of the program.
fn tls() -> Result<MakeRustlsConnect, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| error.to_string())?;
    Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
}

/// Makes sessions with a server.
struct Calls {
    tls: MakeRustlsConnect,
}

impl Calls {
    async fn call(&self, config: &Config) -> Result<(Client, JoinHandle<()>), Error> {
        let (client, connection) = config.connect(self.tls.clone()).await?;
        let task = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(error = describe(&error), "a session with the database broke");
            }
        });
        Ok((client, task))
    }

    /// Makes the database, by way of the one that every server has.
    async fn create(&self, config: &Config, name: &str) -> Result<(), Error> {
        let mut config = config.clone();
        let (client, _) = self.call(config.dbname("postgres")).await?;
        let made = client.batch_execute(&format!("create database \"{}\"", name.replace('"', "\"\""))).await;
        match made {
            // Another sandbox was faster.
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => Ok(()),
            made => made,
        }
    }
}

impl deadpool_postgres::Connect for Calls {
    fn connect(
        &self,
        config: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + '_>> {
        let config = config.clone();
        Box::pin(async move { self.call(&config).await })
    }
}
