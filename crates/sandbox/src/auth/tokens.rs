//! One-time codes: made, kept as hashes, compared (wire reference, section 4). A hash is kept twice, as upstream does: in a
//! column of the user, for those who type a code, and as a row of its own, for those who follow a link.

use rand::RngExt;
use sha2::{Digest, Sha224};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{error::ApiError, flow::PREFIX};
use crate::hex;

/// What a code is for. The order is that of `ALL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Confirmation,
    Recovery,
    EmailChangeNew,
    EmailChangeCurrent,
    PhoneChange,
    Reauthentication,
}

/// Every kind.
pub(crate) const ALL: [Kind; 6] = [
    Kind::Confirmation,
    Kind::Recovery,
    Kind::EmailChangeNew,
    Kind::EmailChangeCurrent,
    Kind::PhoneChange,
    Kind::Reauthentication,
];

impl Kind {
    /// The user's column and the type of the row.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation_token",
            Self::Recovery => "recovery_token",
            Self::EmailChangeNew => "email_change_token_new",
            Self::EmailChangeCurrent => "email_change_token_current",
            Self::PhoneChange => "phone_change_token",
            Self::Reauthentication => "reauthentication_token",
        }
    }

    /// The column that tells when the last one was sent.
    pub(crate) fn sent_at(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation_sent_at",
            Self::Recovery => "recovery_sent_at",
            Self::EmailChangeNew | Self::EmailChangeCurrent => "email_change_sent_at",
            Self::PhoneChange => "phone_change_sent_at",
            Self::Reauthentication => "reauthentication_sent_at",
        }
    }
}

/// A user's hash of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    pub hash: String,
    /// Seconds since 1970.
    pub sent_at: Option<f64>,
}

impl Kept {
    /// Whether `hash` is this one and still counts. One from a flow with a proof key carries a prefix that codes lack.
    pub(crate) fn matches(&self, hash: &str, now: f64, lifetime: f64) -> bool {
        self.is_fresh(now, lifetime)
            && !self.hash.is_empty()
            && self.hash.strip_prefix(PREFIX).unwrap_or(&self.hash) == hash.strip_prefix(PREFIX).unwrap_or(hash)
    }

    /// Whether it was sent less than `lifetime` seconds ago.
    pub(crate) fn is_fresh(&self, now: f64, lifetime: f64) -> bool {
        self.sent_at.is_some_and(|sent| now < sent + lifetime)
    }
}

/// A uniformly random decimal of `length` digits, with leading zeros.
pub(crate) fn generate(length: usize) -> String {
    let length = if (6..=10).contains(&length) { length } else { 6 };
    let mut rng = rand::rng();
    (0..length).map(|_| char::from(b'0' + rng.random_range(0..10_u8))).collect()
}

/// What is stored in place of a code: SHA-224 over the address and the code.
pub(crate) fn hash(address: &str, code: &str) -> String {
    hex::encode(&Sha224::new().chain_update(address).chain_update(code).finalize())
}

/// Keeps a hash; the one before it of this kind no longer counts.
pub(crate) async fn keep(
    tx: &Transaction<'_>,
    user_id: Uuid,
    kind: Kind,
    hash: &str,
    address: &str,
    now: f64,
) -> Result<(), ApiError> {
    let (column, sent_at) = (kind.name(), kind.sent_at());
    tx.execute(
        &format!("update auth.users set {column} = $2, {sent_at} = to_timestamp($3), updated_at = to_timestamp($3) where id = $1"),
        &[&user_id, &hash, &now],
    )
    .await?;
    tx.execute(
        "insert into auth.one_time_tokens (user_id, token_type, token_hash, relates_to)
         values ($1, $2::text::auth.one_time_token_type, $3, lower($4))
         on conflict (user_id, token_type) do update set token_hash = excluded.token_hash, relates_to = excluded.relates_to,
             updated_at = now()",
        &[&user_id, &column, &hash, &address],
    )
    .await?;
    Ok(())
}

/// Forgets the hash of one kind.
pub(crate) async fn forget(tx: &Transaction<'_>, user_id: Uuid, kind: Kind) -> Result<(), ApiError> {
    let column = kind.name();
    tx.execute(&format!("update auth.users set {column} = '' where id = $1"), &[&user_id]).await?;
    tx.execute(
        "delete from auth.one_time_tokens where user_id = $1 and token_type = $2::text::auth.one_time_token_type",
        &[&user_id, &column],
    )
    .await?;
    Ok(())
}

/// Ends every link that is under way to this user. Codes in the user's columns live on, as upstream.
pub(crate) async fn forget_links(tx: &Transaction<'_>, user_id: Uuid) -> Result<(), ApiError> {
    tx.execute("delete from auth.one_time_tokens where user_id = $1", &[&user_id]).await?;
    Ok(())
}

/// Ends everything that is under way to this user, and the pauses between two mails with it.
pub(crate) async fn forget_all(tx: &Transaction<'_>, user_id: Uuid) -> Result<(), ApiError> {
    tx.execute(
        "update auth.users set confirmation_token = '', confirmation_sent_at = null, recovery_token = '', recovery_sent_at = null,
             email_change_token_new = '', email_change_token_current = '', email_change_sent_at = null,
             phone_change_token = '', phone_change_sent_at = null,
             reauthentication_token = '', reauthentication_sent_at = null where id = $1",
        &[&user_id],
    )
    .await?;
    forget_links(tx, user_id).await
}

/// The user to whom a hash of one of these kinds was sent by link, and which kind it is.
pub(crate) async fn find(tx: &Transaction<'_>, hash: &str, kinds: &[Kind]) -> Result<Option<(Uuid, Kind)>, ApiError> {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let row = tx
        .query_opt(
            "select user_id, token_type::text from auth.one_time_tokens
             where token_hash = $1 and token_type::text = any($2) limit 1",
            &[&hash, &names],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (user_id, name): (Uuid, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(ALL.into_iter().find(|kind| kind.name() == name).map(|kind| (user_id, kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_until_it_runs_out_with_or_without_the_prefix_of_a_flow() {
        let kept = Kept { hash: format!("{PREFIX}abc"), sent_at: Some(100.0) };
        assert!(kept.matches("abc", 159.0, 60.0));
        assert!(!kept.matches("abc", 160.0, 60.0));
        assert!(!kept.matches("abd", 100.0, 60.0));
        assert!(!Kept { hash: String::new(), sent_at: Some(100.0) }.matches("", 100.0, 60.0));
    }
}
