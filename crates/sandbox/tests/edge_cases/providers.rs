//! Signing in with Google and the others, and linking them.

use super::*;
use crate::links::{CHALLENGE, VERIFIER, exchange, query};

pub(crate) const ON: &str = "enable_anonymous_sign_ins = true\nenable_manual_linking = true\nsite_url = \"http://localhost:3000\"\n[auth.email]\nenable_confirmations = true\n[auth.external.google]\nenabled = true\nclient_id = \"shop\"\nsecret = \"shop\"\n[auth.external.github]\nenabled = true\nclient_id = \"shop\"\nsecret = \"shop\"\n[auth.external.apple]\nenabled = true\nclient_id = \"shop\"\n";
const ALLOW: (&str, &str) = ("answer", "allow");
const ANA: [(&str, &str); 3] = [("name", "Ana"), ("email", "Ana@example.com"), ALLOW];

fn authorize(provider: &str, with_proof: bool) -> String {
    let proof =
        if with_proof { format!("&code_challenge={CHALLENGE}&code_challenge_method=s256") } else { String::new() };
    format!("/auth/v1/authorize?provider={provider}&redirect_to=http://127.0.0.1:7777/cb?x=1{proof}")
}

fn value(address: &str, name: &str) -> Result<String> {
    Ok(query(address)?.into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default())
}

/// From the start of a flow over the consent page to where it lands.
async fn consent(console: &Console, begun: &str, form: &[(&str, &str)]) -> Result<String> {
    let page = reqwest::get(begun).await?;
    assert_eq!(page.status(), 200, "{}", page.text().await?);
    let (path, _) = begun.split_once("/authorize").unwrap_or_default();
    let state = value(begun, "state")?;
    let form = [form, &[("state", state.as_str())]].concat();
    let (status, back) = console.submit(&format!("{path}/decide"), &form).await?;
    assert_eq!(status, 303, "{back}");
    let (status, landed) = console.step(&back).await?;
    assert!(status == 302 || status == 303, "{status} {landed}");
    Ok(landed)
}

async fn sign_in(console: &Console, provider: &str, form: &[(&str, &str)]) -> Result<String> {
    let (status, begun) = console.step(&authorize(provider, true)).await?;
    assert_eq!(status, 302);
    consent(console, &begun, form).await
}

async fn link(console: &Console, person: &Person, provider: &str, form: &[(&str, &str)]) -> Result<String> {
    let path =
        authorize(provider, true).replace("/authorize", "/user/identities/authorize") + "&skip_http_redirect=true";
    let (status, body) = get(console, &path, &person.access_token).await?;
    assert_eq!(status, 200, "{body}");
    consent(console, body["url"].as_str().unwrap_or_default(), form).await
}

fn error(landed: &str) -> Result<(String, String)> {
    Ok((value(landed, "error")?, value(landed, "error_code")?))
}

fn errors(word: &str, code: &str) -> (String, String) {
    (word.to_owned(), code.to_owned())
}

