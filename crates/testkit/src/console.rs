//! Sees everything in a sandbox, over HTTP as any console would.

use anyhow::{Context, Result, ensure};
use reqwest::{
    Client, Method, RequestBuilder, Url,
    header::{CONTENT_TYPE, LOCATION},
    redirect::Policy,
};
use serde_json::{Value, json};

/// A sandbox's address and keys.
#[derive(Clone)]
pub struct Console {
    http: Client,
    /// Goes nowhere by itself.
    staying: Client,
    url: String,
    /// The publishable key.
    pub publishable_key: String,
    /// The key that row-level security lets pass.
    pub service_role_key: String,
}

impl Console {
    /// For the sandbox at `url`.
    pub fn new(url: &str, publishable_key: &str, service_role_key: &str) -> Self {
        Self {
            http: Client::new(),
            staying: Client::builder().redirect(Policy::none()).build().unwrap_or_default(),
            url: url.trim_end_matches('/').to_owned(),
            publishable_key: publishable_key.to_owned(),
            service_role_key: service_role_key.to_owned(),
        }
    }

    /// A request with the publishable key, and a bearer token if one is given.
    pub fn request(&self, method: Method, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url)).header("apikey", &self.publishable_key);
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Status and JSON of an answer; `null` for an empty body.
    pub async fn send(request: RequestBuilder) -> Result<(u16, Value)> {
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).with_context(|| text)? };
        Ok((status, body))
    }

    /// All users, newest first.
    pub async fn users(&self) -> Result<Vec<Value>> {
        let (status, body) =
            Self::send(self.request(Method::GET, "/auth/v1/admin/users", Some(&self.service_role_key))).await?;
        ensure!(status == 200, "users: {status} {body}");
        Ok(body["users"].as_array().cloned().unwrap_or_default())
    }

    /// Deletes a user and all that is theirs.
    pub async fn delete_user(&self, id: &str) -> Result<()> {
        let path = format!("/auth/v1/admin/users/{id}");
        let (status, body) = Self::send(self.request(Method::DELETE, &path, Some(&self.service_role_key))).await?;
        ensure!(status == 200, "delete: {status} {body}");
        Ok(())
    }

    /// Rows of a table, past row-level security.
    pub async fn rows(&self, query: &str) -> Result<Vec<Value>> {
        let request = self.request(Method::GET, &format!("/rest/v1/{query}"), Some(&self.service_role_key));
        let (status, body) = Self::send(request).await?;
        ensure!(status == 200, "rows: {status} {body}");
        Ok(body.as_array().cloned().unwrap_or_default())
    }

    /// Puts rows into a table, past row-level security.
    pub async fn put_rows(&self, table: &str, rows: &Value) -> Result<()> {
        let request = self.request(Method::POST, &format!("/rest/v1/{table}"), Some(&self.service_role_key)).json(rows);
        let (status, body) = Self::send(request).await?;
        ensure!(status == 201, "put {table}: {status} {body}");
        Ok(())
    }

    /// The newest code that was sent to an address or a number.
    pub async fn code(&self, to: &str) -> Result<String> {
        let message = self.message(to).await?;
        message["code"].as_str().map(str::to_owned).with_context(|| format!("no code for {to}"))
    }

    /// The link of the newest mail to an address.
    pub async fn link(&self, to: &str) -> Result<String> {
        let message = self.message(to).await?;
        message["link"].as_str().map(str::to_owned).with_context(|| format!("no link for {to}"))
    }

    /// The newest message to an address or a number.
    pub async fn message(&self, to: &str) -> Result<Value> {
        let messages = self.messages(to).await?;
        messages.into_iter().next().with_context(|| format!("no message for {to}"))
    }

    /// All messages to an address or a number, newest first.
    pub async fn messages(&self, to: &str) -> Result<Vec<Value>> {
        let (_, messages) = Self::send(self.request(Method::GET, &format!("/inbox/messages?to={to}"), None)).await?;
        Ok(messages.as_array().cloned().unwrap_or_default())
    }

    /// Opens an address as a browser would, one step far: the status, and where it leads.
    pub async fn step(&self, address: &str) -> Result<(u16, String)> {
        Self::landing(self.staying.get(self.absolute(address))).await
    }

    /// Sends a form as a browser would: the status, and where the answer leads.
    pub async fn submit(&self, address: &str, fields: &[(&str, &str)]) -> Result<(u16, String)> {
        let encoded = Url::parse_with_params("http://form", fields)?.query().unwrap_or_default().to_owned();
        let request = self.staying.post(self.absolute(address)).body(encoded);
        Self::landing(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded")).await
    }

    /// What a person does at a provider: from where the browser was opened, over the consent page with these answers, to where it
    /// lands. `&[("name", …), ("email", …), ("answer", "allow" or "deny")]` and so on, as the page has them.
    pub async fn consent(&self, opened: &str, answers: &[(&str, &str)]) -> Result<String> {
        let page = if opened.contains("/auth/v1/authorize") { self.step(opened).await?.1 } else { opened.to_owned() };
        let (path, query) = page.split_once("/authorize?").with_context(|| format!("no consent page: {page}"))?;
        let state = url_value(query, "state").with_context(|| format!("no state: {page}"))?;
        let answers = [answers, &[("state", state.as_str())]].concat();
        let (status, back) = self.submit(&format!("{path}/decide"), &answers).await?;
        ensure!(status == 303, "the consent page: {status} {back}");
        let (status, landed) = self.step(&back).await?;
        ensure!((300..400).contains(&status), "the callback: {status} {landed}");
        Ok(landed)
    }

    /// Opens an address to the end, as a browser does.
    pub async fn visit(&self, address: &str) -> Result<(u16, String)> {
        let response = self.http.get(address).send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    fn absolute(&self, address: &str) -> String {
        if address.starts_with('/') { format!("{}{address}", self.url) } else { address.to_owned() }
    }

    async fn landing(request: RequestBuilder) -> Result<(u16, String)> {
        let response = request.send().await?;
        let to = response.headers().get(LOCATION).map(|to| to.to_str().map(str::to_owned)).transpose()?;
        Ok((response.status().as_u16(), to.unwrap_or_default()))
    }

    /// Makes a guest.
    pub async fn guest(&self) -> Result<crate::Person> {
        let (status, body) = Self::send(self.request(Method::POST, "/auth/v1/signup", None).json(&json!({}))).await?;
        ensure!(status == 200, "sign-up: {status} {body}");
        crate::Person::from_answer(&body)
    }

    /// Makes a member the way a person becomes one: a guest who links an address.
    pub async fn member(&self, email: &str) -> Result<crate::Person> {
        let guest = self.guest().await?;
        self.upgrade(&guest, email).await
    }

    /// Links an address to a guest, with the code from the inbox.
    pub async fn upgrade(&self, guest: &crate::Person, email: &str) -> Result<crate::Person> {
        let wish =
            self.request(Method::PUT, "/auth/v1/user", Some(&guest.access_token)).json(&json!({ "email": email }));
        let (status, body) = Self::send(wish).await?;
        ensure!(status == 200, "link: {status} {body}");
        let proof = json!({ "type": "email_change", "email": email, "token": self.code(email).await? });
        let (status, body) = Self::send(self.request(Method::POST, "/auth/v1/verify", None).json(&proof)).await?;
        ensure!(status == 200, "verify: {status} {body}");
        crate::Person::from_answer(&body)
    }
}

fn url_value(query: &str, name: &str) -> Option<String> {
    let url = Url::parse(&format!("http://query/?{query}")).ok()?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
