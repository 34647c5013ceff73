//! `GET /settings` (wire reference, section 7).

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{provider, state::Sandbox};

pub(crate) async fn get(State(sandbox): State<Arc<Sandbox>>) -> Json<Value> {
    let auth = &sandbox.config.auth;
    let mut external: serde_json::Map<_, _> = provider::NAMES
        .iter()
        .map(|name| ((*name).to_owned(), auth.external.get(*name).is_some_and(|provider| provider.enabled).into()))
        .collect();
    external.insert("anonymous_users".to_owned(), auth.enable_anonymous_sign_ins.into());
    external.insert("email".to_owned(), auth.email.enable_signup.into());
    external.insert("phone".to_owned(), auth.sms.enable_signup.into());
    Json(json!({
        "external": external, "disable_signup": !auth.enable_signup, "mailer_autoconfirm": !auth.email.enable_confirmations,
        "phone_autoconfirm": !auth.sms.enable_confirmations, "sms_provider": "", "saml_enabled": false, "saml_private_key_next_configured": false,
        "passkeys_enabled": false,
    }))
}
