//! Flows with a proof key (PKCE, RFC 7636; wire reference, sections 6 and 8.5): whoever began one, and nobody else, ends it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::error::ApiError;
use crate::state::Sandbox;

/// What a link's hash begins with when it ends in a code instead of tokens.
pub(crate) const PREFIX: &str = "pkce_";
/// How long a flow lives, in seconds.
pub(crate) const LIFETIME: f64 = 300.0;

/// How a flow was begun, and how its session says that it was signed in.
pub(crate) mod method {
    pub(crate) const SIGN_UP: &str = "email/signup";
    pub(crate) const INVITE: &str = "invite";
    pub(crate) const MAGIC_LINK: &str = "magiclink";
    pub(crate) const RECOVERY: &str = "recovery";
    pub(crate) const EMAIL_CHANGE: &str = "email_change";
}

/// What the client proves at the end that it knew at the beginning.
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    text: String,
    method: String,
}

impl Challenge {
    /// Both parameters or neither, and both well formed.
    pub(crate) fn read(text: &str, method: &str) -> Result<Option<Self>, ApiError> {
        if text.is_empty() && method.is_empty() {
            return Ok(None);
        }
        if text.is_empty() || method.is_empty() {
            return Err(ApiError::validation("PKCE flow requires code_challenge_method and code_challenge"));
        }
        if !(43..=128).contains(&text.len()) {
            return Err(ApiError::validation("code challenge has to be between 43 and 128 characters"));
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b)) {
            return Err(ApiError::validation(
                "code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes",
            ));
        }
        Self::unchecked(text, method).map(Some).ok_or_else(|| ApiError::validation("Invalid code_challenge_method"))
    }

    /// As `PUT /user` takes it, which upstream does not check; `None` when the method is none.
    pub(crate) fn unchecked(text: &str, method: &str) -> Option<Self> {
        let method = method.to_lowercase();
        matches!(method.as_str(), "s256" | "plain").then(|| Self { text: text.to_owned(), method })
    }

    fn is_met_by(&self, verifier: &str) -> bool {
        match self.method.as_str() {
            "plain" => self.text == verifier,
            _ => self.text == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        }
    }
}

/// Notes that a flow by mail begins: its link will end in a code.
pub(crate) async fn begin(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user_id: Uuid,
    challenge: &Challenge,
    method: &str,
) -> Result<(), ApiError> {
    tx.execute(
        "insert into auth.flow_state (id, user_id, auth_code, code_challenge_method, code_challenge, provider_type,
             authentication_method, created_at, updated_at)
         values (gen_random_uuid(), $1, gen_random_uuid()::text, $2::text::auth.code_challenge_method, $3, $4, $4,
             to_timestamp($5), to_timestamp($5))",
        &[&user_id, &challenge.method, &challenge.text, &method, &sandbox.clock.now()],
    )
    .await?;
    Ok(())
}

/// What a flow by way of a provider begins with.
pub(crate) struct Start<'a> {
    pub provider: &'a str,
    pub challenge: Option<&'a Challenge>,
    /// Where it ends.
    pub referrer: &'a str,
    pub invite_token: Option<&'a str>,
    pub linking_target: Option<Uuid>,
    pub email_optional: bool,
}

/// Notes that a flow by way of a provider begins. Its id is the state that comes back from there.
pub(crate) async fn begin_with_provider(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    start: Start<'_>,
) -> Result<Uuid, ApiError> {
    let id = Uuid::new_v4();
    tx.execute(
        "insert into auth.flow_state (id, auth_code, code_challenge_method, code_challenge, provider_type, authentication_method,
             referrer, invite_token, linking_target_id, email_optional, created_at, updated_at)
         values ($1, gen_random_uuid()::text, $2::text::auth.code_challenge_method, $3, $4, 'oauth', $5, $6, $7, $8,
             to_timestamp($9), to_timestamp($9))",
        &[
            &id,
            &start.challenge.map(|challenge| challenge.method.as_str()),
            &start.challenge.map(|challenge| challenge.text.as_str()),
            &start.provider,
            &start.referrer,
            &start.invite_token,
            &start.linking_target,
            &start.email_optional,
            &sandbox.clock.now(),
        ],
    )
    .await?;
    Ok(id)
}

/// A flow that waits for its provider.
pub(crate) struct Pending {
    pub id: Uuid,
    pub provider: String,
    pub referrer: String,
    pub has_challenge: bool,
    /// Somebody came back with this state before.
    pub claimed: bool,
    pub created_at: f64,
    pub invite_token: Option<String>,
    pub linking_target: Option<Uuid>,
    pub email_optional: bool,
}

/// The flow whose state this is.
pub(crate) async fn pending(tx: &Transaction<'_>, state: Uuid) -> Result<Option<Pending>, ApiError> {
    let row = tx
        .query_opt(
            "select provider_type, coalesce(referrer, ''), code_challenge is not null, user_id is not null,
                 extract(epoch from created_at)::float8, invite_token, linking_target_id, email_optional
             from auth.flow_state where id = $1",
            &[&state],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Pending {
        id: state,
        provider: row.try_get(0)?,
        referrer: row.try_get(1)?,
        has_challenge: row.try_get(2)?,
        claimed: row.try_get(3)?,
        created_at: row.try_get(4)?,
        invite_token: row.try_get(5)?,
        linking_target: row.try_get(6)?,
        email_optional: row.try_get(7)?,
    }))
}

