//! `GET /reauthenticate` (wire reference, section 5): a code for those who are about to change their password.

use axum::Json;
use serde_json::{Value, json};

use super::{
    error::ApiError,
    mailer::{Letter, Mailer},
    request::Request,
    sms,
    tokens::Kind,
};

pub(crate) async fn get(request: Request) -> Result<Json<Value>, ApiError> {
    let claims = request.claims()?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let user = request.caller(&tx, &claims).await?.user;
    let answer = if !user.email.is_empty() {
        if user.email_confirmed_at.is_none() {
            return Err(ApiError::new(422, "email_not_confirmed", "Please verify your email first."));
        }
        let mailer = Mailer { sandbox: &request.sandbox, tx: &tx, redirect_to: "", pkce: false };
        mailer.send(&user, Letter::Reauthentication).await?;
        json!({})
    } else if !user.phone.is_empty() {
        if user.phone_confirmed_at.is_none() {
            return Err(ApiError::new(422, "phone_not_confirmed", "Please verify your phone first."));
        }
        let message = sms::send(&request.sandbox, &tx, &user, Kind::Reauthentication, &user.phone).await?;
        json!({ "message_id": message })
    } else {
        let message = "Reauthentication requires the user to have an email or a phone number";
        return Err(ApiError::validation(message));
    };
    tx.commit().await?;
    Ok(Json(answer))
}
