//! The calls for a second factor: paths and bodies as the official client documents them. The sandbox has none.

use carryover_auth::{FactorKind, Otp, Phone};
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::ResponseTemplate;

use crate::support::{GUEST, Scripted};

#[tokio::test]
async fn a_factor_is_enrolled_asked_for_verified_and_taken_away() {
    let scripted = Scripted::new().await;
    let (_, session) = scripted.guest().await;
    let (api, token) = (scripted.api(), &session.access_token);
    let (factor, challenge) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let answer = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let enrolled = json!({ "id": factor, "type": "totp", "totp": { "secret": "very-secret" } });
    scripted.answers("POST", "factors", answer(enrolled)).await;
    scripted.answers("POST", &format!("factors/{factor}/challenge"), answer(json!({ "id": challenge }))).await;
    scripted.signs_in(&format!("factors/{factor}/verify"), GUEST, "second-level", false).await;
    scripted.answers("DELETE", &format!("factors/{factor}"), answer(json!({ "id": factor }))).await;

    let totp = api.enroll_factor(token, &FactorKind::Totp { issuer: Some("Carryover".into()) }, "Phone").await;
    let totp = totp.expect("enrolled");
    assert!(totp.totp.is_some() && !format!("{totp:?}").contains("very-secret"));
    let phone = FactorKind::Phone(Phone::parse("+15550100").expect("a number"));
    api.enroll_factor(token, &phone, "Text").await.expect("enrolled");
    let asked = api.challenge_factor(token, totp.id).await.expect("asked");
    let verified = api.verify_factor(token, totp.id, asked, &Otp::new("123456".into())).await.expect("right");
    assert_eq!(verified.refresh_token.expose(), "second-level");
    api.unenroll_factor(token, totp.id).await.expect("taken away");

    let seen = scripted.server.received_requests().await.expect("recorded");
    let bodies: Vec<Value> = seen[1..].iter().map(|request| request.body_json().unwrap_or_default()).collect();
    assert_eq!(
        bodies,
        [
            json!({ "friendly_name": "Phone", "factor_type": "totp", "issuer": "Carryover" }),
            json!({ "friendly_name": "Text", "factor_type": "phone", "phone": "15550100" }),
            json!({}),
            json!({ "challenge_id": challenge, "code": "123456" }),
            Value::Null,
        ]
    );
    assert!(seen[1..].iter().all(|request| request.headers.contains_key("authorization")));
}
