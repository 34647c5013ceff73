//! The console's page. It brings no secret: the token comes from the fragment of the address that it is opened with.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

use crate::page::policy;

const PAGE: &str = include_str!("page.html");

pub(super) async fn get() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy(PAGE)),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (headers, PAGE).into_response()
}
