//! What every request shares.

use std::net::IpAddr;

use serde_json::Value;
use tokio::sync::{OnceCell, watch};
use url::Url;

use crate::{
    Clock, Config, DataLocation,
    early_ends::EarlyEnds,
    engine::{Database, Turn},
    events::Events,
    faults::Faults,
    jwt::{BadToken, Jwt},
    limits::{Bucket, Limits},
    redirect::Redirects,
    schema,
};

/// Whether the database serves.
#[derive(Debug, Clone)]
pub(crate) enum Readiness {
    Opening,
    Ready,
    Failed(String),
}

/// The running backend.
pub(crate) struct Sandbox {
    pub config: Config,
    pub clock: Clock,
    pub jwt: Jwt,
    /// Where people may be sent.
    pub redirects: Redirects,
    pub limits: Limits,
    pub faults: Faults,
    pub events: Events,
    pub early_ends: EarlyEnds,
    pub url: Url,
    database: OnceCell<Database>,
    readiness: watch::Sender<Readiness>,
}

impl Sandbox {
    pub(crate) fn new(config: Config, clock: Clock, url: Url) -> Self {
        Self {
            jwt: Jwt::of(&config),
            redirects: Redirects::new(&config.auth.site_url, &config.auth.additional_redirect_urls),
            config,
            clock,
            limits: Limits::default(),
            faults: Faults::default(),
            events: Events::default(),
            early_ends: EarlyEnds::default(),
            url,
            database: OnceCell::new(),
            readiness: watch::Sender::new(Readiness::Opening),
        }
    }

    /// The claims of an access token or a key that counts now.
    pub(crate) fn read_token(&self, token: &str) -> Result<Value, BadToken> {
        let claims = self.jwt.read(token, self.clock.now_seconds())?;
        if self.early_ends.has_ended(&claims) { Err(BadToken::Expired) } else { Ok(claims) }
    }

    /// Draws from a bucket of this address; false when it is empty.
    pub(crate) fn draw(&self, bucket: Bucket, ip: IpAddr) -> bool {
        self.limits.draw(bucket, ip, bucket.rate(&self.config.auth.rate_limit), self.clock.now())
    }

    /// Counts a text message; false when this hour's are sent.
    pub(crate) fn count_sms(&self) -> bool {
        self.limits.count_sms(self.config.auth.rate_limit.sms_sent, self.clock.now())
    }

    pub(crate) fn readiness(&self) -> watch::Receiver<Readiness> {
        self.readiness.subscribe()
    }

    /// Opens the database, brings it up to date, and lets the requests in that wait for it. Whether it serves.
    pub(crate) async fn open(&self, data: DataLocation) -> bool {
        let opened = async {
            let database = Database::open(data).await?;
            schema::apply(&database).await?;
            Ok(database)
        };
        let state = match opened.await {
            Ok(database) => {
                // Opened once: the cell is empty.
                let _ = self.database.set(database);
                Readiness::Ready
            }
            Err(cause) => Readiness::Failed(cause),
        };
        let serves = matches!(state, Readiness::Ready);
        self.readiness.send_replace(state);
        serves
    }

    /// Closes the database, if it was ever open.
    pub(crate) async fn close(&self) {
        if let Some(database) = self.database.get() {
            database.close().await;
        }
    }

    /// A session with the database, as soon as one is free; `Err` with the cause when there is none to be had.
    pub(crate) async fn turn(&self) -> Result<Turn, String> {
        self.database().await?.turn().await
    }

    /// The database, as soon as it serves; `Err` with the cause when it never will.
    pub(crate) async fn database(&self) -> Result<&Database, String> {
        if let Some(database) = self.database.get() {
            return Ok(database);
        }
        let mut readiness = self.readiness.subscribe();
        let state = readiness.wait_for(|state| !matches!(state, Readiness::Opening)).await.map(|state| state.clone());
        match state {
            Ok(Readiness::Failed(cause)) => Err(cause),
            _ => self.database.get().ok_or_else(|| "the database is closed".to_owned()),
        }
    }
}
