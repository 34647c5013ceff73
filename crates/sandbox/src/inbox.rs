//! The mail that the sandbox would have sent, for a person (a page) and for a test (JSON).

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

use crate::state::Sandbox;

const PAGE: &str = include_str!("inbox.html");
/// Only the page's own script and style, and requests to itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-SCRIPT_HASH'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/// Why a mail was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    EmailChange,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::EmailChange => "email_change",
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::EmailChange => "Your code to keep your cart",
        }
    }
}

#[derive(Serialize)]
struct Message {
    id: i64,
    to: String,
    subject: String,
    kind: String,
    code: String,
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

/// Puts a mail in, in the transaction that made its code.
pub(crate) async fn deliver(
    tx: &Transaction<'_>,
    to: &str,
    kind: Kind,
    code: &str,
    now: f64,
) -> Result<(), tokio_postgres::Error> {
    tx.execute(
        "insert into sandbox.messages (recipient, subject, kind, code, sent_at) values ($1, $2, $3, $4, to_timestamp($5))",
        &[&to, &kind.subject(), &kind.name(), &code, &now],
    )
    .await
    .map(drop)
}

async fn page() -> impl IntoResponse {
    let policy = POLICY.replace("SCRIPT_HASH", &script_hash());
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (header::CONTENT_SECURITY_POLICY, policy)], PAGE)
}

/// The hash that lets the page's one script run.
fn script_hash() -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};
    let script =
        PAGE.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>")).map_or("", |(script, _)| script);
    STANDARD.encode(Sha256::digest(script))
}

/// Newest first. Only for pages of this origin: there is no CORS header here, and the loopback check holds.
async fn messages(State(sandbox): State<Arc<Sandbox>>, Query(filter): Query<Filter>) -> Response {
    match read(&sandbox, filter.to.as_deref()).await {
        Ok(messages) => Json(messages).into_response(),
        Err(cause) => (StatusCode::SERVICE_UNAVAILABLE, cause).into_response(),
    }
}

async fn read(sandbox: &Sandbox, to: Option<&str>) -> Result<Vec<Message>, String> {
    let mut turn = sandbox.database().await?.turn().await;
    let failed = |error: tokio_postgres::Error| error.to_string();
    let tx = turn.begin().await.map_err(failed)?;
    let rows = tx
        .query(
            "select id, recipient, subject, kind, code, extract(epoch from sent_at)::float8 * 1000
             from sandbox.messages where $1::text is null or recipient = lower($1) order by id desc limit 200",
            &[&to],
        )
        .await
        .map_err(failed)?;
    Ok(rows
        .iter()
        .map(|row| Message {
            id: row.get(0),
            to: row.get(1),
            subject: row.get(2),
            kind: row.get(3),
            code: row.get(4),
            sent_at: row.get(5),
        })
        .collect())
}
