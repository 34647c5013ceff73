//! A provider's account linked to somebody who is signed in (wire reference, section 8.8). It is how a guest becomes a member
//! with Google.

use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{ApiError, Outcome, Request, Told, decision::owner};
use crate::auth::{
    identities,
    mailer::{Letter, Mailer},
    tokens,
    users::{self, User},
};

/// Links the account to the user `target`.
pub(crate) async fn link(
    request: &Request,
    tx: &Transaction<'_>,
    target: Uuid,
    told: &Told,
    referrer: &str,
) -> Result<Outcome, ApiError> {
    let sandbox = &request.sandbox;
    let gone = || ApiError::new(404, "user_not_found", "Linking target user not found");
    let user = users::by_id(tx, target).await?.ok_or_else(gone)?;
    if let Some(owner) = owner(tx, told).await? {
        let whom = if owner == target { "" } else { " to another user" };
        let message = format!("Identity is already linked{whom}");
        return Err(ApiError::new(422, "identity_already_exists", message));
    }
    identities::create(sandbox, tx, target, told.provider, &told.sub, told.claims.clone()).await?;
    if user.email.is_empty() {
        if told.email.is_empty() {
            // Upstream's mailer finds nobody to write to.
            return Err(ApiError::new(500, "unexpected_failure", "Error sending confirmation email"));
        }
        take_address(tx, &user, &told.email).await?;
        if !told.verified {
            let mailer = Mailer { sandbox, tx, redirect_to: referrer, pkce: false };
            mailer.send(&users::must(tx, target).await?, Letter::SignUp).await?;
            let name = told.provider;
            let message =
                format!("Unverified email with {name}. A confirmation email has been sent to your {name} email");
            return Ok(Outcome::Refused(ApiError::new(422, "email_not_confirmed", message)));
        }
        users::confirm_email(sandbox, tx, target).await?;
        users::make_permanent(tx, target).await?;
    }
    identities::recompute_providers(tx, target).await?;
    Ok(Outcome::User(target))
}

/// The provider's address becomes the user's, and whatever else was pending ends.
async fn take_address(tx: &Transaction<'_>, user: &User, email: &str) -> Result<(), ApiError> {
    if users::by_email(tx, email).await?.is_some() {
        let message = "A user with this email address has already been registered";
        return Err(ApiError::new(400, "email_exists", message));
    }
    tokens::forget_all(tx, user.id).await?;
    tx.execute(
        "update auth.users set email = $2, email_change = '', phone_change = '', email_change_confirm_status = 0 where id = $1",
        &[&user.id, &email],
    )
    .await?;
    Ok(())
}
