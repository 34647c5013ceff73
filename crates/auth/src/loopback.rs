//! Where the browser comes back to: a listener on this computer alone, for one callback (RFC 8252, section 7.3).

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Request, Response, StatusCode, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};
use url::Url;

/// Connections at a time; browsers open a few, whoever opens more waits.
const CONNECTIONS: usize = 16;
/// How long a connection may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// A listener on 127.0.0.1 at a port of the system's choosing, under a path that can't be guessed. Dropping it closes it.
pub struct Loopback {
    listener: TcpListener,
    redirect: Url,
}

/// Why no callback came.
#[derive(Debug, thiserror::Error)]
pub enum LoopbackError {
    /// The system gave no port.
    #[error("no port on 127.0.0.1")]
    Listen(#[source] io::Error),
    /// The system gave no randomness.
    #[error("the system gave no randomness")]
    NoRandomness,
    /// Nobody came back in time.
    #[error("nobody came back in time")]
    TimedOut,
}

impl Loopback {
    /// Begins to listen.
    pub async fn bind() -> Result<Self, LoopbackError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(LoopbackError::Listen)?;
        let address = listener.local_addr().map_err(LoopbackError::Listen)?;
        let mut secret = [0_u8; 16];
        getrandom::fill(&mut secret).map_err(|_| LoopbackError::NoRandomness)?;
        let redirect = format!("http://{address}/callback/{}", URL_SAFE_NO_PAD.encode(secret));
        let redirect = Url::parse(&redirect).map_err(|_| LoopbackError::Listen(io::Error::other("no address")))?;
        Ok(Self { listener, redirect })
    }

    /// Listens again where a program that has ended since did, for a browser that still comes back there. The address is that of
    /// [`Engine::flow_redirect`](crate::Engine::flow_redirect).
    pub async fn bind_again(redirect: &Url) -> Result<Self, LoopbackError> {
        let port = redirect.port().ok_or_else(|| LoopbackError::Listen(io::Error::other("no port")))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(LoopbackError::Listen)?;
        let mut redirect = redirect.clone();
        redirect.set_query(None);
        Ok(Self { listener, redirect })
    }

    /// For [`Engine::begin_sign_in`](crate::Engine::begin_sign_in) and [`Engine::begin_link`](crate::Engine::begin_link).
    pub fn redirect_to(&self) -> &Url {
        &self.redirect
    }

    /// Waits for the browser and answers it with `page` (HTML). The callback is for
    /// [`Engine::handle_callback_url`](crate::Engine::handle_callback_url); afterwards the port is closed. Requests for any other
    /// path, by any other method or under another host name (DNS rebinding) change nothing. Dropping the future cancels.
    pub async fn callback(self, page: &str, within: Duration) -> Result<String, LoopbackError> {
        let (came, mut callbacks) = mpsc::channel(1);
        let door = Arc::new(Door { redirect: self.redirect, page: page.to_owned(), came });
        let serve = async {
            let mut open = JoinSet::new();
            loop {
                while open.len() >= CONNECTIONS {
                    open.join_next().await;
                }
                match self.listener.accept().await {
                    Ok((stream, peer)) if peer.ip().is_loopback() => {
                        open.spawn(door.clone().serve(stream, peer));
                    }
                    Ok(_) => {}
                    // Too many files are open, as a rule: later there may be fewer.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        };
        let came = async {
            let callback = callbacks.recv().await;
            // The browser should see the page before the port closes.
            tokio::time::sleep(Duration::from_millis(100)).await;
            callback
        };
        tokio::select! {
            callback = came => callback.ok_or(LoopbackError::TimedOut),
            () = serve => Err(LoopbackError::TimedOut),
            () = tokio::time::sleep(within) => Err(LoopbackError::TimedOut),
        }
    }
}

struct Door {
    redirect: Url,
    page: String,
    came: mpsc::Sender<String>,
}

impl Door {
    async fn serve(self: Arc<Self>, stream: TcpStream, _peer: SocketAddr) {
        let answer = service_fn(|request| {
            let door = self.clone();
            async move { Ok::<_, Infallible>(door.answer(&request)) }
        });
        let connection =
            hyper::server::conn::http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), answer);
        // A connection that breaks is the browser's affair.
        let _ = tokio::time::timeout(PATIENCE, connection).await;
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<String> {
        let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
        let ours = request.method() == http::Method::GET
            && request.uri().path() == self.redirect.path()
            && host == Some(&self.redirect[url::Position::BeforeHost..url::Position::AfterPort]);
        if !ours {
            return page(StatusCode::NOT_FOUND, String::new());
        }
        let mut callback = self.redirect.clone();
        callback.set_query(request.uri().query());
        // One is waited for; a second finds the channel full and is not needed.
        let _ = self.came.try_send(callback.into());
        page(StatusCode::OK, self.page.clone())
    }
}

fn page(status: StatusCode, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, http::HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "text/html; charset=utf-8");
    set(header::CACHE_CONTROL, "no-store");
    // The address holds the code: it goes nowhere, and nothing is fetched for the page.
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'");
    response
}
