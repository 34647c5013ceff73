//! `POST /logout` (wire reference, section 7).

use axum::http::StatusCode;

use super::{error::ApiError, request::Request};

pub(crate) async fn post(request: Request) -> Result<StatusCode, ApiError> {
    let claims = request.claims()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let caller = request.caller(&tx, &claims).await?;
    let (user, session) = (caller.user.id, caller.session_id);
    match (request.param("scope"), session) {
        ("local", Some(session)) => tx.execute("delete from auth.sessions where id = $1", &[&session]).await?,
        ("others", Some(session)) => {
            tx.execute("delete from auth.sessions where user_id = $1 and id <> $2", &[&user, &session]).await?
        }
        // A token without a session ends them all.
        ("" | "global", _) | ("local" | "others", None) => {
            tx.execute("delete from auth.sessions where user_id = $1", &[&user]).await?
        }
        (scope, _) => return Err(ApiError::validation(&format!("Unsupported logout scope: {scope}"))),
    };
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
