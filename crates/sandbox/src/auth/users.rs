//! Users as rows: finding, making and confirming them (wire reference, sections 1, 4 and 11).

use serde_json::{Map, Value, json};
use tokio_postgres::{Row, Transaction, types::ToSql};
use uuid::Uuid;

use super::{
    error::ApiError,
    identities,
    tokens::{ALL, Kept, Kind, forget, forget_links},
};
use crate::state::Sandbox;

/// A user as far as decisions depend on it. Times are seconds since 1970.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub id: Uuid,
    pub email: String,
    pub phone: String,
    pub password_hash: String,
    pub email_confirmed_at: Option<f64>,
    pub phone_confirmed_at: Option<f64>,
    pub invited_at: Option<f64>,
    pub banned_until: Option<f64>,
    pub is_anonymous: bool,
    pub email_change: String,
    pub phone_change: String,
    /// How many of the two confirmations of a change of address came in.
    pub email_change_status: i16,
    kept: [Kept; ALL.len()],
}

impl User {
    /// The user's one-time hash of a kind.
    pub(crate) fn kept(&self, kind: Kind) -> &Kept {
        &self.kept[kind as usize]
    }

    pub(crate) fn is_banned(&self, now: f64) -> bool {
        self.banned_until.is_some_and(|until| now < until)
    }

    fn read(row: &Row) -> Result<Self, ApiError> {
        let mut kept: [Kept; ALL.len()] = Default::default();
        for kind in ALL {
            kept[kind as usize] = Kept { hash: row.try_get(kind.name())?, sent_at: row.try_get(kind.sent_at())? };
        }
        Ok(Self {
            id: row.try_get("id")?,
            email: row.try_get("email")?,
            phone: row.try_get("phone")?,
            password_hash: row.try_get("encrypted_password")?,
            email_confirmed_at: row.try_get("email_confirmed_at")?,
            phone_confirmed_at: row.try_get("phone_confirmed_at")?,
            invited_at: row.try_get("invited_at")?,
            banned_until: row.try_get("banned_until")?,
            is_anonymous: row.try_get("is_anonymous")?,
            email_change: row.try_get("email_change")?,
            phone_change: row.try_get("phone_change")?,
            email_change_status: row.try_get("email_change_confirm_status")?,
            kept,
        })
    }
}

const TEXTS: [&str; 11] = [
    "email",
    "phone",
    "encrypted_password",
    "email_change",
    "phone_change",
    "confirmation_token",
    "recovery_token",
    "email_change_token_new",
    "email_change_token_current",
    "phone_change_token",
    "reauthentication_token",
];
const TIMES: [&str; 9] = [
    "email_confirmed_at",
    "phone_confirmed_at",
    "invited_at",
    "banned_until",
    "confirmation_sent_at",
    "recovery_sent_at",
    "email_change_sent_at",
    "phone_change_sent_at",
    "reauthentication_sent_at",
];

/// The one user for whom `condition` (text of this program, never of a request) holds.
async fn find(tx: &Transaction<'_>, condition: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Option<User>, ApiError> {
    let texts = TEXTS.map(|name| format!("coalesce(u.{name}, '') as {name}")).join(", ");
    let times = TIMES.map(|name| format!("extract(epoch from u.{name})::float8 as {name}")).join(", ");
    let sql = format!(
        "select u.id, u.is_anonymous, coalesce(u.email_change_confirm_status, 0)::smallint as email_change_confirm_status, {texts}, {times}
         from auth.users u where {condition} limit 1"
    );
    tx.query_opt(&sql, values).await?.as_ref().map(User::read).transpose()
}

pub(crate) async fn by_id(tx: &Transaction<'_>, id: Uuid) -> Result<Option<User>, ApiError> {
    find(tx, "u.id = $1", &[&id]).await
}

pub(crate) async fn by_email(tx: &Transaction<'_>, email: &str) -> Result<Option<User>, ApiError> {
    if email.is_empty() { Ok(None) } else { find(tx, "u.email = lower($1)", &[&email]).await }
}

pub(crate) async fn by_phone(tx: &Transaction<'_>, phone: &str) -> Result<Option<User>, ApiError> {
    if phone.is_empty() { Ok(None) } else { find(tx, "u.phone = $1", &[&phone]).await }
}

/// The user who waits for a code to this number.
pub(crate) async fn by_phone_change(tx: &Transaction<'_>, phone: &str) -> Result<Option<User>, ApiError> {
    if phone.is_empty() { Ok(None) } else { find(tx, "u.phone_change = $1", &[&phone]).await }
}

/// Whoever else holds an address, as their own or through an identity: a sign-in with Google counts.
pub(crate) async fn holder_of_email(
    tx: &Transaction<'_>,
    email: &str,
    except: Option<Uuid>,
) -> Result<Option<User>, ApiError> {
    let condition = "u.id is distinct from $2
        and (u.email = $1 or exists (select 1 from auth.identities i where i.user_id = u.id and i.email = $1))";
    find(tx, condition, &[&email, &except]).await
}

/// The user of the session; gone only if they were deleted a moment ago.
pub(crate) async fn must(tx: &Transaction<'_>, id: Uuid) -> Result<User, ApiError> {
    by_id(tx, id).await?.ok_or_else(|| ApiError::new(500, "unexpected_failure", "Database error finding user"))
}

