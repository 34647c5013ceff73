//! What is measured, as requests and as the SQL that the sandbox sends for each.

use anyhow::{Context, Result, ensure};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

/// A shopper's requests.
pub(crate) struct Work {
    http: Client,
    url: String,
    key: String,
    access_token: String,
    refresh_token: String,
}

impl Work {
    pub(crate) fn new(url: &str, key: &str) -> Self {
        let (access_token, refresh_token) = (String::new(), String::new());
        Self { http: Client::new(), url: url.to_owned(), key: key.to_owned(), access_token, refresh_token }
    }

    /// A new guest, who is the shopper from here on.
    pub(crate) async fn sign_up(&mut self) -> Result<()> {
        let session = self.send(self.http.post(format!("{}auth/v1/signup", self.url)).json(&json!({}))).await?;
        self.keep(&session)
    }

    pub(crate) async fn refresh(&mut self) -> Result<()> {
        let path = format!("{}auth/v1/token?grant_type=refresh_token", self.url);
        let session = self.send(self.http.post(path).json(&json!({ "refresh_token": self.refresh_token }))).await?;
        self.keep(&session)
    }

    pub(crate) async fn fill_cart(&mut self) -> Result<()> {
        let lines = json!({ "lines": [{ "product_id": "gooseneck-kettle", "quantity": 2 }] });
        let request = self.http.post(format!("{}rest/v1/rpc/set_cart_lines", self.url)).json(&lines);
        self.send(request.bearer_auth(&self.access_token)).await.map(drop)
    }

    pub(crate) async fn read_cart(&mut self) -> Result<()> {
        let request = self.http.get(format!("{}rest/v1/cart_lines?select=product_id,quantity", self.url));
        let lines = self.send(request.bearer_auth(&self.access_token)).await?;
        ensure!(lines.as_array().is_some_and(|lines| lines.len() == 1), "{lines}");
        Ok(())
    }

    async fn send(&self, request: RequestBuilder) -> Result<Value> {
        let response = request.header("apikey", &self.key).send().await?;
        let status = response.status();
        let body: Value = response.json().await?;
        ensure!(status.is_success(), "{status} {body}");
        Ok(body)
    }

    fn keep(&mut self, session: &Value) -> Result<()> {
        let field = |name: &str| session[name].as_str().map(str::to_owned).context("no token");
        (self.access_token, self.refresh_token) = (field("access_token")?, field("refresh_token")?);
        Ok(())
    }
}

/// The same as statements: those that the sandbox sends, with values in them.
pub(crate) struct Straight {
    user: Uuid,
    session: Uuid,
    /// How many refresh tokens the session had.
    tokens: u32,
}

impl Straight {
    pub(crate) fn new() -> Self {
        Self { user: Uuid::new_v4(), session: Uuid::new_v4(), tokens: 0 }
    }

    /// The shopper and a cart with a line.
    pub(crate) fn prepare(&self) -> String {
        let user = self.user;
        format!(
            "{}
             insert into public.carts (user_id) values ('{user}');
             insert into public.cart_lines (user_id, product_id, quantity) values ('{user}', 'gooseneck-kettle', 2);",
            guest(user, self.session, &self.token())
        )
    }

    pub(crate) fn sign_up() -> String {
        let session = Uuid::new_v4();
        guest(Uuid::new_v4(), session, &session.to_string())
    }

    pub(crate) fn refresh(&mut self) -> String {
        let (old, session, user) = (self.token(), self.session, self.user);
        self.tokens += 1;
        format!(
            "select t.session_id, t.revoked, s.user_id, u.banned_until, s.created_at, s.refreshed_at, s.not_after
                 from auth.refresh_tokens t left join auth.sessions s on s.id = t.session_id left join auth.users u on u.id = s.user_id
                 where t.token = '{old}' for update of t;
             update auth.refresh_tokens set revoked = true, updated_at = now() where token = '{old}';
             insert into auth.refresh_tokens (token, user_id, revoked, created_at, updated_at, parent, session_id)
                 values ('{}', '{user}', false, now(), now(), '{old}', '{session}');
             update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now() where id = '{session}';
             {}",
            self.token(),
            shown(user, session)
        )
    }

    pub(crate) fn read_cart(&self) -> String {
        let claims = json!({ "sub": self.user, "role": "authenticated", "is_anonymous": true });
        format!(
            "select set_config('search_path', 'public', true), set_config('request.jwt.claims', '{claims}', true),
                 set_config('role', 'authenticated', true);
             select coalesce(json_agg(r), '[]')::text from (select product_id, quantity from public.cart_lines) r;"
        )
    }

    fn token(&self) -> String {
        format!("{}-{}", self.session, self.tokens)
    }
}

/// A guest with a session and a refresh token, and what the answer shows of them.
fn guest(user: Uuid, session: Uuid, token: &str) -> String {
    format!(
        "insert into auth.users (instance_id, id, aud, role, raw_app_meta_data, raw_user_meta_data, is_anonymous, created_at, updated_at)
             values ('00000000-0000-0000-0000-000000000000', '{user}', 'authenticated', 'authenticated', '{{}}', '{{}}', true, now(), now());
         insert into auth.sessions (id, user_id, created_at, updated_at, aal) values ('{session}', '{user}', now(), now(), 'aal1');
         insert into auth.mfa_amr_claims (session_id, created_at, updated_at, authentication_method)
             values ('{session}', now(), now(), 'anonymous');
         update auth.users set last_sign_in_at = now() where id = '{user}';
         insert into auth.refresh_tokens (token, user_id, revoked, created_at, updated_at, session_id)
             values ('{token}', '{user}', false, now(), now(), '{session}');
         {}",
        shown(user, session)
    )
}

fn shown(user: Uuid, session: Uuid) -> String {
    format!(
        "select sandbox.user_json(u)::text, sandbox.claims_json(u, '{session}')::text from auth.users u where id = '{user}';"
    )
}