#[tokio::test]
async fn somebody_signs_in_with_google() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let landed = sign_in(&console, "google", &ANA).await?;
    assert!(landed.starts_with("http://127.0.0.1:7777/cb?code=") && landed.ends_with("&x=1"), "{landed}");
    let (status, body) = exchange(&console, &landed, VERIFIER).await?;
    let user = &body["user"];
    assert_eq!((status, &user["email"], &user["is_anonymous"]), (200, &json!("ana@example.com"), &json!(false)));
    assert_eq!(user["app_metadata"], json!({ "provider": "google", "providers": ["google"] }));
    assert_eq!(user["user_metadata"]["email_verified"], json!(true));
    assert_eq!(user["identities"][0]["identity_data"]["full_name"], json!("Ana"));
    assert!(user["email_confirmed_at"].is_string() && body["provider_token"].is_string());
    // The same account is the same user, by the other flow as well.
    let (_, begun) = console.step(&authorize("GOOGLE", false)).await?;
    let landed = consent(&console, &begun, &ANA).await?;
    let names: Vec<_> =
        landed.split('#').nth(1).unwrap_or_default().split('&').filter_map(|p| p.split('=').next()).collect();
    assert_eq!(
        names,
        ["access_token", "expires_at", "expires_in", "provider_token", "refresh_token", "sb", "token_type"],
        "{landed}"
    );
    assert_eq!(console.users().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn what_goes_to_the_provider() -> Result<()> {
    let (sandbox, console, _) = with_settings(ON).await?;
    let path =
        "/auth/v1/authorize?provider=github&scopes=repo,gist&prompt=login&State=evil&client_id=evil&login_hint=a%40b.c";
    let (_, begun) = console.step(path).await?;
    assert!(begun.starts_with(&format!("{}provider/github/authorize?", sandbox.url())), "{begun}");
    assert_eq!(value(&begun, "scope")?, "user:email repo gist");
    assert_eq!((value(&begun, "prompt")?, value(&begun, "login_hint")?), ("login".into(), "a@b.c".into()));
    assert_eq!((value(&begun, "client_id")?, value(&begun, "State")?), ("shop".into(), String::new()));
    assert_eq!(value(&begun, "redirect_uri")?, format!("{}auth/v1/callback", sandbox.url()));
    let get = |path: &str| Console::send(console.request(Method::GET, path, None));
    for (query, message) in [
        ("provider=nobody", "Unsupported provider: Provider nobody could not be found"),
        ("provider=azure", "Unsupported provider: provider is not enabled"),
        ("provider=apple", "Unsupported provider: missing OAuth secret"),
        ("provider=google&code_challenge=x", "PKCE flow requires code_challenge_method and code_challenge"),
    ] {
        let answer = get(&format!("/auth/v1/authorize?{query}")).await?;
        assert_eq!((code(&answer), &answer.1["msg"]), ((400, "validation_failed"), &json!(message)));
    }
    let answer = get("/auth/v1/authorize?provider=google&invite_token=x").await?;
    assert_eq!(code(&answer), (404, "user_not_found"));
    let evil = begun.replace("%2Fauth%2Fv1%2Fcallback", "%2Fevil");
    assert_eq!(console.step(&evil).await?.0, 400, "the provider goes back to the client only");
    assert_eq!(get("/auth/v1/settings").await?.1["external"]["google"], json!(true));
    Ok(())
}

#[tokio::test]
async fn case_59_60_states() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(ON).await?;
    for (query, code) in [
        ("", "bad_oauth_callback"),
        ("?state=x", "bad_oauth_state"),
        ("?state=11111111-1111-4111-8111-111111111111", "bad_oauth_state"),
    ] {
        let (status, landed) = console.step(&format!("/auth/v1/callback{query}")).await?;
        assert_eq!((status, landed.starts_with("http://localhost:3000/?error=")), (303, true), "{landed}");
        assert_eq!((error(&landed)?, landed.contains('#')), (errors("invalid_request", code), false));
    }
    for (with_proof, expected) in [(true, "flow_state_already_used"), (false, "bad_oauth_state")] {
        let (_, begun) = console.step(&authorize("google", with_proof)).await?;
        consent(&console, &begun, &ANA).await?;
        let landed = consent(&console, &begun, &ANA).await?;
        assert_eq!(value(&landed, "error_code")?, expected);
        assert!(landed.starts_with("http://localhost:3000/"), "{landed}");
    }
    let (_, begun) = console.step(&authorize("google", true)).await?;
    clock.advance(301);
    assert_eq!(value(&consent(&console, &begun, &ANA).await?, "error_code")?, "bad_oauth_state");
    Ok(())
}