/// What a new user begins with.
#[derive(Debug, Default)]
pub(crate) struct New<'a> {
    /// Chosen by an administrator; random otherwise.
    pub id: Option<Uuid>,
    pub email: Option<&'a str>,
    pub phone: Option<&'a str>,
    pub password_hash: &'a str,
    pub app_metadata: Map<String, Value>,
    pub user_metadata: Map<String, Value>,
    pub is_anonymous: bool,
}

/// `{"provider": …, "providers": […]}` for somebody with one identity.
pub(crate) fn app_metadata(provider: &str) -> Map<String, Value> {
    Map::from_iter([("provider".to_owned(), json!(provider)), ("providers".to_owned(), json!([provider]))])
}

pub(crate) async fn create(sandbox: &Sandbox, tx: &Transaction<'_>, new: New<'_>) -> Result<Uuid, ApiError> {
    let id = new.id.unwrap_or_else(Uuid::new_v4);
    tx.execute(
        "insert into auth.users (id, aud, role, email, phone, encrypted_password, confirmation_token, recovery_token,
             email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at, is_anonymous)
         values ($1, 'authenticated', 'authenticated', $2, $3, $4, '', '', '', '', $5, $6, to_timestamp($7), to_timestamp($7), $8)",
        &[
            &id,
            &new.email,
            &new.phone,
            &new.password_hash,
            &Value::Object(new.app_metadata),
            &Value::Object(new.user_metadata),
            &sandbox.clock.now(),
            &new.is_anonymous,
        ],
    )
    .await?;
    Ok(id)
}

/// The address is the user's: somebody read its mail.
pub(crate) async fn confirm_email(sandbox: &Sandbox, tx: &Transaction<'_>, id: Uuid) -> Result<(), ApiError> {
    forget(tx, id, Kind::Confirmation).await?;
    tx.execute(
        "update auth.users set email_confirmed_at = to_timestamp($2), updated_at = to_timestamp($2) where id = $1",
        &[&id, &sandbox.clock.now()],
    )
    .await?;
    merge_metadata(sandbox, tx, id, "raw_user_meta_data", verified()).await?;
    forget_links(tx, id).await
}

/// The number is the user's.
pub(crate) async fn confirm_phone(sandbox: &Sandbox, tx: &Transaction<'_>, id: Uuid) -> Result<(), ApiError> {
    forget(tx, id, Kind::Confirmation).await?;
    tx.execute(
        "update auth.users set phone_confirmed_at = to_timestamp($2), updated_at = to_timestamp($2) where id = $1",
        &[&id, &sandbox.clock.now()],
    )
    .await?;
    forget_links(tx, id).await
}

fn verified() -> Map<String, Value> {
    Map::from_iter([("email_verified".to_owned(), Value::Bool(true))])
}

/// A shallow merge into `raw_user_meta_data` or `raw_app_meta_data`; `null` deletes a key.
pub(crate) async fn merge_metadata(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    id: Uuid,
    column: &'static str,
    data: Map<String, Value>,
) -> Result<(), ApiError> {
    let (gone, set): (Map<_, _>, Map<_, _>) = data.into_iter().partition(|(_, value)| value.is_null());
    let gone: Vec<String> = gone.into_iter().map(|(key, _)| key).collect();
    tx.execute(
        &format!(
            "update auth.users set {column} = (coalesce({column}, '{{}}') || $2) - $3::text[], updated_at = to_timestamp($4)
             where id = $1"
        ),
        &[&id, &Value::Object(set), &gone, &sandbox.clock.now()],
    )
    .await?;
    Ok(())
}

/// Sets a password. Whatever was under way ends, and so do the user's other sessions.
pub(crate) async fn set_password(
    tx: &Transaction<'_>,
    id: Uuid,
    hash: &str,
    but_session: Option<Uuid>,
) -> Result<(), ApiError> {
    tx.execute("update auth.users set encrypted_password = $2 where id = $1", &[&id, &hash]).await?;
    super::tokens::forget_all(tx, id).await?;
    tx.execute("delete from auth.sessions where user_id = $1 and id is distinct from $2", &[&id, &but_session]).await?;
    Ok(())
}

/// A guest no longer: the user id stays.
pub(crate) async fn make_permanent(tx: &Transaction<'_>, id: Uuid) -> Result<(), ApiError> {
    tx.execute("update auth.users set is_anonymous = false where id = $1", &[&id]).await?;
    Ok(())
}

/// The first identity of somebody who signs up with an address or a number. What it holds becomes the user's metadata:
/// whatever an unconfirmed stranger put there before is gone.
pub(crate) async fn add_first_identity(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user: &User,
    provider: &str,
    data: Map<String, Value>,
) -> Result<(), ApiError> {
    let mut claims = identities::claims(user.id, &user.email, false, false);
    for (key, value) in data {
        claims.entry(key).or_insert(value);
    }
    identities::create(sandbox, tx, user.id, provider, &user.id.to_string(), claims.clone()).await?;
    tx.execute("update auth.users set raw_user_meta_data = $2 where id = $1", &[&user.id, &Value::Object(claims)])
        .await?;
    Ok(())
}
