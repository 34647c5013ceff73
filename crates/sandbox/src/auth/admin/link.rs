//! `POST /admin/generate_link`: the link that a mail would carry, for servers that send their own.

use axum::Json;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_postgres::Transaction;

use super::{ApiError, Request, authorise, email_exists, invite, not_found};
use crate::auth::{
    address,
    mailer::{Letter, Made, Mailer},
    password,
    sessions::user_json,
    tokens,
    users::{self, User},
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    email: String,
    new_email: String,
    password: String,
    data: Map<String, Value>,
    redirect_to: String,
}

pub(crate) async fn post(request: Request) -> Result<Json<Value>, ApiError> {
    authorise(&request)?;
    let sandbox = &request.sandbox;
    let mut body: Body = request.json()?;
    body.email = address::email(&body.email)?;
    let fallback = request.redirect_target();
    let redirect_to = sandbox.redirects.resolve([body.redirect_to.as_str(), fallback.as_str()]);
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let known = users::by_email(&tx, &body.email).await?;
    if known.is_none() && body.kind == "magiclink" {
        "signup".clone_into(&mut body.kind);
        body.password = password::random();
    }
    let mailer = Mailer { sandbox, tx: &tx, redirect_to: &redirect_to, pkce: false };
    let (user, made) = make(mailer, known, &body).await?;
    let hashed_token = match body.kind.as_str() {
        // Upstream hashes over the address that is left; only the link is good.
        "email_change_new" => tokens::hash(&body.email, &made.code),
        _ => made.hash,
    };
    let mut answer = user_json(&tx, user.id).await?;
    answer["action_link"] = json!(made.link);
    answer["email_otp"] = json!(made.code);
    answer["hashed_token"] = json!(hashed_token);
    answer["verification_type"] = json!(body.kind);
    answer["redirect_to"] = json!(redirect_to);
    tx.commit().await?;
    Ok(Json(answer))
}

async fn make(mailer: Mailer<'_>, known: Option<User>, body: &Body) -> Result<(User, Made), ApiError> {
    let Mailer { sandbox, tx, .. } = mailer;
    let user = match (body.kind.as_str(), known) {
        ("recovery" | "magiclink" | "email_change_current" | "email_change_new", known) => {
            known.ok_or_else(not_found)?
        }
        ("signup", None) => {
            if body.password.is_empty() {
                return Err(ApiError::validation("Signup requires a valid password"));
            }
            password::check(&sandbox.config.auth, &body.password)?;
            let hash = password::hash(&body.password).await?;
            invite::newcomer(sandbox, tx, &body.email, &hash, body.data.clone()).await?
        }
        ("signup", Some(user)) if user.email_confirmed_at.is_none() => {
            users::merge_metadata(sandbox, tx, user.id, "raw_user_meta_data", body.data.clone()).await?;
            user
        }
        ("signup", Some(_)) => return Err(email_exists()),
        ("invite", _) => {
            let user = invite::newcomer(sandbox, tx, &body.email, "", body.data.clone()).await?;
            invite::note(sandbox, tx, &user).await?;
            user
        }
        (kind, _) => {
            return Err(ApiError::validation(&format!("Invalid email action link type requested: {kind}")));
        }
    };
    let made = match body.kind.as_str() {
        "recovery" => mailer.make(&user, Letter::Recovery, &user.email).await?,
        "magiclink" => mailer.make(&user, Letter::MagicLink, &user.email).await?,
        "invite" => mailer.make(&user, Letter::Invite, &user.email).await?,
        "signup" => mailer.make(&user, Letter::SignUp, &user.email).await?,
        _ => change(mailer, tx, &user, body).await?,
    };
    Ok((user, made))
}

async fn change(mailer: Mailer<'_>, tx: &Transaction<'_>, user: &User, body: &Body) -> Result<Made, ApiError> {
    let of_current = body.kind == "email_change_current";
    if of_current && !mailer.sandbox.config.auth.email.double_confirm_changes {
        let message = "Enable secure email change to generate link for current email";
        return Err(ApiError::validation(message));
    }
    let email = address::email(&body.new_email)?;
    if users::holder_of_email(tx, &email, Some(user.id)).await?.is_some() {
        return Err(email_exists());
    }
    let wish = "update auth.users set email_change = $2, email_change_confirm_status = 0 where id = $1";
    tx.execute(wish, &[&user.id, &email]).await?;
    if of_current {
        mailer.make(user, Letter::EmailChangeCurrent, &user.email).await
    } else {
        mailer.make(user, Letter::EmailChange, &email).await
    }
}
