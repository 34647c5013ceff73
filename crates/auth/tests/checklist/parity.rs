//! Item 55: what this client sends is what the official one sends, but for the differences that are written down.
//!
//! `tests/interop/auth-js.requests.json` is a record of the official client; the suite `interop` holds that it still sends that.

use std::sync::{Arc, Mutex};

use carryover_auth::{
    AccessToken, Api, AuthCode, Authorization, BoxFuture, CaptchaToken, CodeVerifier, Contact, Email, IdToken,
    MailLink, Nonce, Otp, OtpKind, Password, Phone, Proof, ProviderToken, RefreshToken, Resend, Scope, SendOtp,
    TokenHash, Transport, TransportError, UserUpdate,
};
use http::{Request, Response};
use serde_json::{Map, Value, json};
use url::Url;

use crate::support::{GUEST, TestClock, scripted::session_body};

const RECORD: &str = include_str!("../../../../tests/interop/auth-js.requests.json");

/// Differences, each on purpose.
fn allowed(step: &str, body: &mut Map<String, Value>) {
    // An empty object says nothing.
    if body.get("gotrue_meta_security") == Some(&json!({})) {
        body.remove("gotrue_meta_security");
    }
    // Neither does null.
    body.retain(|_, value| !value.is_null());
    // Text messages are what the server sends by default.
    body.remove("channel");
    if step == "exchange_code" {
        // A verifier of 43 letters (RFC 7636, section 4.1), not of 112: both are within the RFC's bounds.
        body.insert("code_verifier".into(), "<code_verifier>".into());
    }
}

/// Notes every request and answers each in the way that its caller expects.
#[derive(Clone)]
struct Recorder {
    clock: TestClock,
    seen: Arc<Mutex<Vec<Value>>>,
}

impl Transport for Recorder {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, TransportError>> {
        let url = Url::parse(&request.uri().to_string()).expect("a URL");
        let path = url.path().trim_start_matches("/auth/v1").to_owned();
        let bearer = request.headers().get("authorization").map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(request.headers()["apikey"], "publishable");
        self.seen.lock().expect("whole").push(json!({
            "method": request.method().as_str(),
            "path": path,
            "query": query(&url),
            "body": serde_json::from_slice::<Value>(request.body()).unwrap_or_default(),
            "apiVersion": request.headers()["x-supabase-api-version"].to_str().expect("text"),
            "authorization": bearer.map(|_| "access-token"),
        }));
        let answer = match path.as_str() {
            "/signup" | "/token" | "/verify" => session_body(&self.clock, GUEST, "refresh-1", true),
            "/user" => json!({ "id": GUEST }),
            "/user/identities/authorize" => json!({ "url": "https://provider.test/" }),
            _ => json!({}),
        };
        Box::pin(async move { Ok(Response::new(answer.to_string().into_bytes())) })
    }
}

fn query(url: &Url) -> Value {
    url.query_pairs()
        .map(|(key, value)| (key.into_owned(), Value::from(value.into_owned())))
        .collect::<Map<_, _>>()
        .into()
}

