//! Codes that were sent: whether they still count, and their end before its time. For testers, who see the inbox.

use std::collections::HashMap;

use serde::Serialize;
use tokio_postgres::{Error, Transaction};

use super::{
    flow::PREFIX,
    sms,
    tokens::{self, ALL},
};
use crate::state::Sandbox;

/// Whether a code still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Counts,
    Expired,
    /// Used, or a newer one took its place.
    Over,
}

/// A code, and where it was sent: what the inbox knows of it.
pub(crate) struct Sent<'a> {
    pub to: &'a str,
    /// `mail` or `sms`.
    pub channel: &'a str,
    pub code: &'a str,
}

impl Sent<'_> {
    /// As it is kept; numbers are kept without their plus.
    fn hash(&self) -> String {
        let address = if self.is_sms() { self.to.trim_start_matches('+') } else { self.to };
        tokens::hash(address, self.code)
    }

    fn is_sms(&self) -> bool {
        self.channel == "sms"
    }

    /// For how long it counts, in seconds.
    fn lifetime(&self, sandbox: &Sandbox) -> f64 {
        if self.is_sms() { sms::CODE_EXPIRY } else { f64::from(sandbox.config.auth.email.otp_expiry) }
    }

    /// Among those that are waited for.
    pub(crate) fn standing(&self, sandbox: &Sandbox, awaited: &HashMap<String, f64>) -> Standing {
        match awaited.get(&self.hash()) {
            Some(sent) if sandbox.clock.now() < sent + self.lifetime(sandbox) => Standing::Counts,
            Some(_) => Standing::Expired,
            None => Standing::Over,
        }
    }

    /// Lets it run out now, by what the clock says: it was sent longer ago than it counts. Whether anybody waited for it. Two codes
    /// of one change of address were sent together and run out together.
    pub(crate) async fn expire(&self, sandbox: &Sandbox, tx: &Transaction<'_>) -> Result<bool, Error> {
        let (hash, sent) = (self.hash(), sandbox.clock.now() - self.lifetime(sandbox) - 1.0);
        let prefixed = format!("{PREFIX}{hash}");
        let mut met = 0;
        for kind in ALL {
            let (column, sent_at) = (kind.name(), kind.sent_at());
            let sql = format!(
                "update auth.users set {sent_at} = least({sent_at}, to_timestamp($3)) where {column} in ($1, $2)"
            );
            met += tx.execute(&sql, &[&hash, &prefixed, &sent]).await?;
        }
        Ok(met > 0)
    }
}

/// The hashes of all codes that are waited for, and when each was sent (seconds since 1970).
pub(crate) async fn awaited(tx: &Transaction<'_>) -> Result<HashMap<String, f64>, Error> {
    let pairs = ALL.map(|kind| format!("(u.{}, u.{})", kind.name(), kind.sent_at())).join(", ");
    let sql = format!(
        "select t.hash, extract(epoch from t.sent_at)::float8 from auth.users u, lateral (values {pairs}) t (hash, sent_at)
         where t.hash <> '' and t.sent_at is not null"
    );
    let rows = tx.query(&sql, &[]).await?;
    let bare = |hash: String| hash.strip_prefix(PREFIX).map(str::to_owned).unwrap_or(hash);
    rows.iter().map(|row| Ok((bare(row.try_get(0)?), row.try_get(1)?))).collect()
}
