//! Supabase Auth in memory, as far as sessions go: v1 refresh tokens with reuse interval 0, guests, changes of address by code,
//! passwords, linking. It keeps the clock's time, and can be told to fail at any request, before or after it has done its work.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use carryover_auth::{BoxFuture, Transport, TransportError};
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::TestClock;

/// The code in every mail.
pub(crate) const CODE: &str = "123456";
/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse";

/// What happens to a request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    None,
    /// No connection.
    Refuse,
    /// Lost on the way there.
    LoseRequest,
    /// Done, and its answer lost on the way back.
    LoseAnswer,
    /// Something else answers in the server's place.
    Instead(u16, &'static str),
    /// Nothing ever comes.
    Hang,
}

type Plan = Box<dyn FnMut(&str) -> Fault + Send>;

#[derive(Clone)]
pub(crate) struct Server(Arc<Inner>);

struct Inner {
    clock: TestClock,
    world: Mutex<World>,
    plan: Mutex<Plan>,
    latency: Mutex<Box<dyn FnMut() -> Duration + Send>>,
}

#[derive(Default)]
struct World {
    users: HashMap<Uuid, User>,
    sessions: HashMap<Uuid, Session>,
    log: Vec<String>,
    counter: u128,
    already_used: usize,
}

struct User {
    email: Option<String>,
    pending: Option<String>,
    data: Value,
    is_anonymous: bool,
    banned: bool,
    created_at: Timestamp,
}

struct Session {
    user: Uuid,
    active: String,
    /// Whose successor `active` is: the one old token that is still taken, for a client that did not get the answer.
    parent: Option<String>,
    older: Vec<String>,
    revoked: bool,
}

type Answer = (u16, Value);

impl Server {
    pub(crate) fn new(clock: TestClock) -> Self {
        Self(Arc::new(Inner {
            clock,
            world: Mutex::default(),
            plan: Mutex::new(Box::new(|_| Fault::None)),
            latency: Mutex::new(Box::new(|| Duration::from_millis(20))),
        }))
    }

    /// What happens from now on, by "METHOD path".
    pub(crate) fn plan(&self, plan: impl FnMut(&str) -> Fault + Send + 'static) {
        *self.0.plan.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(plan);
    }

    pub(crate) fn latency(&self, latency: impl FnMut() -> Duration + Send + 'static) {
        *self.0.latency.lock().expect("whole") = Box::new(latency);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().expect("whole")
    }

    /// How many requests came, by "METHOD path".
    pub(crate) fn requests(&self, what: &str) -> usize {
        self.world().log.iter().filter(|line| *line == what).count()
    }

    pub(crate) fn users(&self) -> usize {
        self.world().users.len()
    }

    /// How often a refresh token was used that was no longer good.
    pub(crate) fn already_used(&self) -> usize {
        self.world().already_used
    }

    pub(crate) fn lives(&self, session: Option<Uuid>) -> bool {
        session.is_some_and(|id| self.world().sessions.contains_key(&id))
    }

    pub(crate) fn ban(&self, user: Uuid, banned: bool) {
        self.world().users.get_mut(&user).expect("a user").banned = banned;
    }

    /// An account with an address and [`PASSWORD`].
    pub(crate) fn account(&self, email: &str) -> Uuid {
        let created_at = self.0.clock.truth();
        let mut world = self.world();
        let id = world.id();
        let email = Some(email.to_owned());
        let user = User { email, pending: None, data: json!({}), is_anonymous: false, banned: false, created_at };
        world.users.insert(id, user);
        id
    }

    /// The user confirms in a browser.
    pub(crate) fn confirm_elsewhere(&self, user: Uuid) {
        self.world().confirm(user);
    }

    fn handle(&self, request: &Request<Vec<u8>>) -> Answer {
        let now = self.0.clock.truth();
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let (path, query) = (endpoint(request), request.uri().query().unwrap_or_default());
        let mut world = self.world();
        match (request.method().as_str(), path.as_str()) {
            ("POST", "signup") => {
                let user = world.id();
                let guest = User {
                    email: None,
                    pending: None,
                    data: json!({}),
                    is_anonymous: true,
                    banned: false,
                    created_at: now,
                };
                world.users.insert(user, guest);
                world.sign_in(user, now)
            }
            ("POST", "token") if query.contains("refresh_token") => world.refresh(&text(&body, "refresh_token"), now),
            ("POST", "token") if query.contains("password") => world.password(&body, now),
            ("POST", "verify") => world.verify(&body, now),
            (method, path) => {
                let Some((user, session)) = world.caller(request, now) else { return refuse(403, "bad_jwt") };
                match (method, path) {
                    ("GET", "user") => (200, world.user(user)),
                    ("PUT", "user") => world.update(user, &body),
                    ("POST", "logout") => {
                        world.sessions.remove(&session);
                        (204, Value::Null)
                    }
                    _ => (404, Value::Null),
                }
            }
        }
    }
}

impl World {
    fn id(&mut self) -> Uuid {
        self.counter += 1;
        Uuid::from_u128(self.counter)
    }

    fn new_token(&mut self) -> String {
        self.counter += 1;
        format!("refresh{:05}", self.counter)
    }

    fn caller(&self, request: &Request<Vec<u8>>, now: Timestamp) -> Option<(Uuid, Uuid)> {
        let token = request.headers().get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
        let json = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        let claims: Value = serde_json::from_slice(&json).ok()?;
        let session: Uuid = claims["session_id"].as_str()?.parse().ok()?;
        let valid = claims["exp"].as_i64()? > now.as_second() && self.sessions.contains_key(&session);
        valid.then_some((claims["sub"].as_str()?.parse().ok()?, session))
    }

