//! Who may set a new password (wire reference, section 3, rule 7).

use tokio_postgres::Transaction;

use super::{
    bearer::Caller,
    error::ApiError,
    password, sms,
    tokens::{self, Kind, forget, forget_links},
    user::Body,
    users::User,
};
use crate::state::Sandbox;

/// A session counts as fresh for this long, in seconds.
const FRESH: f64 = 24.0 * 3600.0;

/// Checks a new password against the settings and the old one. Uses up the nonce, if one is needed.
pub(crate) async fn check(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    caller: &Caller,
    body: &Body,
) -> Result<(), ApiError> {
    let Some(new) = &body.password else { return Ok(()) };
    let (settings, user) = (&sandbox.config.auth.email, &caller.user);
    if settings.secure_password_change && !is_fresh(sandbox, tx, caller).await? {
        use_nonce(sandbox, tx, user, &body.nonce).await?;
    }
    if settings.require_current_password && !user.password_hash.is_empty() && !came_by_code(tx, caller).await? {
        let message = "Current password required when setting new password.";
        if body.current_password.is_empty() {
            return Err(ApiError::new(400, "current_password_required", message));
        }
        if !password::matches(&body.current_password, &user.password_hash).await {
            return Err(ApiError::new(400, "current_password_invalid", message));
        }
    }
    if password::matches(new, &user.password_hash).await {
        let message = "New password should be different from the old password.";
        return Err(ApiError::new(422, "same_password", message));
    }
    Ok(())
}

async fn is_fresh(sandbox: &Sandbox, tx: &Transaction<'_>, caller: &Caller) -> Result<bool, ApiError> {
    let fresh =
        "select 1 from auth.sessions where id = $1 and created_at + make_interval(secs => $2) >= to_timestamp($3)";
    Ok(tx.query_opt(fresh, &[&caller.session_id, &FRESH, &sandbox.clock.now()]).await?.is_some())
}

/// Whether the session began with a code: then its owner may well have forgotten the password.
async fn came_by_code(tx: &Transaction<'_>, caller: &Caller) -> Result<bool, ApiError> {
    let by_code = "select 1 from auth.mfa_amr_claims
        where session_id = $1 and authentication_method in ('otp', 'magiclink', 'recovery') limit 1";
    Ok(tx.query_opt(by_code, &[&caller.session_id]).await?.is_some())
}

async fn use_nonce(sandbox: &Sandbox, tx: &Transaction<'_>, user: &User, nonce: &str) -> Result<(), ApiError> {
    if nonce.is_empty() {
        let message = "Password update requires reauthentication";
        return Err(ApiError::new(400, "reauthentication_needed", message));
    }
    let (address, lifetime) = if user.email.is_empty() {
        (&user.phone, sms::CODE_EXPIRY)
    } else {
        (&user.email, f64::from(sandbox.config.auth.email.otp_expiry))
    };
    let hash = tokens::hash(address, nonce);
    if !user.kept(Kind::Reauthentication).matches(&hash, sandbox.clock.now(), lifetime) {
        return Err(ApiError::new(422, "reauthentication_not_valid", "Nonce has expired or is invalid"));
    }
    forget(tx, user.id, Kind::Reauthentication).await?;
    forget_links(tx, user.id).await
}
