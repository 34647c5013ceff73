//! A change of address: asked for by `PUT /user`, completed by `/verify` (wire reference, sections 3 and 4).

use super::{
    error::ApiError,
    identities,
    mailer::{Letter, Mailer},
    tokens::{Kind, forget, forget_links},
    users::{self, User},
};

/// Takes the wish for `email`: codes go out, or the change is made at once where no confirmation is asked of guests.
pub(crate) async fn request(mailer: Mailer<'_>, user: &User, email: &str) -> Result<(), ApiError> {
    if user.email == email {
        return Ok(());
    }
    if user.is_anonymous && !mailer.sandbox.config.auth.email.enable_confirmations {
        return complete(mailer, user, email).await;
    }
    mailer.throttle(user.kept(Kind::EmailChangeNew))?;
    mailer
        .tx
        .execute(
            "update auth.users set email_change = $2, email_change_confirm_status = 0 where id = $1",
            &[&user.id, &email],
        )
        .await?;
    mailer.mail(user, Letter::EmailChange, email).await?;
    if mailer.sandbox.config.auth.email.double_confirm_changes && !user.email.is_empty() {
        mailer.mail(user, Letter::EmailChangeCurrent, &user.email).await?;
    }
    Ok(())
}

/// Takes one of the confirmations. True when the change is made; false when the other address must confirm as well.
pub(crate) async fn confirm(mailer: Mailer<'_>, user: &User, hash: &str) -> Result<bool, ApiError> {
    let settings = &mailer.sandbox.config.auth.email;
    let both = settings.enable_confirmations && settings.double_confirm_changes && !user.email.is_empty();
    if !both || user.email_change_status > 0 {
        complete(mailer, user, &user.email_change).await?;
        identities::recompute_providers(mailer.tx, user.id).await?;
        return Ok(true);
    }
    let counted = "update auth.users set email_change_confirm_status = 1 where id = $1";
    mailer.tx.execute(counted, &[&user.id]).await?;
    // Upstream compares the hash as it came in: one typed in for a link with a proof key is not found, and stays.
    let side = [Kind::EmailChangeCurrent, Kind::EmailChangeNew].into_iter().find(|kind| user.kept(*kind).hash == hash);
    if let Some(side) = side {
        forget(mailer.tx, user.id, side).await?;
    }
    Ok(false)
}

/// Makes the change: identity, address, no longer anonymous. The user id stays.
async fn complete(mailer: Mailer<'_>, user: &User, email: &str) -> Result<(), ApiError> {
    let Mailer { sandbox, tx, .. } = mailer;
    let claims = identities::claims(user.id, email, true, false);
    identities::put_own(sandbox, tx, user.id, "email", claims).await?;
    tx.execute(
        "update auth.users set email = $2, email_change = '', email_change_token_new = '', email_change_token_current = '',
             email_change_confirm_status = 0, is_anonymous = false, updated_at = to_timestamp($3) where id = $1",
        &[&user.id, &email, &sandbox.clock.now()],
    )
    .await?;
    if user.email_confirmed_at.is_none() {
        users::confirm_email(sandbox, tx, user.id).await?;
    }
    forget_links(tx, user.id).await
}