#[tokio::test]
async fn providers_deny_fail_and_break() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    for (answer, word, description) in [
        ("deny", errors("access_denied", ""), "The person denied the request"),
        ("fail", errors("server_error", ""), "The provider failed"),
        ("broken", errors("server_error", "unexpected_failure"), "Unable to exchange external code: brok"),
    ] {
        let landed = sign_in(&console, "google", &[("answer", answer)]).await?;
        assert_eq!((error(&landed)?, value(&landed, "error_description")?), (word, description.to_owned()));
        assert!(landed.starts_with("http://127.0.0.1:7777/cb?error=") && landed.contains("x=1#error="), "{landed}");
        assert!(landed.ends_with("&sb="), "{landed}");
    }
    let landed = sign_in(&console, "google", &[&ANA[..], &[("address", "missing")]].concat()).await?;
    assert_eq!(value(&landed, "error_description")?, "Error getting user email from external provider");
    assert!(console.users().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_guest_becomes_a_member_with_google() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let guest = console.guest().await?;
    put_user(&console, &guest, &json!({ "email": "pending@example.com" })).await?;
    let landed = link(&console, &guest, "google", &ANA).await?;
    let (status, body) = exchange(&console, &landed, VERIFIER).await?;
    let user = &body["user"];
    assert_eq!((status, &user["id"], &user["is_anonymous"]), (200, &json!(guest.id), &json!(false)));
    assert_eq!((&user["email"], user.get("new_email")), (&json!("ana@example.com"), None));
    assert_eq!(user["app_metadata"], json!({ "provider": "google", "providers": ["google"] }));
    assert_eq!(user["user_metadata"], json!({ "email_verified": true }));
    assert_eq!(refresh(&console, &guest.refresh_token).await?.0, 200, "the guest's session lives on");
    Ok(())
}

#[tokio::test]
async fn case_15_16_17_what_keeps_a_guest_a_guest() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    sign_in(&console, "google", &ANA).await?;
    let guest = console.guest().await?;
    let anonymous = async || {
        let (_, user) = get(&console, "/auth/v1/user", &guest.access_token).await?;
        assert_eq!(user["is_anonymous"], json!(true));
        anyhow::Ok(user)
    };
    let landed = link(&console, &guest, "google", &ANA).await?;
    assert_eq!(error(&landed)?, errors("server_error", "identity_already_exists"));
    assert_eq!(value(&landed, "error_description")?, "Identity is already linked to another user");
    let landed = link(&console, &guest, "github", &ANA).await?;
    assert_eq!(error(&landed)?, errors("invalid_request", "email_exists"));
    assert_eq!(anonymous().await?["identities"], json!([]));
    let bo = [("name", "Bo"), ("email", "bo@example.com"), ("address", "unverified"), ALLOW];
    let landed = link(&console, &guest, "github", &bo).await?;
    assert_eq!(error(&landed)?, errors("server_error", "email_not_confirmed"));
    let user = anonymous().await?;
    assert_eq!((&user["email"], user["identities"].as_array().map(Vec::len)), (&json!("bo@example.com"), Some(1)));
    assert_eq!(user["app_metadata"], json!({}));
    assert_eq!(verify(&console, "signup", "bo@example.com").await?.0, 200);
    assert!(anonymous().await?["email_confirmed_at"].is_string());
    let landed = link(&console, &guest, "github", &bo).await?;
    assert_eq!(value(&landed, "error_description")?, "Identity is already linked");
    Ok(())
}

#[tokio::test]
async fn accounts_with_the_same_verified_address_are_one() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let ana = console.member("ana@example.com").await?;
    let landed = sign_in(&console, "google", &ANA).await?;
    let (_, body) = exchange(&console, &landed, VERIFIER).await?;
    assert_eq!(body["user"]["id"], json!(ana.id));
    assert_eq!(body["user"]["app_metadata"], json!({ "provider": "email", "providers": ["email", "google"] }));
    // An address that is not verified joins nobody and takes nothing.
    let unverified = [&ANA[..], &[("address", "unverified")]].concat();
    let landed = sign_in(&console, "github", &unverified).await?;
    assert_eq!(error(&landed)?, errors("access_denied", "provider_email_needs_verification"));
    let users = console.users().await?;
    assert_eq!((users.len(), &users[0]["email"]), (2, &json!("")));
    // The account at the provider has another address by now, and is the same user.
    let changed = [&ANA[..], &[("address", "changed"), ("changed", "other@example.com")]].concat();
    let landed = sign_in(&console, "google", &changed).await?;
    let (_, body) = exchange(&console, &landed, VERIFIER).await?;
    assert_eq!((&body["user"]["id"], &body["user"]["email"]), (&json!(ana.id), &json!("ana@example.com")));
    Ok(())
}

