//! `POST /token` (wire reference, section 6): one grant, one file.

mod id_token;
mod password;
mod pkce;
mod refresh;

use axum::response::{IntoResponse, Response};

use super::{captcha, error::ApiError, request::Request, sessions};
use crate::limits::Bucket;

pub(crate) async fn post(request: Request) -> Result<Response, ApiError> {
    // The other grants bring something that only a person can have got before.
    if !matches!(request.param("grant_type"), "pkce" | "refresh_token" | "id_token") {
        captcha::check(&request).await?;
    }
    request.draw(Bucket::Token)?;
    match request.param("grant_type") {
        "password" => password::grant(&request).await.map(IntoResponse::into_response),
        "pkce" => pkce::grant(&request).await.map(IntoResponse::into_response),
        "id_token" => id_token::grant(&request).await,
        "refresh_token" => refresh::grant(&request).await.map(IntoResponse::into_response),
        "web3" => Err(ApiError::new(422, "web3_provider_disabled", "Web3 provider is disabled")),
        _ => Err(ApiError::new(400, "invalid_credentials", "unsupported_grant_type")),
    }
}
