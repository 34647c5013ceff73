//! Who may move the sandbox: whoever has the token, and no page but the console's own.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::{Control, Refusal};
use crate::auth::bearer_token;

/// What a request is held to.
#[derive(Clone)]
pub(super) struct Guard {
    token: [u8; 32],
    origin: String,
}

impl Guard {
    pub(super) fn new(control: &Control) -> Self {
        Self { token: hash(&control.token), origin: control.url.origin().ascii_serialization() }
    }

    fn refusal(&self, headers: &HeaderMap) -> Option<Refusal> {
        let origin = headers.get(header::ORIGIN);
        if origin.is_some_and(|origin| origin.as_bytes() != self.origin.as_bytes()) {
            return Some(Refusal::new(StatusCode::FORBIDDEN, "no page but the console's own may ask here"));
        }
        // Hashes are compared, so that the time it takes tells nothing of the token.
        if bearer_token(headers).is_none_or(|token| hash(token) != self.token) {
            let sentence = "the control token goes behind Authorization: Bearer; the sandbox prints it when it starts";
            return Some(Refusal::new(StatusCode::UNAUTHORIZED, sentence));
        }
        None
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

pub(super) async fn layer(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.refusal(request.headers()) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}
