//! The router, and what holds for every route: this computer only, by name too.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    auth, faults, inbox,
    line::{Lines, Peer},
    observe, provider, rest,
    state::Sandbox,
};

/// Supabase Auth's own bound (wire reference, section 0).
const MAX_BODY: usize = 1 << 20;

/// Everything that clients reach.
pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .nest("/auth/v1", auth::routes().layer(middleware::from_fn(cors)))
        .nest("/rest/v1", rest::routes().layer(middleware::from_fn(cors)))
        .merge(inbox::routes())
        .nest("/provider", provider::routes())
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// Serves until told to stop; then finishes what is under way.
pub(crate) async fn serve(listener: TcpListener, sandbox: Arc<Sandbox>, stopped: oneshot::Receiver<()>) {
    let router = routes()
        .layer(middleware::from_fn_with_state(sandbox.clone(), faults::layer))
        .layer(middleware::from_fn_with_state(sandbox.clone(), observe::layer))
        .layer(middleware::from_fn(loopback_only))
        .with_state(sandbox);
    let service = router.into_make_service_with_connect_info::<Peer>();
    let served = axum::serve(Lines(listener), service)
        .with_graceful_shutdown(async {
            // A dropped sandbox stops as well.
            let _ = stopped.await;
        })
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the sandbox stopped serving");
    }
}

/// Refuses requests that reached this port under another name: a page elsewhere whose name was pointed at 127.0.0.1.
pub(crate) async fn loopback_only(request: Request, next: Next) -> Response {
    if host_is_loopback(request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "this server is for 127.0.0.1 only").into_response()
}

fn host_is_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(
        host,
        |(name, port)| {
            if port.chars().all(|c| c.is_ascii_digit()) { name } else { host }
        },
    );
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// A browser's client may call the APIs from any page: as with Supabase, the key and the token are what counts.
async fn cors(request: Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "X-Total-Count, Link, X-Supabase-Api-Version, Content-Range, Location, Preference-Applied",
        ),
    );
    if preflight {
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, HEAD"),
        );
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(
                "Accept, Authorization, Content-Type, X-Client-IP, X-Client-Info, X-JWT-AUD, x-use-cookie, \
                 X-Supabase-Api-Version, apikey, Prefer, Range, Accept-Profile, Content-Profile",
            ),
        );
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_pass() {
        let passes = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().expect("a header"));
            host_is_loopback(&headers)
        };
        for host in ["127.0.0.1:54321", "localhost", "localhost:1", "[::1]:54321", "[::1]"] {
            assert!(passes(host), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", ""] {
            assert!(!passes(host), "{host}");
        }
    }
}
