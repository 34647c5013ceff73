//! A change of number: asked for by `PUT /user`, completed by `POST /verify` (wire reference, sections 3 and 4).

use serde_json::{Map, json};
use tokio_postgres::Transaction;

use super::{
    error::ApiError,
    identities, sms,
    tokens::{Kind, forget, forget_links},
    users::{self, User},
};
use crate::state::Sandbox;

/// Takes the wish for `phone`: a code goes there, or the change is made at once where no confirmation is asked for.
pub(crate) async fn request(sandbox: &Sandbox, tx: &Transaction<'_>, user: &User, phone: &str) -> Result<(), ApiError> {
    if user.phone == phone {
        return Ok(());
    }
    if !sandbox.config.auth.sms.enable_confirmations {
        return complete(sandbox, tx, user, phone).await;
    }
    sms::send(sandbox, tx, user, Kind::PhoneChange, phone).await.map(drop)
}

/// Makes the change: identity, number, no longer anonymous. The user id stays.
pub(crate) async fn complete(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user: &User,
    phone: &str,
) -> Result<(), ApiError> {
    let claims = Map::from_iter([
        ("sub".to_owned(), json!(user.id)),
        ("phone".to_owned(), json!(phone)),
        ("email_verified".to_owned(), json!(false)),
        ("phone_verified".to_owned(), json!(true)),
    ]);
    identities::put_own(sandbox, tx, user.id, "phone", claims).await?;
    tx.execute(
        "update auth.users set phone = $2, phone_change = '', phone_confirmed_at = to_timestamp($3), updated_at = to_timestamp($3)
         where id = $1",
        &[&user.id, &phone, &sandbox.clock.now()],
    )
    .await?;
    forget(tx, user.id, Kind::PhoneChange).await?;
    users::make_permanent(tx, user.id).await?;
    forget_links(tx, user.id).await
}
