//! Codes and links that come back: whose they are, and what they bring about (wire reference, section 4).

use tokio_postgres::Transaction;

use super::{
    email_change,
    error::ApiError,
    identities,
    mailer::Mailer,
    password, phone_change, sms,
    tokens::{self, Kind, forget, forget_links},
    users::{self, User},
};
use crate::state::Sandbox;

/// What a code is said to be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignUp,
    Invite,
    Recovery,
    MagicLink,
    /// Either of sign-up and magic link, whichever the code is.
    Email,
    EmailChange,
    Sms,
    PhoneChange,
}

impl Purpose {
    pub(crate) fn read(name: &str) -> Option<Self> {
        Some(match name {
            "signup" => Self::SignUp,
            "invite" => Self::Invite,
            "recovery" => Self::Recovery,
            "magiclink" => Self::MagicLink,
            "email" => Self::Email,
            "email_change" => Self::EmailChange,
            "sms" => Self::Sms,
            "phone_change" => Self::PhoneChange,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignUp => "signup",
            Self::Invite => "invite",
            Self::Recovery => "recovery",
            Self::MagicLink => "magiclink",
            Self::Email => "email",
            Self::EmailChange => "email_change",
            Self::Sms => "sms",
            Self::PhoneChange => "phone_change",
        }
    }

    /// Kinds of hashes by which a link finds its user.
    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::SignUp | Self::Invite => &[Kind::Confirmation],
            Self::Recovery | Self::MagicLink => &[Kind::Recovery],
            Self::Email => &[Kind::Confirmation, Kind::Recovery],
            Self::EmailChange => &[Kind::EmailChangeNew, Kind::EmailChangeCurrent],
            Self::Sms | Self::PhoneChange => &[],
        }
    }
}

/// A claim to have read a message.
#[derive(Debug)]
pub(crate) enum Proof {
    Link { hash: String },
    Email { email: String, code: String },
    Phone { phone: String, code: String },
}

/// A claim that holds.
pub(crate) struct Proven {
    pub user: User,
    /// Never `Email`: what the code was for is known by now.
    pub purpose: Purpose,
    hash: String,
}

/// Finds whose code or link it is. From here on their row is this transaction's: whoever brings the same code at the same time
/// waits, and then finds it used.
pub(crate) async fn prove(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    purpose: Purpose,
    proof: &Proof,
) -> Result<Proven, ApiError> {
    let found = find(sandbox, tx, purpose, proof).await?.ok_or_else(|| expired(proof))?;
    tx.execute("select from auth.users where id = $1 for update", &[&found.user.id]).await?;
    // What was found may have changed while this waited.
    find(sandbox, tx, purpose, proof).await?.ok_or_else(|| expired(proof))
}

async fn find(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    purpose: Purpose,
    proof: &Proof,
) -> Result<Option<Proven>, ApiError> {
    match proof {
        Proof::Link { hash } => by_link(sandbox, tx, purpose, hash).await,
        Proof::Email { email, code } => by_email(sandbox, tx, purpose, email, code).await,
        Proof::Phone { phone, code } => by_phone(sandbox, tx, purpose, phone, code).await,
    }
}

/// The refusal of a code or link that does not count, or no longer.
pub(crate) fn expired(proof: &Proof) -> ApiError {
    let message = match proof {
        Proof::Link { .. } => "Email link is invalid or has expired",
        _ => "Token has expired or is invalid",
    };
    ApiError::new(403, "otp_expired", message)
}

fn check_ban(sandbox: &Sandbox, user: &User) -> Result<(), ApiError> {
    if user.is_banned(sandbox.clock.now()) {
        return Err(ApiError::new(403, "user_banned", "User is banned"));
    }
    Ok(())
}

async fn by_link(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    purpose: Purpose,
    hash: &str,
) -> Result<Option<Proven>, ApiError> {
    let Some((id, kind)) = tokens::find(tx, hash, purpose.kinds()).await? else { return Ok(None) };
    let user = users::must(tx, id).await?;
    check_ban(sandbox, &user)?;
    let fresh = user.kept(kind).is_fresh(sandbox.clock.now(), f64::from(sandbox.config.auth.email.otp_expiry));
    let purpose = resolve(purpose, kind);
    Ok(fresh.then(|| Proven { user, purpose, hash: hash.to_owned() }))
}

