//! Mails with a code and a link (wire reference, sections 4 and 5). They land in the sandbox's inbox.

use tokio_postgres::Transaction;

use super::{
    error::ApiError,
    flow::PREFIX,
    tokens::{self, Kept, Kind},
    users::User,
};
use crate::{
    inbox::{self, Message},
    state::Sandbox,
};

/// What a mail asks its reader to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letter {
    SignUp,
    Invite,
    MagicLink,
    Recovery,
    EmailChange,
    /// The other half of a change of address: to the address that is left.
    EmailChangeCurrent,
    Reauthentication,
}

impl Letter {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::SignUp | Self::Invite => Kind::Confirmation,
            Self::MagicLink | Self::Recovery => Kind::Recovery,
            Self::EmailChange => Kind::EmailChangeNew,
            Self::EmailChangeCurrent => Kind::EmailChangeCurrent,
            Self::Reauthentication => Kind::Reauthentication,
        }
    }

    /// `type` of the link.
    pub(crate) fn verification(self) -> &'static str {
        match self {
            Self::SignUp => "signup",
            Self::Invite => "invite",
            Self::MagicLink => "magiclink",
            Self::Recovery => "recovery",
            Self::EmailChange | Self::EmailChangeCurrent => "email_change",
            Self::Reauthentication => "reauthentication",
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::SignUp => "Confirm your address",
            Self::Invite => "You have been invited",
            Self::MagicLink => "Your code to sign in",
            Self::Recovery => "Your code to set a new password",
            Self::EmailChange => "Your code to keep your cart",
            Self::EmailChangeCurrent => "Confirm that you leave this address",
            Self::Reauthentication => "Your code to confirm that it is you",
        }
    }
}

/// How the mails of one request go out.
#[derive(Clone, Copy)]
pub(crate) struct Mailer<'a> {
    pub sandbox: &'a Sandbox,
    pub tx: &'a Transaction<'a>,
    /// Where a link leads in the end.
    pub redirect_to: &'a str,
    /// Whether the link ends in a code for whoever began the flow, instead of tokens for whoever clicks.
    pub pkce: bool,
}

/// A code that was made, and the link with its hash.
pub(crate) struct Made {
    pub code: String,
    pub hash: String,
    pub link: String,
}

impl Mailer<'_> {
    /// Refuses a second mail of a kind within the pause that the project sets.
    pub(crate) fn throttle(&self, last: &Kept) -> Result<(), ApiError> {
        let pause = self.sandbox.config.auth.email.max_frequency.as_secs_f64();
        wait(last, pause, self.sandbox.clock.now())
            .map_or(Ok(()), |seconds| Err(ApiError::new(429, "over_email_send_rate_limit", too_soon(seconds))))
    }

    /// Throttles, makes a code and mails it to the user's own address.
    pub(crate) async fn send(&self, user: &User, letter: Letter) -> Result<(), ApiError> {
        self.throttle(user.kept(letter.kind()))?;
        self.mail(user, letter, &user.email).await
    }

    /// Makes a code and mails it.
    pub(crate) async fn mail(&self, user: &User, letter: Letter, to: &str) -> Result<(), ApiError> {
        let made = self.make(user, letter, to).await?;
        let message = Message {
            to,
            channel: "mail",
            subject: letter.subject(),
            kind: letter.verification(),
            code: &made.code,
            // The mail of a reauthentication has a code only.
            link: (letter != Letter::Reauthentication).then_some(made.link.as_str()),
        };
        inbox::deliver(self.tx, message, self.sandbox.clock.now()).await?;
        Ok(())
    }

    /// Makes a code without mailing it.
    pub(crate) async fn make(&self, user: &User, letter: Letter, to: &str) -> Result<Made, ApiError> {
        let code = tokens::generate(self.sandbox.config.auth.email.otp_length);
        let prefix = if self.pkce && letter != Letter::Reauthentication { PREFIX } else { "" };
        let hash = format!("{prefix}{}", tokens::hash(to, &code));
        tokens::keep(self.tx, user.id, letter.kind(), &hash, to, self.sandbox.clock.now()).await?;
        let link = link(self.sandbox.url.as_str(), &hash, letter.verification(), self.redirect_to);
        Ok(Made { code, hash, link })
    }
}

/// The link of a mail. Upstream encodes the address only where it would fall apart otherwise.
fn link(sandbox: &str, hash: &str, verification: &str, redirect_to: &str) -> String {
    let redirect_to = if redirect_to.contains(['&', '=', '#']) {
        url::form_urlencoded::byte_serialize(redirect_to.as_bytes()).collect()
    } else {
        redirect_to.to_owned()
    };
    format!("{sandbox}auth/v1/verify?token={hash}&type={verification}&redirect_to={redirect_to}")
}

/// Whole seconds until the next message may go out, if it may not yet.
pub(crate) fn wait(last: &Kept, pause: f64, now: f64) -> Option<f64> {
    last.sent_at.map(|sent| sent + pause - now).filter(|left| *left > 0.0).map(f64::trunc)
}

pub(crate) fn too_soon(seconds: f64) -> String {
    format!("For security purposes, you can only request this after {seconds} seconds.")
}
