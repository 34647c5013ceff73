//! What a fault does to the request that it meets.

use std::{io, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header, response::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{Fault, Met};
use crate::{line::Peer, state::Sandbox};

/// Far more than any answer has.
const MAX_ANSWER: usize = 64 << 20;
/// A page such as proxies send.
const PAGE: &str = "<html>\r\n<head><title>Bad gateway</title></head>\r\n<body>\r\n<center><h1>Bad gateway</h1></center>\r\n</body>\r\n</html>\r\n";

/// Inside the layer that tells requests, so that it can be told what a request met.
pub(crate) async fn layer(State(sandbox): State<Arc<Sandbox>>, request: Request, next: Next) -> Response {
    let Some(fault) = sandbox.faults.meet(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    let met = Met {
        name: fault.name(),
        reached: !matches!(fault, Fault::Refuse | Fault::Error { .. } | Fault::Html { .. }),
        dropped: matches!(fault, Fault::Refuse | Fault::DropAnswer),
    };
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| peer.clone());
    let cut = || {
        if let Some(peer) = &peer {
            peer.cut();
        }
    };
    let mut response = match fault {
        Fault::Refuse => {
            cut();
            StatusCode::BAD_GATEWAY.into_response()
        }
        Fault::DropAnswer => {
            let response = next.run(request).await;
            cut();
            response
        }
        Fault::Delay { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Fault::Error { status, code, message, retry_after } => error(status, &code, &message, retry_after),
        Fault::Html { status } => (of(status), [(header::CONTENT_TYPE, "text/html")], PAGE).into_response(),
        Fault::Malformed => malformed(next.run(request).await).await,
        Fault::Truncated => truncated(next.run(request).await).await,
    };
    response.extensions_mut().insert(met);
    response
}

/// In both generations of the Auth API's format, and in the data API's, at once: clients read what they know.
fn error(status: u16, code: &str, message: &str, retry_after: Option<u32>) -> Response {
    let body = json!({ "code": code, "error_code": code, "msg": message, "message": message });
    let mut response = (of(status), axum::Json(body)).into_response();
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert("x-sb-error-code", code);
    }
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The same answer, begun as no JSON begins.
async fn malformed(response: Response) -> Response {
    let (mut head, body) = taken(response).await;
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from([b"{\"", &body[..]].concat()))
}

/// Half of the answer, while its head promises the whole; then the connection closes.
async fn truncated(response: Response) -> Response {
    let (mut head, body) = taken(response).await;
    head.headers.insert(header::CONTENT_LENGTH, body.len().into());
    let half = body.slice(..body.len() / 2);
    let broken = async {
        // Time for the first half to leave.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    };
    Response::from_parts(head, Body::from_stream(stream::iter([Ok(half)]).chain(stream::once(broken))))
}

async fn taken(response: Response) -> (Parts, Bytes) {
    let (head, body) = response.into_parts();
    (head, to_bytes(body, MAX_ANSWER).await.unwrap_or_default())
}