/// What `email` turns out to mean for a code of this kind.
fn resolve(purpose: Purpose, kind: Kind) -> Purpose {
    match (purpose, kind) {
        (Purpose::Email, Kind::Recovery) => Purpose::MagicLink,
        (Purpose::Email, _) => Purpose::SignUp,
        _ => purpose,
    }
}

async fn by_email(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    purpose: Purpose,
    email: &str,
    code: &str,
) -> Result<Option<Proven>, ApiError> {
    let hash = tokens::hash(email, code);
    let user = match purpose {
        Purpose::EmailChange => by_change(sandbox, tx, &hash).await?,
        _ => users::by_email(tx, email).await?,
    };
    let Some(user) = user else { return Ok(None) };
    check_ban(sandbox, &user)?;
    let (now, lifetime) = (sandbox.clock.now(), f64::from(sandbox.config.auth.email.otp_expiry));
    let kind = purpose.kinds().iter().copied().find(|kind| user.kept(*kind).matches(&hash, now, lifetime));
    Ok(kind.map(|kind| Proven { user, purpose: resolve(purpose, kind), hash }))
}

/// A change of address knows its user by the hash: the address may be another's by then.
async fn by_change(sandbox: &Sandbox, tx: &Transaction<'_>, hash: &str) -> Result<Option<User>, ApiError> {
    let both = [Kind::EmailChangeNew, Kind::EmailChangeCurrent];
    let kinds = if sandbox.config.auth.email.double_confirm_changes { &both[..] } else { &both[..1] };
    for hash in [hash.to_owned(), format!("{}{hash}", super::flow::PREFIX)] {
        if let Some((id, _)) = tokens::find(tx, &hash, kinds).await? {
            return users::by_id(tx, id).await;
        }
    }
    Ok(None)
}

async fn by_phone(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    purpose: Purpose,
    phone: &str,
    code: &str,
) -> Result<Option<Proven>, ApiError> {
    let (user, kind) = match purpose {
        Purpose::PhoneChange => (users::by_phone_change(tx, phone).await?, Kind::PhoneChange),
        Purpose::Sms => (users::by_phone(tx, phone).await?, Kind::Confirmation),
        _ => return Ok(None),
    };
    let Some(user) = user else { return Ok(None) };
    check_ban(sandbox, &user)?;
    let hash = tokens::hash(phone, code);
    let good = sms::is_test_code(sandbox, phone, code)
        || user.kept(kind).matches(&hash, sandbox.clock.now(), sms::CODE_EXPIRY);
    Ok(good.then_some(Proven { user, purpose, hash }))
}

/// Does what the code or link was for. True when it is done; false when another address must confirm as well.
pub(crate) async fn apply(sandbox: &Sandbox, tx: &Transaction<'_>, proven: &Proven) -> Result<bool, ApiError> {
    let Proven { user, purpose, hash } = proven;
    match purpose {
        Purpose::SignUp | Purpose::Invite | Purpose::Email => sign_up(sandbox, tx, user).await?,
        Purpose::Recovery | Purpose::MagicLink => {
            forget(tx, user.id, Kind::Recovery).await?;
            forget_links(tx, user.id).await?;
            if user.email_confirmed_at.is_none() {
                users::confirm_email(sandbox, tx, user.id).await?;
            }
        }
        Purpose::EmailChange => {
            let mailer = Mailer { sandbox, tx, redirect_to: "", pkce: false };
            if !email_change::confirm(mailer, user, hash).await? {
                return Ok(false);
            }
        }
        Purpose::Sms => {
            users::confirm_phone(sandbox, tx, user.id).await?;
            users::make_permanent(tx, user.id).await?;
        }
        Purpose::PhoneChange => phone_change::complete(sandbox, tx, user, &user.phone_change).await?,
    }
    identities::recompute_providers(tx, user.id).await?;
    Ok(true)
}

async fn sign_up(sandbox: &Sandbox, tx: &Transaction<'_>, user: &User) -> Result<(), ApiError> {
    if user.invited_at.is_some() && user.password_hash.is_empty() {
        // Who was invited has no password yet: nobody else may have one either.
        users::set_password(tx, user.id, &password::hash(&password::random()).await?, None).await?;
    }
    users::confirm_email(sandbox, tx, user.id).await?;
    identities::verify_email(sandbox, tx, user.id).await
}