/// Secrets by their lengths, as in the record.
fn masked(key: &str, value: Value) -> Value {
    const BY_LENGTH: [&str; 7] = [
        "code_challenge",
        "code_verifier",
        "password",
        "current_password",
        "access_token",
        "refresh_token",
        "id_token",
    ];
    match value {
        Value::String(text) if BY_LENGTH.contains(&key) => format!("<{key}:{}>", text.len()).into(),
        Value::Object(map) => {
            map.into_iter().map(|(key, value)| (key.clone(), masked(&key, value))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

struct Scenario {
    api: Api,
    token: AccessToken,
    email: Email,
    phone: Phone,
    link: MailLink,
    redirect: Url,
    data: Map<String, Value>,
}

impl Scenario {
    fn otp() -> Otp {
        Otp::new("123456".into())
    }

    fn password() -> Password {
        Password::new("a password".into())
    }

    fn google(nonce: Option<&str>) -> IdToken {
        IdToken {
            provider: "google".into(),
            token: ProviderToken::new("id-token".into()),
            access_token: None,
            nonce: nonce.map(|nonce| Nonce::new(nonce.into())),
        }
    }

    async fn user(&self, update: UserUpdate) {
        self.api.update_user(&self.token, &update).await.expect("updated");
    }

    async fn verify(&self, proof: Proof) {
        self.api.verify(&proof).await.expect("verified");
    }

    async fn upgrade(&self, step: &str) {
        let api = &self.api;
        match step {
            "sign_up_anonymously" => {
                let captcha = CaptchaToken::new("captcha".into());
                api.sign_up_anonymously(&self.data, Some(&captcha)).await.map(drop).expect("a guest");
            }
            "refresh" => api.refresh(&RefreshToken::new("refresh-1".into())).await.map(drop).expect("refreshed"),
            "user" => api.user(&self.token).await.map(drop).expect("a user"),
            "update_email" => {
                let link = Some(self.link.clone());
                self.user(UserUpdate { email: Some(self.email.clone()), link, ..UserUpdate::default() }).await;
            }
            "verify_email_change" => {
                self.verify(Proof::of_change(&self.email.clone().into(), &Self::otp())).await;
            }
            "verify_token_hash" => {
                self.verify(Proof::Link(OtpKind::EmailChange, TokenHash::new("pkce_hash".into()))).await;
            }
            "update_phone" => self.user(UserUpdate::contact(&self.phone.clone().into())).await,
            "verify_phone_change" => {
                self.verify(Proof::of_change(&self.phone.clone().into(), &Self::otp())).await;
            }
            "update_password" => {
                let password = Some(Password::new("another password".into()));
                let (current_password, nonce) = (Some(Self::password()), Some(Nonce::new("123456".into())));
                self.user(UserUpdate { password, current_password, nonce, ..UserUpdate::default() }).await;
            }
            "update_data" => self.user(UserUpdate { data: Some(self.data.clone()), ..UserUpdate::default() }).await,
            _ => self.sessions(step).await,
        }
    }

    async fn sessions(&self, step: &str) {
        let api = &self.api;
        let (email, phone): (Contact, Contact) = (self.email.clone().into(), self.phone.clone().into());
        match step {
            "resend_email_change" => {
                api.resend(&Resend::EmailChange(self.email.clone()), Some(&self.link), None).await.expect("sent");
            }
            "resend_signup" => {
                api.resend(&Resend::SignUp(self.email.clone()), Some(&self.link), None).await.expect("sent");
            }
            "reauthenticate" => api.reauthenticate(&self.token).await.expect("sent"),
            "exchange_code" => {
                let verifier = CodeVerifier::generate().expect("random");
                api.exchange_code(&AuthCode::new("auth-code".into()), &verifier).await.map(drop).expect("exchanged");
            }
            "sign_in_with_password" => {
                api.sign_in_with_password(&email, &Self::password(), None).await.map(drop).expect("signed in");
            }
            "sign_in_with_password_phone" => {
                api.sign_in_with_password(&phone, &Self::password(), None).await.map(drop).expect("signed in");
            }
            "sign_in_with_otp_email" => {
                let wish = SendOtp { link: Some(self.link.clone()), ..SendOtp::to_existing(email) };
                api.send_otp(&wish).await.expect("sent");
            }
            "sign_in_with_otp_phone" => {
                api.send_otp(&SendOtp { create_user: true, ..SendOtp::to_existing(phone) }).await.expect("sent");
            }
            "verify_otp_email" => self.verify(Proof::of_sign_in(&email, &Self::otp())).await,
            "verify_otp_sms" => self.verify(Proof::of_sign_in(&phone, &Self::otp())).await,
            "reset_password" => api.recover(&self.email, Some(&self.link), None).await.expect("sent"),
            "sign_up_email" => {
                let link = Some(&self.link);
                api.sign_up(&email, &Self::password(), &self.data, link, None).await.map(drop).expect("signed up");
            }
            "sign_out_local" => api.logout(&self.token, Scope::Local).await.expect("out"),
            "sign_out_others" => api.logout(&self.token, Scope::Others).await.expect("out"),
            "sign_out_global" => api.logout(&self.token, Scope::Global).await.expect("out"),
            _ => self.identities(step).await,
        }
    }

    async fn identities(&self, step: &str) {
        let (api, google) = (&self.api, Authorization::with("google"));
        match step {
            "link_identity_oauth" => {
                let challenge = &self.link.challenge;
                api.link_identity_url(&self.token, &google, &self.redirect, challenge).await.map(drop).expect("a URL");
            }
            "link_identity_id_token" => {
                api.link_id_token(&self.token, &Self::google(None)).await.map(drop).expect("linked");
            }
            "unlink_identity" => {
                let identity = "0b5b2f0e-6c1d-4a55-9d53-3a0c8a1f7e21".parse().expect("an id");
                api.unlink_identity(&self.token, identity).await.expect("unlinked");
            }
            "sign_in_with_id_token" => {
                let token = Self::google(Some("raw-nonce"));
                api.sign_in_with_id_token(&token, None).await.map(drop).expect("signed in");
            }
            other => panic!("the official client's step {other} has no counterpart"),
        }
    }
}

#[tokio::test]
async fn item_55_the_same_requests_as_the_official_client() {
    let recorder = Recorder { clock: TestClock::new(), seen: Arc::default() };
    let server: Url = "http://server.test".parse().expect("a URL");
    let api = Api::with_transport(&server, "publishable", Arc::new(recorder.clone())).expect("a client");
    let scenario = Scenario {
        token: AccessToken::new("token".into()),
        email: Email::parse("new@example.test").expect("an address"),
        phone: Phone::parse("15550100").expect("a number"),
        link: MailLink { redirect_to: None, challenge: CodeVerifier::generate().expect("random").challenge() },
        redirect: "http://127.0.0.1:4567/cb".parse().expect("a URL"),
        data: json!({ "from": "test" }).as_object().cloned().expect("an object"),
        api,
    };
    let record: Vec<Map<String, Value>> = serde_json::from_str(RECORD).expect("a record");
    assert!(record.len() >= 30, "{} steps", record.len());
    for mut theirs in record {
        let step = theirs.remove("step").and_then(|step| step.as_str().map(str::to_owned)).expect("a name");
        let mut ours = if step == "sign_in_with_oauth_url" {
            let google = Authorization::with("google");
            let url = scenario.api.authorize_url(&google, &scenario.redirect, &scenario.link.challenge).expect("a URL");
            let path = url.path().trim_start_matches("/auth/v1");
            json!({ "method": "GET", "path": path, "query": query(&url), "body": null, "apiVersion": null, "authorization": null })
        } else {
            scenario.upgrade(&step).await;
            recorder.seen.lock().expect("whole").pop().expect("a request")
        };
        ours = masked("", ours);
        for body in
            [theirs.get_mut("body"), ours.get_mut("body")].into_iter().flatten().filter_map(Value::as_object_mut)
        {
            allowed(&step, body);
        }
        assert_eq!(ours, Value::Object(theirs), "{step}");
    }
}
