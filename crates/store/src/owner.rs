//! Whose the cart is: derived from the session, never stored.

use sqlx::{Sqlite, Transaction};

use crate::StoreError;

/// The owner of a cart before there is a user.
pub(crate) const VISITOR: &str = "visitor";

/// The owner of the cart: whoever is signed in, or `visitor`. Read inside the transaction that uses it.
pub(crate) async fn owner(tx: &mut Transaction<'static, Sqlite>, scope: &str) -> Result<String, StoreError> {
    let user_id: Option<Option<String>> =
        sqlx::query_scalar("select user_id from records where scope = ?").bind(scope).fetch_optional(&mut **tx).await?;
    Ok(user_id.flatten().unwrap_or_else(|| VISITOR.to_owned()))
}
