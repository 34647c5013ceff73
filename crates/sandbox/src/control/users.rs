//! What is done to one user from elsewhere: as an administrator would, or another device. Users are made and changed by the Auth
//! API's own endpoints for administrators.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{Method, StatusCode},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Refusal, Said, inside, tell};
use crate::state::Sandbox;

/// Where administrators make and change users.
const USERS: &str = "/auth/v1/admin/users";
/// A hundred years, which is how administrators say "until further notice".
const DISABLED: &str = "876000h";

/// A user to be, or what becomes of one. What is empty or left out stays as it is.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wish {
    email: String,
    phone: String,
    password: String,
    disabled: Option<bool>,
}

impl Wish {
    fn is_guests(&self) -> bool {
        self.email.is_empty() && self.phone.is_empty()
    }

    /// As the endpoints for administrators take it. Addresses are confirmed: nobody has to read a mail for them.
    fn body(&self) -> Value {
        let mut body = Map::new();
        for (name, value) in [("email", &self.email), ("phone", &self.phone)] {
            if !value.is_empty() {
                body.insert(name.to_owned(), json!(value));
                body.insert(format!("{name}_confirm"), json!(true));
            }
        }
        if !self.password.is_empty() {
            body.insert("password".to_owned(), json!(self.password));
        }
        if let Some(disabled) = self.disabled {
            body.insert("ban_duration".to_owned(), json!(if disabled { DISABLED } else { "none" }));
        }
        Value::Object(body)
    }
}

/// A member with an address or a number, or both; a guest without.
pub(super) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    Said(wish): Said<Wish>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let made = if wish.is_guests() {
        if !wish.password.is_empty() || wish.disabled.is_some() {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "a guest is made without anything; a member needs an e-mail or a phone",
            ));
        }
        inside::guest(&sandbox).await?["user"].take()
    } else {
        inside::as_administrator(&sandbox, Method::POST, USERS, &wish.body()).await?
    };
    let kind = if wish.is_guests() { "guest" } else { "member" };
    tell(&sandbox, format!("added the {kind} {}", made["id"].as_str().unwrap_or_default()));
    Ok((StatusCode::CREATED, Json(json!({ "id": made["id"] }))))
}

/// Another address, number or password; shut out, or let in again.
pub(super) async fn put(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    Said(wish): Said<Wish>,
) -> Result<StatusCode, Refusal> {
    inside::as_administrator(&sandbox, Method::PUT, &format!("{USERS}/{id}"), &wish.body()).await?;
    let did = match wish.disabled {
        Some(true) => "disabled",
        Some(false) => "enabled",
        None => "changed",
    };
    tell(&sandbox, format!("{did} the user {id}"));
    Ok(StatusCode::NO_CONTENT)
}

/// Gone, with identities, sessions and cart.
pub(super) async fn delete(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<Uuid>) -> Result<StatusCode, Refusal> {
    let gone = run(&sandbox, "delete from auth.users where id = $1", id).await?;
    if gone == 0 {
        return Err(Refusal::new(StatusCode::NOT_FOUND, "there is no such user"));
    }
    tell(&sandbox, format!("deleted the user {id}"));
    Ok(StatusCode::NO_CONTENT)
}

/// Signed out everywhere. Nobody having been signed in is no error.
pub(super) async fn end_sessions(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Refusal> {
    let ended = run(&sandbox, "delete from auth.sessions where user_id = $1", id).await?;
    tell(&sandbox, format!("ended {ended} sessions of the user {id}"));
    Ok(StatusCode::NO_CONTENT)
}

/// A statement about one row.
pub(super) async fn run(sandbox: &Sandbox, sql: &str, id: Uuid) -> Result<u64, Refusal> {
    let mut turn = sandbox.turn().await.map_err(Refusal::failed)?;
    let tx = turn.begin().await?;
    let touched = tx.execute(sql, &[&id]).await?;
    tx.commit().await?;
    Ok(touched)
}
