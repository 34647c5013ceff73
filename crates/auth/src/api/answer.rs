//! An answer of Supabase Auth, or of something that stands in its place.

use std::time::Duration;

use http::{HeaderMap, Response, header};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::{ApiError, Code, Error, wire};

/// Where servers and gateways put the name of a request, the one to ask first in front.
const REQUEST_ID_HEADERS: [&str; 3] = ["sb-request-id", "x-request-id", "cf-ray"];

/// An answer with a status of 2xx.
pub(super) struct Answer {
    status: u16,
    request_id: Option<String>,
    /// May hold tokens.
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    pub(super) fn of(response: Response<Vec<u8>>) -> Result<Self, Error> {
        let status = response.status();
        let request_id = request_id(response.headers());
        let retry_after = retry_after(response.headers());
        let body = Zeroizing::new(response.into_body());
        if status.is_success() {
            return Ok(Self { status: status.as_u16(), request_id, body });
        }
        Err(refusal(status.as_u16(), retry_after, request_id, &body))
    }

    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|_| self.foreign())
    }

    /// What to say of an answer that is not Supabase Auth's, although its status is 2xx.
    pub(super) fn foreign(&self) -> Error {
        Error::Foreign { status: self.status, retry_after: None, request_id: self.request_id.clone() }
    }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    REQUEST_ID_HEADERS.iter().find_map(|name| Some(headers.get(*name)?.to_str().ok()?.to_owned()))
}

/// Seconds; the other form of the header, a date, would need a clock that agrees with the server's (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn refusal(status: u16, retry_after: Option<Duration>, request_id: Option<String>, body: &[u8]) -> Error {
    let refusal = serde_json::from_slice::<wire::ErrorBody>(body).ok().and_then(wire::ErrorBody::refusal);
    let Some(refusal) = refusal else {
        return Error::Foreign { status, retry_after, request_id };
    };
    Error::Api(ApiError {
        status,
        code: Code::parse(&refusal.code),
        retry_after: retry_after.or_else(|| seconds_in(&refusal.message)),
        message: refusal.message,
        request_id: request_id.or(refusal.error_id),
        weak_password: refusal.weak_password,
    })
}

/// Supabase Auth sends no `Retry-After` with its frequency limits; the sentence "… only request this after N seconds."
/// is the only place that tells (wire reference, section 5).
fn seconds_in(message: &str) -> Option<Duration> {
    let (_, rest) = message.split_once(" after ")?;
    let seconds = rest.strip_suffix(" seconds.")?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> Error {
        refusal(status, None, None, body.as_bytes())
    }

    #[test]
    fn both_generations_of_errors_are_read() {
        for body in [
            r#"{"code":422,"error_code":"email_exists","msg":"taken"}"#,
            r#"{"code":"email_exists","message":"taken"}"#,
            r#"{"code":"email_exists","error_code":"email_exists","msg":"taken","message":"taken"}"#,
        ] {
            let error = error(422, body);
            assert_eq!((error.code(), error.status()), (Some(&Code::EmailExists), Some(422)), "{body}");
        }
    }

    #[test]
    fn oauths_form_and_weak_passwords_are_read() {
        let oauth =
            error(400, r#"{"error":"invalid_grant","error_description":"Invalid Refresh Token: Already Used"}"#);
        assert!(oauth.ends_session(), "the form before codes existed");
        let body = r#"{"code":"weak_password","message":"too short","weak_password":{"reasons":["length"]}}"#;
        let Error::Api(weak) = error(422, body) else { panic!("not in Supabase Auth's words") };
        assert_eq!((weak.code, weak.weak_password), (Code::WeakPassword, vec!["length".to_owned()]));
    }

    #[test]
    fn every_code_of_the_wire_reference_is_known_and_others_are_kept() {
        for (text, code) in Code::KNOWN {
            let body = format!(r#"{{"code":"{text}","message":""}}"#);
            assert_eq!(error(400, &body).code(), Some(code));
            assert_eq!(code.to_string(), *text);
        }
        let new = error(400, r#"{"code":"made_up_tomorrow","message":""}"#);
        assert_eq!(new.code(), Some(&Code::Other("made_up_tomorrow".into())));
    }

    #[test]
    fn a_proxys_page_is_not_an_answer() {
        for body in
            ["<html>Bad gateway</html>", "upstream connect error", "", "null", "[]", r#"{"message":"no route"}"#]
        {
            let error = error(502, body);
            assert!(matches!(error, Error::Foreign { status: 502, .. }), "{body}");
            assert!(error.is_retryable());
        }
    }

    #[test]
    fn the_wait_is_found_in_the_sentence() {
        let body = r#"{"code":"over_email_send_rate_limit","message":"For security purposes, you can only request this after 42 seconds."}"#;
        assert_eq!(error(429, body).retry_after(), Some(Duration::from_secs(42)));
    }

    #[test]
    fn the_name_of_the_request_is_told() {
        let mut response = Response::new(br#"{"code":"unexpected_failure","message":"","error_id":"inner"}"#.to_vec());
        *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        response.headers_mut().insert("cf-ray", http::HeaderValue::from_static("ray"));
        let error = Answer::of(response).err();
        assert_eq!(error.as_ref().and_then(Error::request_id), Some("ray"));
    }
}