    fn sign_in(&mut self, user: Uuid, now: Timestamp) -> Answer {
        let (id, active) = (self.id(), self.new_token());
        self.sessions.insert(id, Session { user, active, parent: None, older: Vec::new(), revoked: false });
        (200, self.tokens(id, now))
    }

    fn tokens(&self, id: Uuid, now: Timestamp) -> Value {
        let session = &self.sessions[&id];
        let user = &self.users[&session.user];
        let (iat, exp) = (now.as_second(), now.as_second() + 3600);
        let claims =
            json!({ "sub": session.user, "iat": iat, "exp": exp, "is_anonymous": user.is_anonymous, "session_id": id });
        let token = format!("e30.{}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()), session.active);
        json!({ "access_token": token, "refresh_token": session.active, "user": self.user(session.user) })
    }

    fn user(&self, id: Uuid) -> Value {
        let user = &self.users[&id];
        json!({
            "id": id, "email": user.email.clone().unwrap_or_default(), "new_email": user.pending,
            "is_anonymous": user.is_anonymous, "created_at": user.created_at, "user_metadata": user.data,
        })
    }

    fn refresh(&mut self, token: &str, now: Timestamp) -> Answer {
        let knows = |session: &Session| {
            session.active == token
                || session.parent.as_deref() == Some(token)
                || session.older.iter().any(|t| t == token)
        };
        let Some(id) = self.sessions.iter().find(|(_, session)| knows(session)).map(|(id, _)| *id) else {
            return refuse(400, "refresh_token_not_found");
        };
        let next = self.new_token();
        let session = self.sessions.get_mut(&id).expect("found");
        if self.users[&session.user].banned {
            return refuse(400, "user_banned");
        }
        if session.revoked || (session.active != token && session.parent.as_deref() != Some(token)) {
            session.revoked = true;
            self.already_used += 1;
            return refuse(400, "refresh_token_already_used");
        }
        if session.active == token {
            let parent = std::mem::replace(&mut session.active, next);
            session.older.extend(session.parent.replace(parent));
        }
        (200, self.tokens(id, now))
    }

    fn password(&mut self, body: &Value, now: Timestamp) -> Answer {
        let email = text(body, "email");
        let found = self.users.iter().find(|(_, user)| user.email.as_deref() == Some(&email)).map(|(id, _)| *id);
        match found {
            Some(user) if text(body, "password") == PASSWORD => self.sign_in(user, now),
            _ => refuse(400, "invalid_credentials"),
        }
    }

    fn verify(&mut self, body: &Value, now: Timestamp) -> Answer {
        let email = text(body, "email");
        let by = |user: &User| match text(body, "type").as_str() {
            "email_change" => user.pending.as_deref() == Some(&email),
            _ => user.email.as_deref() == Some(&email),
        };
        let found = self.users.iter().find(|(_, user)| by(user)).map(|(id, _)| *id);
        match found {
            Some(user) if text(body, "token") == CODE => {
                self.confirm(user);
                self.sign_in(user, now)
            }
            _ => refuse(403, "otp_expired"),
        }
    }

    fn confirm(&mut self, user: Uuid) {
        let user = self.users.get_mut(&user).expect("a user");
        if let Some(email) = user.pending.take() {
            user.email = Some(email);
            user.is_anonymous = false;
        }
    }

    fn update(&mut self, id: Uuid, body: &Value) -> Answer {
        let email = body.get("email").and_then(Value::as_str).map(str::to_owned);
        if email.is_some() && self.users.iter().any(|(other, user)| *other != id && user.email == email) {
            return refuse(422, "email_exists");
        }
        let user = self.users.get_mut(&id).expect("a user");
        if let Some(data) = body.get("data") {
            user.data = data.clone();
        }
        if email.is_some() && email != user.email {
            user.pending = email;
        }
        (200, self.user(id))
    }
}

impl Transport for Server {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, TransportError>> {
        let server = self.clone();
        Box::pin(async move {
            let name = format!("{} {}", request.method(), endpoint(&request));
            // A plan may panic on purpose.
            let fault = (server.0.plan.lock().unwrap_or_else(PoisonError::into_inner))(&name);
            let delay = (server.0.latency.lock().expect("whole"))();
            let lost = |what: &'static str| Arc::new(std::io::Error::other(what));
            if let Fault::Refuse = fault {
                return Err(TransportError::NotSent(lost("refused")));
            }
            server.world().log.push(name);
            tokio::time::sleep(delay / 2).await;
            let answer = match fault {
                Fault::LoseRequest => return Err(TransportError::NoAnswer(lost("lost on the way there"))),
                Fault::Hang => std::future::pending().await,
                Fault::Instead(status, body) => return Ok(response(status, body.into())),
                _ => server.handle(&request),
            };
            tokio::time::sleep(delay / 2).await;
            if let Fault::LoseAnswer = fault {
                return Err(TransportError::NoAnswer(lost("lost on the way back")));
            }
            Ok(response(answer.0, answer.1.to_string().into_bytes()))
        })
    }
}

fn endpoint(request: &Request<Vec<u8>>) -> String {
    request.uri().path().trim_start_matches("/auth/v1/").to_owned()
}

fn response(status: u16, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

fn refuse(status: u16, code: &str) -> Answer {
    (status, json!({ "code": code, "message": "no" }))
}

fn text(body: &Value, key: &str) -> String {
    body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
