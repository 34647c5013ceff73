//! `GET /settings` (wire reference, section 7).

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::state::Sandbox;

const PROVIDERS: [&str; 22] = [
    "apple",
    "azure",
    "bitbucket",
    "discord",
    "facebook",
    "snapchat",
    "figma",
    "fly",
    "github",
    "gitlab",
    "google",
    "keycloak",
    "kakao",
    "linkedin",
    "linkedin_oidc",
    "notion",
    "spotify",
    "slack",
    "slack_oidc",
    "workos",
    "twitch",
    "twitter",
];

pub(crate) async fn get(State(sandbox): State<Arc<Sandbox>>) -> Json<Value> {
    let auth = &sandbox.config.auth;
    let mut external: serde_json::Map<_, _> = PROVIDERS
        .iter()
        .map(|name| ((*name).to_owned(), auth.external.get(*name).is_some_and(|provider| provider.enabled).into()))
        .collect();
    external.insert("anonymous_users".to_owned(), auth.enable_anonymous_sign_ins.into());
    external.insert("email".to_owned(), auth.email.enable_signup.into());
    external.insert("phone".to_owned(), auth.sms.enable_signup.into());
    external.insert("zoom".to_owned(), false.into());
    Json(json!({
        "external": external, "disable_signup": !auth.enable_signup, "mailer_autoconfirm": !auth.email.enable_confirmations,
        "phone_autoconfirm": !auth.sms.enable_confirmations, "sms_provider": "", "saml_enabled": false, "saml_private_key_next_configured": false,
        "passkeys_enabled": false,
    }))
}
