//! As whom a statement runs: the role and the claims that the data API would have given the transaction.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::Refusal;
use crate::state::Sandbox;

/// Whom a tester names.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum As {
    /// Whoever has the publishable key alone.
    Role(Role),
    UserId(Uuid),
    /// The newest one there is, or one made up for the length of the transaction.
    Kind(Kind),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    Anon,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Guest,
    Member,
}

/// Who it is then.
#[derive(Serialize)]
pub(super) struct Caller {
    role: &'static str,
    claims: Value,
    /// There was nobody of this kind.
    made_up: bool,
}

/// With the claims that a token issued now would carry.
const CLAIMS: &str = "select sandbox.claims_json(u, (
        select s.id from auth.sessions s where s.user_id = u.id order by s.created_at desc limit 1
    )) from auth.users u where u.id = $1";
const NEWEST: &str =
    "select id from auth.users where is_anonymous = $1 and deleted_at is null order by created_at desc limit 1";
/// A row of its own, for policies and keys look at it.
const MADE_UP: &str = "insert into auth.users (id, aud, role, is_anonymous, created_at, updated_at)
    values ($1, 'authenticated', 'authenticated', $2, now(), now())";

pub(super) async fn find(sandbox: &Sandbox, tx: &Transaction<'_>, who: As) -> Result<Caller, Refusal> {
    let (id, made_up) = match who {
        As::Role(Role::Anon) => {
            return Ok(Caller {
                role: "anon",
                claims: json!({ "iss": "supabase-demo", "role": "anon" }),
                made_up: false,
            });
        }
        As::UserId(id) => (id, false),
        As::Kind(kind) => newest(tx, kind == Kind::Guest).await?,
    };
    let row = tx.query_opt(CLAIMS, &[&id]).await?;
    let row = row.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "there is no such user"))?;
    let mut claims: Value = row.try_get(0)?;
    let issued = sandbox.clock.now_seconds();
    claims["iat"] = issued.into();
    claims["exp"] = (issued + sandbox.config.auth.jwt_expiry).into();
    Ok(Caller { role: "authenticated", claims, made_up })
}

/// The newest guest or member, and whether they had to be made up.
async fn newest(tx: &Transaction<'_>, is_anonymous: bool) -> Result<(Uuid, bool), Refusal> {
    if let Some(row) = tx.query_opt(NEWEST, &[&is_anonymous]).await? {
        return Ok((row.try_get(0)?, false));
    }
    let id = Uuid::new_v4();
    tx.execute(MADE_UP, &[&id, &is_anonymous]).await?;
    Ok((id, true))
}

/// Takes from everybody, until the transaction is rolled back, what could change the role or the claims: a statement may call
/// `set_config`, a view of PostgreSQL's own does, and SQL in a string would hide the name from any look at the text. And what
/// makes all others wait: the embedded engine has one session and can't be interrupted.
const LOCK: &str = "set local statement_timeout = '5s';
    revoke execute on function pg_catalog.set_config(text, text, boolean), pg_catalog.pg_sleep(double precision) from public";

pub(super) async fn lock(tx: &Transaction<'_>) -> Result<(), Refusal> {
    tx.batch_execute(LOCK).await?;
    // Whoever does not own it revokes nothing, and PostgreSQL calls that a warning.
    let open = tx
        .query_one(
            "select has_function_privilege('anon', 'pg_catalog.set_config(text, text, boolean)', 'execute')",
            &[],
        )
        .await?;
    if open.try_get(0)? {
        let sentence =
            "the probe needs a session of a superuser: without one it could not hold a statement to its role";
        return Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, sentence));
    }
    Ok(())
}

impl Caller {
    /// From here on the transaction is theirs; in the same words as the data API's.
    pub(super) async fn enter(&self, tx: &Transaction<'_>) -> Result<(), tokio_postgres::Error> {
        tx.execute(
            "select set_config('search_path', 'public', true), set_config('request.jwt.claims', $1, true), set_config('role', $2, true)",
            &[&self.claims.to_string(), &self.role],
        )
        .await
        .map(drop)
    }
}
