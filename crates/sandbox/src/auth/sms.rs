//! Text messages with a code (wire reference, sections 4 and 5). They land in the sandbox's inbox.

use tokio_postgres::Transaction;

use super::{
    error::ApiError,
    mailer::{too_soon, wait},
    tokens::{self, Kind},
    users::User,
};
use crate::{
    inbox::{self, Message},
    state::Sandbox,
};

/// Codes sent by SMS have this length; the CLI knows no key for it.
const CODE_LENGTH: usize = 6;
/// Seconds that a code counts, as the CLI sets it.
pub(crate) const CODE_EXPIRY: f64 = 6000.0;

/// Sends a code to a number and says which message it was. A number for tests gets none: its code stands in the settings.
pub(crate) async fn send(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user: &User,
    kind: Kind,
    phone: &str,
) -> Result<String, ApiError> {
    let (settings, now) = (&sandbox.config.auth.sms, sandbox.clock.now());
    if let Some(seconds) = wait(user.kept(kind), settings.max_frequency.as_secs_f64(), now) {
        return Err(ApiError::new(429, "over_sms_send_rate_limit", too_soon(seconds)));
    }
    if settings.enable_confirmations && !sandbox.count_sms() {
        return Err(ApiError::new(429, "over_sms_send_rate_limit", "SMS rate limit exceeded"));
    }
    if kind == Kind::PhoneChange {
        tx.execute("update auth.users set phone_change = $2 where id = $1", &[&user.id, &phone]).await?;
    }
    let known = settings.test_otp.get(phone);
    let code = known.cloned().unwrap_or_else(|| tokens::generate(CODE_LENGTH));
    tokens::keep(tx, user.id, kind, &tokens::hash(phone, &code), phone, now).await?;
    if known.is_some() {
        return Ok("test-otp".to_owned());
    }
    let message = Message {
        to: &format!("+{phone}"),
        channel: "sms",
        subject: &settings.template.replace("{{ .Code }}", &code).replace("{{.Code}}", &code),
        kind: match kind {
            Kind::PhoneChange => "phone_change",
            Kind::Reauthentication => "reauthentication",
            _ => "sms",
        },
        code: &code,
        link: None,
    };
    Ok(inbox::deliver(tx, message, now).await?.to_string())
}

/// Whether `code` is the one that the settings give to a number for tests.
pub(crate) fn is_test_code(sandbox: &Sandbox, phone: &str, code: &str) -> bool {
    sandbox.config.auth.sms.test_otp.get(phone).is_some_and(|known| known == code)
}
