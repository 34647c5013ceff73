//! `DELETE /user/identities/{id}` (wire reference, section 8.3): one way less to come in, never the last.

use axum::{Json, extract::Path};
use serde_json::{Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{ApiError, Request, check_linking};
use crate::auth::{
    identities, tokens,
    users::{self, User},
};

pub(crate) async fn delete(Path(id): Path<String>, request: Request) -> Result<Json<Value>, ApiError> {
    let claims = request.claims()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let user = request.caller(&tx, &claims).await?.user;
    check_linking(&request)?;
    let id =
        Uuid::parse_str(&id).map_err(|_| ApiError::new(404, "validation_failed", "identity_id must be an UUID"))?;
    let count: i64 =
        tx.query_one("select count(*) from auth.identities where user_id = $1", &[&user.id]).await?.try_get(0)?;
    if count <= 1 {
        let message = "User must have at least 1 identity after unlinking";
        return Err(ApiError::new(422, "single_identity_not_deletable", message));
    }
    let deleted = tx
        .query_opt("delete from auth.identities where id = $1 and user_id = $2 returning provider", &[&id, &user.id])
        .await?;
    let deleted = deleted.ok_or_else(|| ApiError::new(422, "identity_not_found", "Identity doesn't exist"))?;
    let provider: String = deleted.try_get(0)?;
    if provider == "phone" {
        tx.execute("update auth.users set phone = null, phone_confirmed_at = null where id = $1", &[&user.id]).await?;
    } else {
        move_address(&request, &tx, &user).await?;
    }
    identities::recompute_providers(&tx, user.id).await?;
    tx.commit().await?;
    Ok(Json(json!({})))
}

/// If no identity that is left has the user's address, another one's becomes it: verified before unverified, oldest first.
async fn move_address(request: &Request, tx: &Transaction<'_>, user: &User) -> Result<(), ApiError> {
    let (sandbox, now) = (&request.sandbox, request.sandbox.clock.now());
    let rows = tx
        .query(
            "select i.email, coalesce((i.identity_data->>'email_verified')::boolean, false) as verified,
                 exists (select 1 from auth.users u where u.email = i.email and u.id <> $1) as taken
             from auth.identities i where i.user_id = $1 and coalesce(i.email, '') <> ''
             order by verified desc, i.created_at",
            &[&user.id],
        )
        .await?;
    let mut candidates: Vec<(String, bool)> = Vec::new();
    for row in &rows {
        let (email, verified, taken): (String, bool, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if email == user.email {
            return Ok(());
        }
        if !taken {
            candidates.push((email, verified));
        }
    }
    if candidates.is_empty() && !rows.is_empty() {
        let message = "Unable to unlink identity due to email conflict";
        return Err(ApiError::new(422, "email_conflict_identity_not_deletable", message));
    }
    let next = candidates.into_iter().next();
    let confirmed = match &next {
        Some((_, verified)) => *verified || !sandbox.config.auth.email.enable_confirmations,
        None => false,
    };
    tokens::forget_all(tx, user.id).await?;
    tx.execute(
        "update auth.users set email = $2, email_change = '', phone_change = '', email_change_confirm_status = 0,
             email_confirmed_at = case when $3 then email_confirmed_at end, updated_at = to_timestamp($4) where id = $1",
        &[&user.id, &next.as_ref().map(|(email, _)| email), &confirmed, &now],
    )
    .await?;
    if next.is_some() && !confirmed {
        let unverified = [("email_verified".to_owned(), json!(false))];
        users::merge_metadata(sandbox, tx, user.id, "raw_user_meta_data", unverified.into_iter().collect()).await?;
    }
    Ok(())
}
