//! `POST /token` (wire reference, section 6): one grant, one file.

mod password;
mod pkce;
mod refresh;

use axum::response::{IntoResponse, Response};

use super::{error::ApiError, request::Request, sessions};
use crate::limits::Bucket;

pub(crate) async fn post(request: Request) -> Result<Response, ApiError> {
    request.draw(Bucket::Token)?;
    match request.param("grant_type") {
        "password" => password::grant(&request).await.map(IntoResponse::into_response),
        "pkce" => pkce::grant(&request).await.map(IntoResponse::into_response),
        "refresh_token" => refresh::grant(&request).await.map(IntoResponse::into_response),
        _ => Err(ApiError::new(400, "invalid_credentials", "unsupported_grant_type")),
    }
}
