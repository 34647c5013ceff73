//! A refresh token (wire reference, section 6): with rotation, reuse interval and revocation of the family.

use serde::Deserialize;
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{ApiError, Request, sessions};
use crate::{auth::sessions::SignedIn, state::Sandbox};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    refresh_token: String,
}

/// A refresh token as its row tells.
struct Token {
    text: String,
    user_id: Uuid,
    session: Uuid,
    revoked: bool,
    /// Seconds since the row changed, which is when it was revoked.
    age: f64,
}

pub(super) async fn grant(request: &Request) -> Result<SignedIn, ApiError> {
    let sandbox = &request.sandbox;
    let Body { refresh_token } = request.json()?;
    let plausible = refresh_token.len() == sessions::TOKEN_LENGTH
        && refresh_token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !plausible {
        return Err(ApiError::validation("Refresh token is not valid"));
    }
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let token = find(sandbox, &tx, refresh_token).await?;
    let outcome = successor(sandbox, &tx, &token).await?;
    // A revoked family stays revoked although the answer is an error.
    let Some(next) = outcome else {
        tx.commit().await?;
        return Err(ApiError::new(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used"));
    };
    tx.execute(
        "update auth.sessions set refreshed_at = to_timestamp($2) at time zone 'utc', updated_at = to_timestamp($2) where id = $1",
        &[&token.session, &sandbox.clock.now()],
    )
    .await?;
    let answer = sessions::answer(sandbox, &tx, token.user_id, token.session, &next).await?;
    tx.commit().await?;
    Ok(answer)
}

async fn find(sandbox: &Sandbox, tx: &Transaction<'_>, text: String) -> Result<Token, ApiError> {
    let row = tx
        .query_opt(
            "select t.session_id, t.revoked, extract(epoch from to_timestamp($2) - t.updated_at)::float8,
                 s.user_id, u.banned_until > to_timestamp($2),
                 extract(epoch from to_timestamp($2) - s.created_at)::float8,
                 extract(epoch from to_timestamp($2) - coalesce(s.refreshed_at at time zone 'utc', s.created_at))::float8,
                 s.not_after < to_timestamp($2)
             from auth.refresh_tokens t left join auth.sessions s on s.id = t.session_id left join auth.users u on u.id = s.user_id
             where t.token = $1 for update of t",
            &[&text, &sandbox.clock.now()],
        )
        .await?
        .ok_or_else(|| ApiError::new(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found"))?;
    let (Some(session), Some(user_id)) = (row.try_get::<_, Option<Uuid>>(0)?, row.try_get::<_, Option<Uuid>>(3)?)
    else {
        return Err(ApiError::new(400, "session_not_found", "Invalid Refresh Token: No Valid Session Found"));
    };
    if row.try_get::<_, Option<bool>>(4)? == Some(true) {
        return Err(ApiError::new(400, "user_banned", "Invalid Refresh Token: User Banned"));
    }
    check_age(sandbox, row.try_get(5)?, row.try_get(6)?, row.try_get(7)?)?;
    Ok(Token { text, user_id, session, revoked: row.try_get(1)?, age: row.try_get(2)? })
}

/// Refuses sessions that are over: by their age, or because nobody used them. Access tokens live on until they run out.
fn check_age(sandbox: &Sandbox, age: f64, unused: f64, ended: Option<bool>) -> Result<(), ApiError> {
    let limits = &sandbox.config.auth.sessions;
    let expired = |why: &str| Err(ApiError::new(400, "session_expired", format!("Invalid Refresh Token: {why}")));
    if ended == Some(true) || limits.timebox.is_some_and(|limit| age > limit.as_secs_f64()) {
        return expired("Session Expired");
    }
    if limits.inactivity_timeout.is_some_and(|limit| unused > limit.as_secs_f64()) {
        return expired("Session Expired (Inactivity)");
    }
    Ok(())
}

/// The token that follows; `None` when this one was used before and the family is revoked for it.
async fn successor(sandbox: &Sandbox, tx: &Transaction<'_>, token: &Token) -> Result<Option<String>, ApiError> {
    let now = sandbox.clock.now();
    if !token.revoked {
        tx.execute(
            "update auth.refresh_tokens set revoked = true, updated_at = to_timestamp($2) where token = $1",
            &[&token.text, &now],
        )
        .await?;
        return sessions::add_token(sandbox, tx, token.user_id, token.session, Some(&token.text)).await.map(Some);
    }
    let active = tx
        .query_opt(
            "select token, parent from auth.refresh_tokens where session_id = $1 and not revoked order by id desc limit 1",
            &[&token.session],
        )
        .await?;
    if let Some(active) = active {
        let (text, parent): (String, Option<String>) = (active.try_get(0)?, active.try_get(1)?);
        if parent.as_deref() == Some(&token.text) {
            // The client did not get the answer to its last refresh: the same one again, at any age.
            return Ok(Some(text));
        }
    }
    if token.age < f64::from(sandbox.config.auth.refresh_token_reuse_interval) {
        return sessions::add_token(sandbox, tx, token.user_id, token.session, Some(&token.text)).await.map(Some);
    }
    if sandbox.config.auth.enable_refresh_token_rotation {
        tx.execute(
            "update auth.refresh_tokens set revoked = true, updated_at = to_timestamp($2) where session_id = $1 and not revoked",
            &[&token.session, &now],
        )
        .await?;
    }
    Ok(None)
}
