//! The error codes of Supabase Auth (wire reference, section 16).

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// An error code of Supabase Auth. Codes that this version does not know are kept as sent.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
            /// Any other, as sent.
            Other(String),
        }

        impl Code {
            /// Every code that this version knows.
            pub const KNOWN: &[(&str, Self)] = &[$(($text, Self::$variant),)*];

            pub(crate) fn parse(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl fmt::Display for Code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant => f.write_str($text),)*
                    Self::Other(text) => f.write_str(text),
                }
            }
        }
    };
}

codes! {
    /// Anonymous sign-ins are switched off.
    AnonymousProviderDisabled = "anonymous_provider_disabled",
    /// The body is no JSON, or not of the expected shape.
    BadJson = "bad_json",
    /// The access token is no (longer a) valid JWT.
    BadJwt = "bad_jwt",
    /// The verifier does not belong to the code (RFC 7636, section 4.6).
    BadCodeVerifier = "bad_code_verifier",
    /// The provider came back without a code.
    BadOauthCallback = "bad_oauth_callback",
    /// The provider came back with a state that is unknown or too old.
    BadOauthState = "bad_oauth_state",
    /// The captcha was missing or refused.
    CaptchaFailed = "captcha_failed",
    /// Two requests met at the server.
    Conflict = "conflict",
    /// The current password is wrong.
    CurrentPasswordInvalid = "current_password_invalid",
    /// The current password is asked for.
    CurrentPasswordRequired = "current_password_required",
    /// The address is refused by the server's rules.
    EmailAddressInvalid = "email_address_invalid",
    /// The project sends no mail to this address.
    EmailAddressNotAuthorized = "email_address_not_authorized",
    /// Unlinking would leave the account with an address of another account.
    EmailConflictIdentityNotDeletable = "email_conflict_identity_not_deletable",
    /// Another user has this address.
    EmailExists = "email_exists",
    /// The address was never confirmed.
    EmailNotConfirmed = "email_not_confirmed",
    /// Signing in by e-mail is switched off.
    EmailProviderDisabled = "email_provider_disabled",
    /// The feature is switched off.
    FeatureDisabled = "feature_disabled",
    /// The OAuth flow was finished before.
    FlowStateAlreadyUsed = "flow_state_already_used",
    /// The OAuth flow took too long.
    FlowStateExpired = "flow_state_expired",
    /// The server knows no such OAuth flow.
    FlowStateNotFound = "flow_state_not_found",
    /// A hook of the project sent something that is no JSON.
    HookPayloadInvalidContentType = "hook_payload_invalid_content_type",
    /// A hook of the project sent too much.
    HookPayloadOverSizeLimit = "hook_payload_over_size_limit",
    /// A hook of the project did not answer.
    HookTimeout = "hook_timeout",
    /// A hook of the project did not answer, twice.
    HookTimeoutAfterRetry = "hook_timeout_after_retry",
    /// The identity belongs to an account already: this one or another.
    IdentityAlreadyExists = "identity_already_exists",
    /// This user has no such identity.
    IdentityNotFound = "identity_not_found",
    /// The session has not the assurance level that this call needs.
    InsufficientAal = "insufficient_aal",
    /// Address or password is wrong: the server does not tell which.
    InvalidCredentials = "invalid_credentials",
    /// Linking by hand is switched off.
    ManualLinkingDisabled = "manual_linking_disabled",
    /// The caller is no admin.
    NotAdmin = "not_admin",
    /// There was no usable bearer token.
    NoAuthorization = "no_authorization",
    /// The state that came back is not the one of the flow.
    OauthInvalidState = "oauth_invalid_state",
    /// The server knows no such provider.
    OauthProviderNotSupported = "oauth_provider_not_supported",
    /// There is no account with this address, and none was to be made.
    OtpDisabled = "otp_disabled",
    /// The code is wrong or too old: the server does not tell which.
    OtpExpired = "otp_expired",
    /// Mail was asked for too often.
    OverEmailSendRateLimit = "over_email_send_rate_limit",
    /// Too many requests of this kind.
    OverRequestRateLimit = "over_request_rate_limit",
    /// Text messages were asked for too often.
    OverSmsSendRateLimit = "over_sms_send_rate_limit",
    /// Another user has this phone number.
    PhoneExists = "phone_exists",
    /// The phone number was never confirmed.
    PhoneNotConfirmed = "phone_not_confirmed",
    /// Signing in by phone is switched off.
    PhoneProviderDisabled = "phone_provider_disabled",
    /// This provider is switched off.
    ProviderDisabled = "provider_disabled",
    /// The provider has not verified the address it gave.
    ProviderEmailNeedsVerification = "provider_email_needs_verification",
    /// The change asks for a fresh proof (`GET /reauthenticate`).
    ReauthenticationNeeded = "reauthentication_needed",
    /// The fresh proof is wrong or too old.
    ReauthenticationNotValid = "reauthentication_not_valid",
    /// A refresh token was used a second time: the family is revoked.
    RefreshTokenAlreadyUsed = "refresh_token_already_used",
    /// No such refresh token: the session was signed out or the user deleted.
    RefreshTokenNotFound = "refresh_token_not_found",
    /// The body is too large.
    RequestEntityTooLarge = "request_entity_too_large",
    /// The server took too long and gave up.
    RequestTimeout = "request_timeout",
    /// The new password is the old one.
    SamePassword = "same_password",
    /// The session passed its time limit.
    SessionExpired = "session_expired",
    /// The session was signed out.
    SessionNotFound = "session_not_found",
    /// Nobody may sign up.
    SignupDisabled = "signup_disabled",
    /// The last identity can't be unlinked.
    SingleIdentityNotDeletable = "single_identity_not_deletable",
    /// The text message was not sent.
    SmsSendFailed = "sms_send_failed",
    /// The token is for another audience.
    UnexpectedAudience = "unexpected_audience",
    /// The server broke.
    UnexpectedFailure = "unexpected_failure",
    /// There is an account with this address already.
    UserAlreadyExists = "user_already_exists",
    /// The user may not sign in for now; reversible.
    UserBanned = "user_banned",
    /// The user was deleted.
    UserNotFound = "user_not_found",
    /// The user's data belong to a single-sign-on provider.
    UserSsoManaged = "user_sso_managed",
    /// A field is missing or malformed.
    ValidationFailed = "validation_failed",
    /// The password is too easy.
    WeakPassword = "weak_password",
}

impl Code {
    /// Whether a refusal to refresh with this code means that the session can never come back. An allow-list: whatever else
    /// an answer says, the session might still live (`reference/auth-client.md`, item 2).
    pub fn ends_session(&self) -> bool {
        matches!(
            self,
            Self::RefreshTokenAlreadyUsed | Self::RefreshTokenNotFound | Self::SessionExpired | Self::SessionNotFound
        )
    }

    /// Whether the same request can succeed later by itself.
    pub(crate) fn passes_with_time(&self) -> bool {
        matches!(
            self,
            Self::OverRequestRateLimit | Self::OverEmailSendRateLimit | Self::OverSmsSendRateLimit | Self::Conflict
        )
    }
}
