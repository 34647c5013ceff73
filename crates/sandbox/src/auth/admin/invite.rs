//! `POST /invite`: somebody is asked in by mail.

use axum::Json;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio_postgres::Transaction;

use super::{ApiError, Request, authorise, email_exists};
use crate::{
    auth::{
        address,
        mailer::{Letter, Mailer},
        sessions::user_json,
        users::{self, New, User},
    },
    state::Sandbox,
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    email: String,
    data: Map<String, Value>,
}

pub(crate) async fn post(request: Request) -> Result<Json<Value>, ApiError> {
    authorise(&request)?;
    let sandbox = &request.sandbox;
    let body: Body = request.json()?;
    let email = address::email(&body.email)?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let user = newcomer(sandbox, &tx, &email, "", body.data).await?;
    let mailer = Mailer { sandbox, tx: &tx, redirect_to: &request.redirect_target(), pkce: false };
    mailer.mail(&user, Letter::Invite, &email).await?;
    note(sandbox, &tx, &user).await?;
    let user = user_json(&tx, user.id).await?;
    tx.commit().await?;
    Ok(Json(user))
}

/// Somebody who has not confirmed yet, made if nobody has the address.
pub(super) async fn newcomer(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    email: &str,
    password_hash: &str,
    data: Map<String, Value>,
) -> Result<User, ApiError> {
    if let Some(user) = users::by_email(tx, email).await? {
        return if user.email_confirmed_at.is_some() { Err(email_exists()) } else { Ok(user) };
    }
    let app_metadata = users::app_metadata("email");
    let new = New { email: Some(email), password_hash, app_metadata, user_metadata: data.clone(), ..New::default() };
    let id = users::create(sandbox, tx, new).await?;
    let user = users::must(tx, id).await?;
    users::add_first_identity(sandbox, tx, &user, "email", data).await?;
    Ok(user)
}

/// The user was invited now.
pub(super) async fn note(sandbox: &Sandbox, tx: &Transaction<'_>, user: &User) -> Result<(), ApiError> {
    let now = sandbox.clock.now();
    tx.execute("update auth.users set invited_at = to_timestamp($2) where id = $1", &[&user.id, &now]).await?;
    Ok(())
}
