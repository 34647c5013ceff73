//! The console's page. It brings no secret: the token comes from the fragment of the address that it is opened with.

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

use crate::page::policy;

/// The page as it is served, and what it may do.
static PAGE: LazyLock<(String, String)> = LazyLock::new(|| {
    let page = include_str!("console/index.html")
        .replace("/* style.css */", include_str!("console/style.css"))
        .replace("/* script */", SCRIPT);
    let policy = policy(&page);
    (page, policy)
});

/// One script, so that one hash lets it run: what all tabs share, a file for each tab, and the start.
const SCRIPT: &str = concat!(
    include_str!("console/elements.js"),
    include_str!("console/sandbox.js"),
    include_str!("console/tabs.js"),
    include_str!("console/inbox.js"),
    include_str!("console/people.js"),
    include_str!("console/person.js"),
    include_str!("console/probe.js"),
    include_str!("console/scenarios.js"),
    include_str!("console/timeline.js"),
    include_str!("console/dials.js"),
    include_str!("console/report.js"),
    include_str!("console/start.js"),
);

pub(super) async fn get() -> Response {
    let (page, policy) = &*PAGE;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, page.as_str()).into_response()
}