#[tokio::test]
async fn whoever_comes_first_with_anothers_address_keeps_nothing() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let stranger = json!({ "email": "ana@example.com", "password": "of a stranger", "data": { "evil": true } });
    let (_, first) = post(&console, "/auth/v1/signup", &stranger).await?;
    let landed = sign_in(&console, "google", &ANA).await?;
    let (_, body) = exchange(&console, &landed, VERIFIER).await?;
    let user = &body["user"];
    assert_eq!((&user["id"], user["identities"].as_array().map(Vec::len)), (&first["id"], Some(1)));
    assert!(user["user_metadata"].get("evil").is_none());
    assert_eq!(code(&log_in(&console, "ana@example.com", "of a stranger").await?), (400, "invalid_credentials"));
    Ok(())
}

#[tokio::test]
async fn an_unverified_newcomer_is_mailed() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let unverified = [&ANA[..], &[("address", "unverified")]].concat();
    let landed = sign_in(&console, "google", &unverified).await?;
    assert_eq!(error(&landed)?, errors("access_denied", "provider_email_needs_verification"));
    assert!(value(&landed, "error_description")?.contains("A confirmation email has been sent"));
    assert_eq!(verify(&console, "signup", "ana@example.com").await?.0, 200);
    let landed = sign_in(&console, "google", &unverified).await?;
    assert_eq!(exchange(&console, &landed, VERIFIER).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn case_29_the_banned_and_the_closed_door() -> Result<()> {
    let (_sandbox, console, _) = with_settings(&format!("enable_signup = false\n{ON}")).await?;
    assert_eq!(error(&sign_in(&console, "google", &ANA).await?)?, errors("access_denied", "signup_disabled"));
    let request = console.request(Method::POST, "/auth/v1/admin/users", Some(&console.service_role_key));
    let banned = json!({ "email": "ana@example.com", "email_confirm": true, "ban_duration": "1h" });
    Console::send(request.json(&banned)).await?;
    assert_eq!(error(&sign_in(&console, "google", &ANA).await?)?, errors("access_denied", "user_banned"));
    Ok(())
}

#[tokio::test]
async fn case_63_64_65_unlinking() -> Result<()> {
    let (_sandbox, console, _) = with_settings(&ON.replace("enable_manual_linking = true\n", "")).await?;
    let path = "/auth/v1/user/identities/authorize?provider=google";
    assert_eq!(code(&Console::send(console.request(Method::GET, path, None)).await?), (401, "no_authorization"));
    let guest = console.guest().await?;
    assert_eq!(code(&get(&console, path, &guest.access_token).await?), (404, "manual_linking_disabled"));

    let (_sandbox, console, _) = with_settings(ON).await?;
    let member = console.member("ana@example.com").await?;
    let unlink = async |id: &str| {
        let path = format!("/auth/v1/user/identities/{id}");
        Console::send(console.request(Method::DELETE, &path, Some(&member.access_token))).await
    };
    let nobody = "11111111-1111-4111-8111-111111111111";
    assert_eq!(code(&unlink("x").await?), (404, "validation_failed"));
    assert_eq!(code(&unlink(nobody).await?), (422, "single_identity_not_deletable"));
    let bo = [("name", "Bo"), ("email", "bo@example.com"), ALLOW];
    let landed = link(&console, &member, "google", &bo).await?;
    let (_, body) = exchange(&console, &landed, VERIFIER).await?;
    assert_eq!(body["user"]["email"], json!("ana@example.com"), "linking does not move the address");
    assert_eq!(code(&unlink(nobody).await?), (422, "identity_not_found"));
    let own = body["user"]["identities"][0]["identity_id"].as_str().unwrap_or_default();
    assert_eq!(unlink(own).await?, (200, json!({})));
    let (_, user) = get(&console, "/auth/v1/user", &member.access_token).await?;
    assert_eq!((&user["email"], user["email_confirmed_at"].is_string()), (&json!("bo@example.com"), true));
    assert_eq!(user["app_metadata"], json!({ "provider": "google", "providers": ["google"] }));

    // By number: the settings above confirm it at once.
    let (_, user) = put_user(&console, &member, &json!({ "phone": "+49151" })).await?;
    let google = user["identities"][0]["identity_id"].as_str().unwrap_or_default();
    assert_eq!(unlink(google).await?.0, 200);
    let (_, user) = get(&console, "/auth/v1/user", &member.access_token).await?;
    assert_eq!((&user["email"], user.get("email_confirmed_at")), (&json!(""), None));
    assert!(user["confirmed_at"].is_string());
    Ok(())
}

#[tokio::test]
async fn an_invitation_is_accepted_with_google() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let request = console.request(Method::POST, "/auth/v1/invite", Some(&console.service_role_key));
    let (_, invited) = Console::send(request.json(&json!({ "email": "ana@example.com" }))).await?;
    let token = value(&console.link("ana@example.com").await?, "token")?;
    let begin = format!("{}&invite_token={token}", authorize("google", true));
    let (_, begun) = console.step(&begin).await?;
    let landed = consent(&console, &begun, &[("email", "bo@example.com"), ALLOW]).await?;
    assert_eq!(error(&landed)?, errors("invalid_request", "validation_failed"));
    let (_, begun) = console.step(&begin).await?;
    let (_, body) = exchange(&console, &consent(&console, &begun, &ANA).await?, VERIFIER).await?;
    assert_eq!(body["user"]["id"], invited["id"]);
    Ok(())
}

