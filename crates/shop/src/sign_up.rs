//! The guest: made by the first change of the cart that reaches the network.

use std::sync::Arc;

use carryover_auth::{Error as AuthError, NewGuest, Session};
use serde_json::{Map, json};

use crate::{
    ShopError,
    shop::{Inner, Link},
};

/// The session there is, or a new guest's. However many ask, and however often an answer is lost, there is one guest: each try
/// says which one it is, and the server puts the guest of a later try in the place of one whom nobody heard of
/// (`supabase/migrations`, `replace_unheard_guest`).
pub(crate) async fn ensure_guest(inner: &Inner, link: &Link) -> Result<Arc<Session>, ShopError> {
    if let Some(session) = link.engine.session() {
        return Ok(session);
    }
    let attempt = inner.store.next_sign_up_attempt().await?;
    let attempt = json!({ "id": attempt.id, "number": attempt.number });
    let guest = NewGuest { data: Map::from_iter([("attempt".to_owned(), attempt)]), captcha: None };
    let signed_up = link.engine.ensure_anonymous_with(guest).await;
    if let Err(AuthError::AmbiguousSignUp) = &signed_up {
        tracing::warn!("the answer of the sign-up was lost; the next one takes its guest's place");
        link.engine.accept_lost_guest().await?;
    }
    Ok(signed_up?)
}
