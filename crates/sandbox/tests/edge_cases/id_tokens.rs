//! ID tokens, as apps get them from a provider's own software on the device.

use super::*;
use crate::providers::ON;

/// SHA-256 of `nonce`, in hexadecimal.
const HASHED: &str = "78377b525757b494427f89014f97d79928f3938d14eb51e20fb5dec9834eb304";

async fn id_token(console: &Console, provider: &str, wish: Value) -> Result<Value> {
    let (status, body) = post(console, &format!("/provider/{provider}/id_token"), &wish).await?;
    assert_eq!(status, 200, "{body}");
    Ok(body["id_token"].clone())
}

async fn grant(console: &Console, body: &Value, person: Option<&Person>) -> Result<(u16, Value)> {
    let token = person.map(|person| person.access_token.as_str());
    Console::send(console.request(Method::POST, "/auth/v1/token?grant_type=id_token", token).json(body)).await
}

#[tokio::test]
async fn somebody_signs_in_on_the_device() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(ON).await?;
    let token =
        id_token(&console, "google", json!({ "email": "ana@example.com", "name": "Ana", "nonce": HASHED })).await?;
    let body = json!({ "provider": "google", "id_token": token, "nonce": "nonce" });
    let (status, answer) = grant(&console, &body, None).await?;
    assert_eq!((status, &answer["user"]["email"]), (200, &json!("ana@example.com")), "{answer}");
    let data = &answer["user"]["identities"][0]["identity_data"];
    assert_eq!((data.get("nonce"), &data["iss"]), (None, &json!("https://accounts.google.com")));
    let by_issuer = json!({
        "client_id": "shop", "issuer": "https://accounts.google.com", "id_token": token, "nonce": "nonce",
    });
    assert_eq!(grant(&console, &by_issuer, None).await?.1["user"]["id"], answer["user"]["id"]);
    clock.advance(601);
    assert_eq!(grant(&console, &body, None).await?.1["error_description"], json!("Bad ID token"));
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_with_an_id_token() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let plain = id_token(&console, "google", json!({ "email": "ana@example.com" })).await?;
    let with_nonce = id_token(&console, "google", json!({ "email": "ana@example.com", "nonce": HASHED })).await?;
    let guest = console.guest().await?;
    for (body, error, description) in [
        (json!({}), "invalid request", "id_token required"),
        (json!({ "id_token": "x" }), "invalid request", "provider or client_id and issuer required"),
        (json!({ "id_token": "x", "provider": "google" }), "invalid request", "Bad ID token"),
        (json!({ "id_token": plain, "provider": "github" }), "invalid request", "Bad ID token"),
        (json!({ "id_token": guest.access_token, "provider": "google" }), "invalid request", "Bad ID token"),
        (json!({ "id_token": with_nonce, "provider": "google", "nonce": "other" }), "invalid nonce", "Nonces mismatch"),
    ] {
        let answer = grant(&console, &body, None).await?;
        assert_eq!(answer, (400, json!({ "error": error, "error_description": description })), "{body}");
    }
    for (token, nonce) in [(&plain, "nonce"), (&with_nonce, "")] {
        let body = json!({ "id_token": token, "provider": "google", "nonce": nonce });
        assert_eq!(grant(&console, &body, None).await?.1["error"], json!("invalid request"));
    }
    let disabled = grant(&console, &json!({ "id_token": "x", "provider": "azure" }), None).await?;
    assert_eq!(code(&disabled), (400, "provider_disabled"));
    let unknown = grant(&console, &json!({ "id_token": "x", "provider": "nobody" }), None).await?;
    assert_eq!(code(&unknown), (400, "validation_failed"));
    Ok(())
}

#[tokio::test]
async fn a_guest_links_on_the_device() -> Result<()> {
    let (_sandbox, console, _) = with_settings(&ON.replace("enable_manual_linking = true\n", "")).await?;
    let guest = console.guest().await?;
    let token = id_token(&console, "google", json!({ "email": "ana@example.com" })).await?;
    let body = json!({ "id_token": token, "provider": "google", "link_identity": true });
    assert_eq!(code(&grant(&console, &body, None).await?), (401, "no_authorization"));
    let (status, answer) = grant(&console, &body, Some(&guest)).await?;
    assert_eq!(
        (status, &answer["user"]["id"], &answer["user"]["is_anonymous"]),
        (200, &json!(guest.id), &json!(false))
    );
    assert_eq!(code(&grant(&console, &body, Some(&guest)).await?), (422, "identity_already_exists"));
    Ok(())
}
