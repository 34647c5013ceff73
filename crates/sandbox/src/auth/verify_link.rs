//! `GET /verify` (wire reference, section 4): the link of a mail, followed in a browser. Good or bad, it ends on the project's page.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    error::ApiError,
    flow::{self, PREFIX, method},
    landing,
    request::Request,
    sessions,
    verification::{self, Proof, Purpose},
    verify::HALF_WAY,
};
use crate::limits::Bucket;

pub(crate) async fn get(request: Request) -> Result<Response, ApiError> {
    request.draw(Bucket::Verify)?;
    let (kind, hash) = (request.param("type"), request.param("token"));
    if hash.is_empty() {
        return Err(ApiError::validation("Verify requires a token or a token hash"));
    }
    if kind.is_empty() {
        return Err(ApiError::validation("Verify requires a verification type"));
    }
    let redirect_to = request.redirect_target();
    let with_proof = hash.starts_with(PREFIX);
    if with_proof && kind == "email" {
        return Err(ApiError::new(500, "unexpected_failure", "unsupported authentication method email"));
    }
    let landed = match follow(&request, kind, hash, with_proof).await {
        Ok(landing) => landing.address(&redirect_to, with_proof),
        Err(refusal) => failed(&redirect_to, &refusal, with_proof),
    };
    Ok(landing::go(StatusCode::SEE_OTHER, &landed).into_response())
}

/// What a link brings about.
enum Landing {
    Tokens { params: landing::Params<'static>, purpose: Purpose },
    Code(String),
    HalfWay,
}

impl Landing {
    fn address(self, redirect_to: &str, with_proof: bool) -> String {
        match self {
            Self::Tokens { mut params, purpose } => {
                params.push(("type", purpose.name().to_owned()));
                landing::append_fragment(redirect_to, params)
            }
            Self::Code(code) => landing::with_query(redirect_to, &vec![("code", code)]),
            Self::HalfWay => {
                let message = ("message", HALF_WAY.to_owned());
                let base = if with_proof {
                    landing::with_query(redirect_to, &vec![message.clone()])
                } else {
                    redirect_to.to_owned()
                };
                landing::with_fragment(&base, vec![message, ("sb", String::new())])
            }
        }
    }
}

fn failed(redirect_to: &str, refusal: &ApiError, with_proof: bool) -> String {
    let mut params = landing::error(refusal);
    let base = if with_proof { landing::with_query(redirect_to, &params) } else { redirect_to.to_owned() };
    params.push(("sb", String::new()));
    landing::with_fragment(&base, params)
}

async fn follow(request: &Request, kind: &str, hash: &str, with_proof: bool) -> Result<Landing, ApiError> {
    let purpose = Purpose::read(kind).filter(|purpose| !matches!(purpose, Purpose::Sms | Purpose::PhoneChange));
    let purpose = purpose.ok_or_else(|| ApiError::validation("Invalid email verification type"))?;
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let proof = Proof::Link { hash: hash.to_owned() };
    let proven = verification::prove(&request.sandbox, &tx, purpose, &proof).await?;
    let landing = if !verification::apply(&request.sandbox, &tx, &proven).await? {
        Landing::HalfWay
    } else if with_proof {
        // Without a flow the link is not used up: the transaction ends here.
        Landing::Code(flow::release_code(&request.sandbox, &tx, proven.user.id, method_of(proven.purpose)).await?)
    } else {
        let answer = sessions::sign_in(request, &tx, proven.user.id, "otp").await?;
        Landing::Tokens { params: landing::tokens(&answer.body), purpose: proven.purpose }
    };
    tx.commit().await?;
    Ok(landing)
}

/// By which method the flow was begun that a link of this purpose ends.
fn method_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Recovery => method::RECOVERY,
        Purpose::MagicLink => method::MAGIC_LINK,
        Purpose::EmailChange => method::EMAIL_CHANGE,
        Purpose::Invite => method::INVITE,
        Purpose::SignUp | Purpose::Email | Purpose::Sms | Purpose::PhoneChange => method::SIGN_UP,
    }
}
