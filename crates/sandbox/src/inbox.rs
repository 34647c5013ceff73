//! The mails and text messages that the sandbox would have sent, for a person (a page) and for a test (JSON).

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use tokio_postgres::Transaction;

use crate::{page::policy, state::Sandbox};

const PAGE: &str = include_str!("inbox.html");
/// A message on its way out.
pub(crate) struct Message<'a> {
    pub to: &'a str,
    /// `mail` or `sms`.
    pub channel: &'a str,
    pub subject: &'a str,
    pub kind: &'a str,
    pub code: &'a str,
    pub link: Option<&'a str>,
}

/// A message as it lies in the inbox.
#[derive(Serialize)]
pub(crate) struct Received {
    id: i64,
    pub to: String,
    pub channel: String,
    subject: String,
    kind: String,
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Milliseconds since 1970.
    sent_at: f64,
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/inbox", get(page)).route("/inbox/messages", get(messages))
}

/// Puts a message in, in the transaction that made its code, and says which it is.
pub(crate) async fn deliver(
    tx: &Transaction<'_>,
    message: Message<'_>,
    now: f64,
) -> Result<i64, tokio_postgres::Error> {
    let Message { to, channel, subject, kind, code, link } = message;
    tx.query_one(
        "insert into sandbox.messages (recipient, channel, subject, kind, code, link, sent_at)
         values ($1, $2, $3, $4, $5, $6, to_timestamp($7)) returning id",
        &[&to, &channel, &subject, &kind, &code, &link, &now],
    )
    .await?
    .try_get(0)
}

async fn page() -> impl IntoResponse {
    let kind = "text/html; charset=utf-8".to_owned();
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy(PAGE))], PAGE)
}

/// Newest first. Only for pages of this origin: there is no CORS header here, and the loopback check holds.
async fn messages(State(sandbox): State<Arc<Sandbox>>, Query(filter): Query<Filter>) -> Response {
    match read(&sandbox, filter.to.as_deref()).await {
        Ok(messages) => Json(messages).into_response(),
        Err(cause) => (StatusCode::SERVICE_UNAVAILABLE, cause).into_response(),
    }
}

/// Newest first; of one address or number, or all.
pub(crate) async fn read(sandbox: &Sandbox, to: Option<&str>) -> Result<Vec<Received>, String> {
    let mut turn = sandbox.turn().await?;
    let failed = |error: tokio_postgres::Error| error.to_string();
    let tx = turn.begin().await.map_err(failed)?;
    // The plus of a number is a space once a query is read.
    let to = to.map(|to| to.trim().trim_start_matches('+').replace('\0', "").to_lowercase());
    let rows = tx
        .query(
            "select id, recipient, channel, subject, kind, code, link, extract(epoch from sent_at)::float8 * 1000
             from sandbox.messages where $1::text is null or recipient in ($1, '+' || $1) order by id desc limit 200",
            &[&to],
        )
        .await
        .map_err(failed)?;
    Ok(rows
        .iter()
        .map(|row| Received {
            id: row.get(0),
            to: row.get(1),
            channel: row.get(2),
            subject: row.get(3),
            kind: row.get(4),
            code: row.get(5),
            link: row.get(6),
            sent_at: row.get(7),
        })
        .collect())
}
