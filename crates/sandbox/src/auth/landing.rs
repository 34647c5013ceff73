//! Where a browser lands at the end of a link or a sign-in with a provider: the project's page, with what came of it in the
//! address (wire reference, sections 4 and 8.6).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::error::ApiError;
use crate::hex;

/// Parameters of an address.
pub(crate) type Params<'a> = Vec<(&'a str, String)>;

/// Sends the browser on.
pub(crate) fn go(status: StatusCode, to: &str) -> Response {
    match HeaderValue::from_str(&plain(to)) {
        Ok(to) => (status, [(header::LOCATION, to)]).into_response(),
        Err(_) => ApiError::new(500, "unexpected_failure", "Not an address to send anybody to").into_response(),
    }
}

/// An address with everything escaped that a header does not carry.
fn plain(to: &str) -> String {
    let mut plain = String::with_capacity(to.len());
    for byte in to.bytes() {
        if byte.is_ascii() {
            plain.push(char::from(byte));
        } else {
            plain.push('%');
            plain.push_str(&hex::encode(&[byte]).to_uppercase());
        }
    }
    plain
}

/// Parameters as text, by name, as Go writes them.
fn encode(mut params: Params<'_>) -> String {
    params.sort_by(|a, b| a.0.cmp(b.0));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

/// Appends a fragment. An address that ends in one gets a second: upstream does not look.
pub(crate) fn append_fragment(to: &str, params: Params<'_>) -> String {
    format!("{to}#{}", encode(params))
}

/// Puts a fragment in the place of the one there, if any.
pub(crate) fn with_fragment(to: &str, params: Params<'_>) -> String {
    append_fragment(to.split('#').next().unwrap_or(to), params)
}

/// Puts parameters into the query, in the place of those of the same name. The fragment stays.
pub(crate) fn with_query(to: &str, params: &Params<'_>) -> String {
    let Ok(mut url) = Url::parse(to) else { return to.to_owned() };
    let mut all: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    all.retain(|(name, _)| !params.iter().any(|(new, _)| new == name));
    all.extend(params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    all.sort();
    url.query_pairs_mut().clear().extend_pairs(all);
    url.to_string()
}

/// Tokens for the fragment. The empty `sb` marks it as one of Supabase's.
pub(crate) fn tokens(answer: &Value) -> Params<'static> {
    let names = ["access_token", "expires_at", "expires_in", "refresh_token", "token_type"];
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut params: Params = names.into_iter().map(|name| (name, text(&answer[name]))).collect();
    params.push(("sb", String::new()));
    params
}

/// An error as OAuth words it, as far as its status has a word there.
pub(crate) fn error(refusal: &ApiError) -> Params<'static> {
    let word = match refusal.status.as_u16() {
        400 => Some("invalid_request"),
        401 => Some("unauthorized_client"),
        403 => Some("access_denied"),
        500 => Some("server_error"),
        503 => Some("temporarily_unavailable"),
        _ => None,
    };
    let mut params: Params = word.map(|word| ("error", word.to_owned())).into_iter().collect();
    params.push(("error_code", refusal.code.to_owned()));
    params.push(("error_description", refusal.message.clone()));
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_what_they_had() {
        let code = vec![("code", "1 2".to_owned())];
        assert_eq!(with_query("https://a.example/x?z=1&code=0#f", &code), "https://a.example/x?code=1+2&z=1#f");
        assert_eq!(append_fragment("http://a/#/", code.clone()), "http://a/#/#code=1+2");
        assert_eq!(with_fragment("http://a/?q#old", code), "http://a/?q#code=1+2");
    }

    #[test]
    fn other_alphabets_reach_the_browser() {
        let response = go(StatusCode::FOUND, "com.app://ü?x=ı");
        assert_eq!(response.headers()[header::LOCATION], "com.app://%C3%BC?x=%C4%B1");
    }

    #[test]
    fn case_66_some_errors_have_a_code_and_no_word() {
        let names =
            |status| error(&ApiError::new(status, "x", "y")).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        for status in [404, 422, 429] {
            assert_eq!(names(status), ["error_code", "error_description"], "{status}");
        }
        assert_eq!(names(403), ["error", "error_code", "error_description"]);
    }
}