#[tokio::test]
async fn the_consent_page_shows_hostile_words_as_words() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let evil = [("name", "<script>alert(1)</script>"), ("email", "\"><b>@example.com"), ALLOW];
    sign_in(&console, "google", &evil).await?;
    let (_, begun) = console.step(&authorize("google", true)).await?;
    let page = reqwest::get(&begun.replace("&state=", "&login_hint=%22%3E%3Cb%3E&state=")).await?;
    assert!(page.headers()["content-security-policy"].to_str()?.starts_with("default-src 'none'"));
    let text = page.text().await?;
    assert!(text.contains("&lt;script&gt;") && !text.contains("<script") && !text.contains("<b>"), "{text}");
    let known = text.split("name=\"account\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let landed = consent(&console, &begun, &[("account", known.unwrap_or_default()), ALLOW]).await?;
    assert!(exchange(&console, &landed, VERIFIER).await?.0 == 200);
    Ok(())
}

#[tokio::test]
async fn unlinking_never_takes_anothers_address_and_trusts_no_unverified_one() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let member = console.member("ana@example.com").await?;
    console.member("bo@example.com").await?;
    let unlink = async |user: &Value, at: usize| {
        let id = user["identities"][at]["identity_id"].as_str().unwrap_or_default();
        let path = format!("/auth/v1/user/identities/{id}");
        Console::send(console.request(Method::DELETE, &path, Some(&member.access_token))).await
    };
    // A member who has an address links any account, whatever its address.
    link(&console, &member, "google", &[("name", "Bo"), ("email", "bo@example.com"), ALLOW]).await?;
    let (_, user) = get(&console, "/auth/v1/user", &member.access_token).await?;
    assert_eq!(user["identities"].as_array().map(Vec::len), Some(2));
    assert_eq!(code(&unlink(&user, 0).await?), (422, "email_conflict_identity_not_deletable"));
    let cy = [("name", "Cy"), ("email", "cy@example.com"), ("address", "unverified"), ALLOW];
    link(&console, &member, "github", &cy).await?;
    assert_eq!(unlink(&user, 0).await?.0, 200);
    let (_, user) = get(&console, "/auth/v1/user", &member.access_token).await?;
    assert_eq!((&user["email"], user.get("email_confirmed_at")), (&json!("cy@example.com"), None));
    assert_eq!(user["user_metadata"]["email_verified"], json!(false));
    Ok(())
}

#[tokio::test]
async fn some_providers_come_back_with_a_form() -> Result<()> {
    let (_sandbox, console, _) = with_settings(ON).await?;
    let (_, begun) = console.step(&authorize("google", true)).await?;
    let state = value(&begun, "state")?;
    let form = [("state", state.as_str()), ("error", "user_cancelled_authorize")];
    let (status, landed) = console.submit("/auth/v1/callback", &form).await?;
    assert_eq!((status, error(&landed)?), (302, errors("user_cancelled_authorize", "")), "{landed}");
    Ok(())
}
