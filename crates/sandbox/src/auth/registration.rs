//! Signing up with an address or a number (wire reference, section 1b): asked for by `POST /signup`, and by the endpoints that
//! send a code to somebody who is not there yet.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{
    address,
    error::ApiError,
    flow::{self, Challenge, method},
    identities,
    mailer::{Letter, Mailer},
    request::Request,
    sessions::{self, SignedIn},
    sms,
    tokens::Kind,
    users::{self, New, User},
};
use crate::state::Sandbox;

/// What somebody signs up with.
#[derive(Debug, Clone)]
pub(crate) enum Handle {
    Email(String),
    Phone(String),
}

impl Handle {
    pub(crate) fn provider(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Phone(_) => "phone",
        }
    }

    /// Checks one of the two as its owner typed it.
    pub(crate) fn read(email: &str, phone: &str) -> Result<Self, ApiError> {
        if email.is_empty() { address::phone(phone).map(Self::Phone) } else { address::email(email).map(Self::Email) }
    }
}

/// A wish to sign up, checked.
pub(crate) struct Wish {
    pub handle: Handle,
    /// Made before anybody looks whether the address is known: how long it takes must not tell.
    pub password_hash: String,
    pub data: Map<String, Value>,
    pub challenge: Option<Challenge>,
}

/// What came of it.
pub(crate) enum Registered {
    /// No confirmation is asked for: the user is signed in.
    SignedIn(Box<SignedIn>),
    /// The user as they may see themselves until they confirm; for an address that is taken, somebody invented.
    Waiting(Value),
}

impl IntoResponse for Registered {
    fn into_response(self) -> Response {
        match self {
            Self::SignedIn(answer) => answer.into_response(),
            Self::Waiting(user) => Json(user).into_response(),
        }
    }
}

/// Whether the project lets anybody sign up this way.
pub(crate) fn check_open(sandbox: &Sandbox) -> Result<(), ApiError> {
    if sandbox.config.auth.enable_signup {
        return Ok(());
    }
    Err(ApiError::new(422, "signup_disabled", "Signups not allowed for this instance"))
}

/// Signs up, in upstream's order of decisions.
pub(crate) async fn register(request: &Request, tx: &Transaction<'_>, wish: &Wish) -> Result<Registered, ApiError> {
    let sandbox = &request.sandbox;
    let auth = &sandbox.config.auth;
    let known = match &wish.handle {
        Handle::Email(email) => users::holder_of_email(tx, email, None).await?,
        Handle::Phone(phone) => users::by_phone(tx, phone).await?,
    };
    if known.as_ref().is_some_and(|user| is_confirmed(user, &wish.handle)) {
        if !auth.email.enable_confirmations || !auth.sms.enable_confirmations && auth.sms.enable_signup {
            return Err(ApiError::new(422, "user_already_exists", "User already registered"));
        }
        return Ok(Registered::Waiting(invented(sandbox, wish)));
    }
    let user = match known {
        // Nothing about the user changes: nobody has shown yet that the address is theirs.
        Some(user) => user,
        None => create(sandbox, tx, wish).await?,
    };
    if !identities::has_own(tx, user.id, wish.handle.provider()).await? {
        users::add_first_identity(sandbox, tx, &user, wish.handle.provider(), wish.data.clone()).await?;
    }
    confirm_or_ask(request, tx, &user, wish).await?;
    let user = users::must(tx, user.id).await?;
    if user.email_confirmed_at.is_some() || user.phone_confirmed_at.is_some() {
        let answer = sessions::sign_in(request, tx, user.id, "password").await?;
        return Ok(Registered::SignedIn(Box::new(answer)));
    }
    let mut shown = sessions::user_json(tx, user.id).await?;
    if user.invited_at.is_some() {
        // What was written into the invitation is for the one who was invited.
        shown["user_metadata"] = json!({});
        shown["identities"] = json!([]);
    }
    Ok(Registered::Waiting(shown))
}

fn is_confirmed(user: &User, handle: &Handle) -> bool {
    match handle {
        Handle::Email(_) => user.email_confirmed_at.is_some(),
        Handle::Phone(_) => user.phone_confirmed_at.is_some(),
    }
}

async fn create(sandbox: &Sandbox, tx: &Transaction<'_>, wish: &Wish) -> Result<User, ApiError> {
    let (email, phone) = match &wish.handle {
        Handle::Email(email) => (Some(email.as_str()), None),
        Handle::Phone(phone) => (None, Some(phone.as_str())),
    };
    let new = New {
        id: None,
        email,
        phone,
        password_hash: &wish.password_hash,
        app_metadata: users::app_metadata(wish.handle.provider()),
        user_metadata: wish.data.clone(),
        is_anonymous: false,
    };
    let id = users::create(sandbox, tx, new).await?;
    users::must(tx, id).await
}

/// Confirms at once where the project asks for no confirmation, or sends a code.
async fn confirm_or_ask(request: &Request, tx: &Transaction<'_>, user: &User, wish: &Wish) -> Result<(), ApiError> {
    let sandbox = &request.sandbox;
    let auth = &sandbox.config.auth;
    match &wish.handle {
        Handle::Email(_) if !auth.email.enable_confirmations => users::confirm_email(sandbox, tx, user.id).await,
        Handle::Email(_) => {
            if let Some(challenge) = &wish.challenge {
                flow::begin(sandbox, tx, user.id, challenge, method::SIGN_UP).await?;
            }
            let redirect_to = request.redirect_target();
            let mailer = Mailer { sandbox, tx, redirect_to: &redirect_to, pkce: wish.challenge.is_some() };
            mailer.send(user, Letter::SignUp).await
        }
        Handle::Phone(_) if !auth.sms.enable_confirmations => users::confirm_phone(sandbox, tx, user.id).await,
        Handle::Phone(phone) => sms::send(sandbox, tx, user, Kind::Confirmation, phone).await.map(drop),
    }
}

/// Somebody who does not exist, so that nobody learns who does. Only the empty list of identities tells.
fn invented(sandbox: &Sandbox, wish: &Wish) -> Value {
    let (email, phone) = match &wish.handle {
        Handle::Email(email) => (email.as_str(), ""),
        Handle::Phone(phone) => ("", phone.as_str()),
    };
    let now = jiff::Timestamp::from_second(sandbox.clock.now_seconds()).unwrap_or_default().to_string();
    json!({
        "id": Uuid::new_v4(), "aud": "authenticated", "role": "", "email": email, "phone": phone,
        "confirmation_sent_at": now, "app_metadata": users::app_metadata(wish.handle.provider()),
        "user_metadata": wish.data, "identities": [], "created_at": now, "updated_at": now, "is_anonymous": false,
    })
}
