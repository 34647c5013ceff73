//! Supabase Auth's API, to the letter of its wire. One endpoint, one file.

mod address;
mod admin;
mod bearer;
mod body;
mod captcha;
mod email_change;
mod error;
mod flow;
mod health;
mod identities;
mod landing;
mod logout;
mod magic_link;
mod mailer;
mod oauth;
mod otp;
mod password;
mod password_change;
mod phone_change;
mod reauthenticate;
mod recover;
mod registration;
mod request;
mod resend;
mod sent;
mod sessions;
mod settings;
mod signup;
mod sms;
mod switched_off;
mod token;
mod tokens;
mod user;
mod users;
mod verification;
mod verify;
mod verify_link;

use std::sync::Arc;

use axum::{
    Router, middleware,
    routing::{delete, get, post},
};

pub(crate) use bearer::token as bearer_token;
pub(crate) use sent::{Sent, Standing, awaited};

use crate::state::Sandbox;

/// All endpoints, below `/auth/v1`.
pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/signup", post(signup::post))
        .route("/token", post(token::post))
        .route("/authorize", get(oauth::authorize::get))
        .route("/callback", get(oauth::callback::handle).post(oauth::callback::handle))
        .route("/user/identities/authorize", get(oauth::authorize::get_for_linking))
        .route("/user/identities/{id}", delete(oauth::unlink::delete))
        .route("/user", get(user::get).put(user::put))
        .route("/reauthenticate", get(reauthenticate::get))
        .route("/otp", post(otp::post))
        .route("/magiclink", post(magic_link::post))
        .route("/recover", post(recover::post))
        .route("/resend", post(resend::post))
        .route("/verify", get(verify_link::get).post(verify::post))
        .route("/logout", post(logout::post))
        .route("/settings", get(settings::get))
        .route("/health", get(health::get))
        .route("/.well-known/jwks.json", get(health::jwks))
        .route("/invite", post(admin::invite::post))
        .route("/admin/users", get(admin::list::get).post(admin::user::post))
        .route("/admin/users/{id}", get(admin::user::get).put(admin::user::put).delete(admin::user::delete))
        .route("/admin/generate_link", post(admin::link::post))
        .merge(switched_off::routes())
        .layer(middleware::from_fn(error::in_the_callers_format))
}