/// The flow is this user's now, and its code goes out. A state counts once, even when two come at the same time.
pub(crate) async fn claim(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    id: Uuid,
    user_id: Uuid,
    provider_token: &str,
) -> Result<String, ApiError> {
    let row = tx
        .query_opt(
            "update auth.flow_state set user_id = $2, provider_access_token = $3, auth_code_issued_at = to_timestamp($4),
                 updated_at = to_timestamp($4) where id = $1 and user_id is null returning auth_code",
            &[&id, &user_id, &provider_token, &sandbox.clock.now()],
        )
        .await?;
    let row = row.ok_or_else(|| ApiError::new(400, "flow_state_already_used", "State has already been used"))?;
    Ok(row.try_get(0)?)
}

/// A flow without a proof key ends here.
pub(crate) async fn drop(tx: &Transaction<'_>, id: Uuid) -> Result<(), ApiError> {
    if tx.execute("delete from auth.flow_state where id = $1", &[&id]).await? == 0 {
        return Err(ApiError::new(400, "bad_oauth_state", "OAuth state not found or expired"));
    }
    Ok(())
}

/// The code of the newest flow of this user and method, which a link gives away now.
pub(crate) async fn release_code(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    user_id: Uuid,
    method: &str,
) -> Result<String, ApiError> {
    let row = tx
        .query_opt(
            "update auth.flow_state set auth_code_issued_at = to_timestamp($3), updated_at = to_timestamp($3)
             where id = (select id from auth.flow_state where user_id = $1 and authentication_method = $2
                 order by created_at desc limit 1)
             returning auth_code",
            &[&user_id, &method, &sandbox.clock.now()],
        )
        .await?;
    let row = row.ok_or_else(|| ApiError::new(404, "flow_state_not_found", "No valid flow state found for user."))?;
    Ok(row.try_get(0)?)
}

/// A flow at its end.
pub(crate) struct Finished {
    pub user_id: Uuid,
    pub method: String,
    pub provider_token: Option<String>,
    pub provider_refresh_token: Option<String>,
}

/// Takes a code and the proof for it. A code counts once; a wrong proof leaves it as it was.
pub(crate) async fn finish(
    sandbox: &Sandbox,
    tx: &Transaction<'_>,
    code: &str,
    verifier: &str,
) -> Result<Finished, ApiError> {
    let row = tx
        .query_opt(
            "select id, user_id, code_challenge, code_challenge_method::text, authentication_method,
                 extract(epoch from case when authentication_method = 'magiclink' then coalesce(auth_code_issued_at, created_at)
                     else created_at end)::float8,
                 provider_access_token, provider_refresh_token
             from auth.flow_state where auth_code = $1 and user_id is not null for update",
            &[&code],
        )
        .await?;
    let row =
        row.ok_or_else(|| ApiError::new(404, "flow_state_not_found", "invalid flow state, no valid flow state found"))?;
    let since: f64 = row.try_get(5)?;
    if sandbox.clock.now() >= since + LIFETIME {
        return Err(ApiError::new(422, "flow_state_expired", "invalid flow state, flow state has expired"));
    }
    let (text, method): (Option<String>, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
    let challenge = Challenge::unchecked(&text.unwrap_or_default(), &method.unwrap_or_default());
    if !challenge.is_some_and(|challenge| challenge.is_met_by(verifier)) {
        let message = "code challenge does not match previously saved code verifier";
        return Err(ApiError::new(400, "bad_code_verifier", message));
    }
    tx.execute("delete from auth.flow_state where id = $1", &[&row.try_get::<_, Uuid>(0)?]).await?;
    Ok(Finished {
        user_id: row.try_get(1)?,
        method: row.try_get(4)?,
        provider_token: row.try_get(6)?,
        provider_refresh_token: row.try_get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_proof_of_the_standard_holds() {
        let challenge = Challenge::read(CHALLENGE, "S256").expect("well formed").expect("given");
        assert!(challenge.is_met_by(VERIFIER));
        assert!(!challenge.is_met_by(CHALLENGE));
        assert!(Challenge::read(VERIFIER, "plain").expect("well formed").expect("given").is_met_by(VERIFIER));
    }

    #[test]
    fn both_parameters_or_neither() {
        assert!(Challenge::read("", "").expect("none").is_none());
        let long = "x".repeat(129);
        for (text, method) in [(CHALLENGE, ""), ("", "s256"), ("short", "s256"), (&long, "s256"), (CHALLENGE, "s512")] {
            assert!(Challenge::read(text, method).is_err(), "{text} {method}");
        }
        assert!(Challenge::read(&CHALLENGE.replace('-', "!"), "s256").is_err());
    }
}
