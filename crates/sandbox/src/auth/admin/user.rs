//! `/admin/users/{id}` and `POST /admin/users`: somebody made, seen, changed and deleted.

use axum::{Json, extract::Path};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{ApiError, Ban, Request, authorise, email_exists, not_found, parse_id, phone_exists};
use crate::{
    auth::{
        address, identities, password,
        sessions::user_json,
        users::{self, New, User},
    },
    state::Sandbox,
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    id: String,
    aud: String,
    role: String,
    email: String,
    phone: String,
    password: Option<String>,
    password_hash: String,
    email_confirm: bool,
    phone_confirm: bool,
    user_metadata: Map<String, Value>,
    app_metadata: Map<String, Value>,
    ban_duration: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Deletion {
    should_soft_delete: bool,
}

pub(crate) async fn get(Path(id): Path<String>, request: Request) -> Result<Json<Value>, ApiError> {
    authorise(&request)?;
    let id = parse_id(&id)?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    users::by_id(&tx, id).await?.ok_or_else(not_found)?;
    Ok(Json(user_json(&tx, id).await?))
}

pub(crate) async fn post(request: Request) -> Result<Json<Value>, ApiError> {
    authorise(&request)?;
    let sandbox = &request.sandbox;
    let mut body: Body = request.json()?;
    if body.email.is_empty() && body.phone.is_empty() {
        return Err(ApiError::validation("Cannot create a user without either an email or phone"));
    }
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    check_addresses(&tx, &mut body, None).await?;
    let hash = password_hash(&body).await?;
    let ban = Ban::read(&body.ban_duration)?;
    let providers: Vec<&str> = [("email", &body.email), ("phone", &body.phone)]
        .into_iter()
        .filter_map(|(provider, address)| (!address.is_empty()).then_some(provider))
        .collect();
    let mut app_metadata = users::app_metadata(providers[0]);
    app_metadata.insert("providers".to_owned(), json!(providers));
    let new = New {
        id: chosen_id(&body.id)?,
        email: Some(body.email.as_str()).filter(|email| !email.is_empty()),
        phone: Some(body.phone.as_str()).filter(|phone| !phone.is_empty()),
        password_hash: &hash,
        app_metadata,
        is_anonymous: false,
        user_metadata: Map::new(),
    };
    let id = users::create(sandbox, &tx, new).await?;
    for provider in providers {
        // Unverified even where the address is confirmed below, as upstream.
        identities::put_own(sandbox, &tx, id, provider, claims(id, provider, &body, false)).await?;
    }
    confirm(sandbox, &tx, id, &body).await?;
    finish(sandbox, &tx, id, body, ban).await?;
    let user = user_json(&tx, id).await?;
    tx.commit().await?;
    Ok(Json(user))
}

pub(crate) async fn put(Path(id): Path<String>, request: Request) -> Result<Json<Value>, ApiError> {
    authorise(&request)?;
    let (sandbox, id) = (&request.sandbox, parse_id(&id)?);
    let mut body: Body = request.json()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let user = users::by_id(&tx, id).await?.ok_or_else(not_found)?;
    check_addresses(&tx, &mut body, Some(&user)).await?;
    let ban = Ban::read(&body.ban_duration)?;
    confirm(sandbox, &tx, id, &body).await?;
    if let Some(password) = &body.password {
        users::set_password(&tx, id, &password::hash(password).await?, None).await?;
    }
    for (provider, address, confirmed) in
        [("email", &body.email, body.email_confirm), ("phone", &body.phone, body.phone_confirm)]
    {
        if address.is_empty() {
            continue;
        }
        identities::put_own(sandbox, &tx, id, provider, claims(id, provider, &body, confirmed)).await?;
        tx.execute(&format!("update auth.users set {provider} = $2 where id = $1"), &[&id, address]).await?;
        if confirmed {
            users::make_permanent(&tx, id).await?;
        }
    }
    finish(sandbox, &tx, id, body, ban).await?;
    let user = user_json(&tx, id).await?;
    tx.commit().await?;
    Ok(Json(user))
}

pub(crate) async fn delete(Path(id): Path<String>, request: Request) -> Result<Json<Value>, ApiError> {
    authorise(&request)?;
    let id = parse_id(&id)?;
    let deletion: Deletion = request.json_or_nothing()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    users::by_id(&tx, id).await?.ok_or_else(not_found)?;
    if deletion.should_soft_delete {
        forget_person(&request.sandbox, &tx, id).await?;
    } else {
        tx.execute("delete from auth.users where id = $1", &[&id]).await?;
    }
    tx.commit().await?;
    Ok(Json(json!({})))
}

/// Puts addresses into their form and refuses those that others have.
async fn check_addresses(tx: &Transaction<'_>, body: &mut Body, user: Option<&User>) -> Result<(), ApiError> {
    let except = user.map(|user| user.id);
    if !body.email.is_empty() {
        body.email = address::email(&body.email)?;
        if users::holder_of_email(tx, &body.email, except).await?.is_some() {
            return Err(email_exists());
        }
    }
    if !body.phone.is_empty() {
        body.phone = address::phone(&body.phone)?;
        if users::by_phone(tx, &body.phone).await?.is_some_and(|holder| Some(holder.id) != except) {
            return Err(phone_exists());
        }
    }
    Ok(())
}

/// An administrator's password is taken as it is, however weak; none means one that nobody knows.
async fn password_hash(body: &Body) -> Result<String, ApiError> {
    let password = body.password.as_deref().unwrap_or_default();
    match (password.is_empty(), body.password_hash.is_empty()) {
        (false, false) => Err(ApiError::validation("Only a password or a password hash should be provided")),
        (true, false) => Ok(body.password_hash.clone()),
        (false, true) => password::hash(password).await,
        (true, true) => password::hash(&password::random()).await,
    }
}

fn chosen_id(id: &str) -> Result<Option<Uuid>, ApiError> {
    if id.is_empty() {
        return Ok(None);
    }
    let id = Uuid::parse_str(id).map_err(|_| ApiError::validation("ID must conform to the uuid v4 format"))?;
    if id.is_nil() { Err(ApiError::validation("ID cannot be a nil uuid")) } else { Ok(Some(id)) }
}

fn claims(id: Uuid, provider: &str, body: &Body, confirmed: bool) -> Map<String, Value> {
    let by_email = provider == "email";
    let email = if by_email { body.email.as_str() } else { "" };
    let mut claims = identities::claims(id, email, by_email && confirmed, !by_email && confirmed);
    if !by_email {
        claims.insert("phone".to_owned(), json!(body.phone));
    }
    claims
}

async fn confirm(sandbox: &Sandbox, tx: &Transaction<'_>, id: Uuid, body: &Body) -> Result<(), ApiError> {
    if body.email_confirm {
        users::confirm_email(sandbox, tx, id).await?;
    }
    if body.phone_confirm {
        users::confirm_phone(sandbox, tx, id).await?;
    }
    Ok(())
}

async fn finish(sandbox: &Sandbox, tx: &Transaction<'_>, id: Uuid, body: Body, ban: Ban) -> Result<(), ApiError> {
    tx.execute(
        "update auth.users set role = coalesce(nullif($2, ''), role), aud = coalesce(nullif($3, ''), aud) where id = $1",
        &[&id, &body.role, &body.aud],
    )
    .await?;
    users::merge_metadata(sandbox, tx, id, "raw_user_meta_data", body.user_metadata).await?;
    users::merge_metadata(sandbox, tx, id, "raw_app_meta_data", body.app_metadata).await?;
    let until = match ban {
        Ban::Unchanged => return Ok(()),
        Ban::Lifted => None,
        Ban::For(seconds) => Some(sandbox.clock.now() + seconds),
    };
    tx.execute("update auth.users set banned_until = to_timestamp($2) where id = $1", &[&id, &until]).await?;
    Ok(())
}

/// Keeps the row, for what hangs on it, and nothing of the person.
async fn forget_person(sandbox: &Sandbox, tx: &Transaction<'_>, id: Uuid) -> Result<(), ApiError> {
    tx.execute(
        "update auth.users set email = encode(sha256((id::text || coalesce(email, ''))::bytea), 'hex'),
             phone = left(encode(sha256((id::text || coalesce(phone, ''))::bytea), 'hex'), 15),
             email_change = '', phone_change = '', encrypted_password = '', raw_app_meta_data = '{}', raw_user_meta_data = '{}',
             deleted_at = to_timestamp($2) where id = $1",
        &[&id, &sandbox.clock.now()],
    )
    .await?;
    tx.execute(
        "update auth.identities set provider_id = encode(sha256((user_id::text || provider_id)::bytea), 'hex'), identity_data = '{}'
         where user_id = $1",
        &[&id],
    )
    .await?;
    crate::auth::tokens::forget_all(tx, id).await?;
    tx.execute("delete from auth.sessions where user_id = $1", &[&id]).await?;
    Ok(())
}
