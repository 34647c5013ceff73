//! Links of mails, followed in a browser, and where they end.

use super::*;
use reqwest::Url;

const LISTED: &str = "site_url = \"http://localhost:3000/#/\"\nadditional_redirect_urls = [\"com.app://**\"]\nenable_anonymous_sign_ins = true\n[auth.email]\nenable_confirmations = true\n";
/// From RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn ask(
    console: &Console,
    path: &str,
    redirect_to: &str,
    mut body: Value,
    with_proof: bool,
) -> Result<(u16, Value)> {
    if with_proof {
        body["code_challenge"] = json!(CHALLENGE);
        body["code_challenge_method"] = json!("s256");
    }
    post(console, &format!("/auth/v1/{path}?redirect_to={redirect_to}"), &body).await
}

pub(crate) async fn exchange(console: &Console, landed: &str, verifier: &str) -> Result<(u16, Value)> {
    let code = query(landed)?.into_iter().find(|(name, _)| name == "code").map(|(_, code)| code).unwrap_or_default();
    let body = json!({ "auth_code": code, "code_verifier": verifier });
    post(console, "/auth/v1/token?grant_type=pkce", &body).await
}

pub(crate) fn query(address: &str) -> Result<Vec<(String, String)>> {
    Ok(Url::parse(address)?.query_pairs().into_owned().collect())
}

#[tokio::test]
async fn case_46_a_link_ends_in_tokens() -> Result<()> {
    let (_sandbox, console, _) = with_settings(LISTED).await?;
    assert_eq!(ask(&console, "otp", "", json!({ "email": "ana@example.com" }), false).await?, (200, json!({})));
    let (status, landed) = console.step(&console.link("ana@example.com").await?).await?;
    assert_eq!(status, 303);
    let fragment = landed.strip_prefix("http://localhost:3000/#/#").unwrap_or_default();
    let names: Vec<_> = fragment.split('&').filter_map(|pair| pair.split('=').next()).collect();
    assert_eq!(
        names,
        ["access_token", "expires_at", "expires_in", "refresh_token", "sb", "token_type", "type"],
        "{landed}"
    );
    assert!(fragment.ends_with("&sb=&token_type=bearer&type=signup"), "{landed}");
    Ok(())
}

#[tokio::test]
async fn case_44_45_66_bad_links_and_bad_targets() -> Result<()> {
    let (_sandbox, console, _) = with_settings(LISTED).await?;
    ask(&console, "otp", "https://evil.example", json!({ "email": "ana@example.com" }), false).await?;
    let link = console.link("ana@example.com").await?;
    assert!(link.ends_with("&redirect_to=http%3A%2F%2Flocalhost%3A3000%2F%23%2F"), "{link}");
    let evil = link.replace("http%3A%2F%2Flocalhost%3A3000%2F%23%2F", "https://evil.example/x");
    let (status, landed) = console.step(&evil).await?;
    assert_eq!((status, landed.starts_with("http://localhost:3000/#/#access_token=")), (303, true), "{landed}");
    let (status, landed) = console.step(&link).await?;
    assert_eq!(status, 303, "used up");
    assert_eq!(
        landed,
        "http://localhost:3000/#error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid+or+has+expired&sb="
    );
    for bad in ["/auth/v1/verify", "/auth/v1/verify?type=signup", "/auth/v1/verify?token=x"] {
        assert_eq!(console.step(bad).await?, (400, String::new()), "{bad}");
    }
    let (status, landed) = console.step("/auth/v1/verify?type=signup&token=x&redirect_to=com.app://a?b=c").await?;
    assert_eq!((status, landed.starts_with("com.app://a?b=c#error=access_denied")), (303, true), "{landed}");
    Ok(())
}

#[tokio::test]
async fn a_link_with_a_proof_key_ends_in_a_code() -> Result<()> {
    let (_sandbox, console, _) = with_settings(LISTED).await?;
    ask(&console, "otp", "com.app://cb?x=1", json!({ "email": "ana@example.com" }), true).await?;
    let link = console.link("ana@example.com").await?;
    assert!(link.contains("token=pkce_"), "{link}");
    let (status, landed) = console.step(&link).await?;
    assert_eq!((status, landed.starts_with("com.app://cb?code=")), (303, true), "{landed}");
    assert!(landed.ends_with("&x=1"), "{landed}");
    assert_eq!(code(&exchange(&console, &landed, "wrong").await?), (400, "bad_code_verifier"));
    let (status, body) = exchange(&console, &landed, VERIFIER).await?;
    assert_eq!((status, &body["user"]["email"]), (200, &json!("ana@example.com")));
    assert_eq!(code(&exchange(&console, &landed, VERIFIER).await?), (404, "flow_state_not_found"));
    let (_, landed) = console.step(&link).await?;
    assert!(query(&landed)?.contains(&("error_code".to_owned(), "otp_expired".to_owned())), "{landed}");
    assert!(landed.contains("#error=access_denied&error_code=otp_expired"), "{landed}");
    Ok(())
}

#[tokio::test]
async fn case_47_slow_readers_of_links() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(LISTED).await?;
    let body = json!({ "email": "ana@example.com" });
    ask(&console, "otp", "", body.clone(), true).await?;
    clock.advance(301);
    let (_, landed) = console.step(&console.link("ana@example.com").await?).await?;
    assert_eq!(code(&exchange(&console, &landed, VERIFIER).await?), (422, "flow_state_expired"), "sign-up");
    for (path, expected) in [("recover", 422), ("magiclink", 200)] {
        clock.advance(2);
        ask(&console, path, "", body.clone(), true).await?;
        clock.advance(301);
        let (_, landed) = console.step(&console.link("ana@example.com").await?).await?;
        assert_eq!(exchange(&console, &landed, VERIFIER).await?.0, expected, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn case_36_37_codes_of_a_flow_with_a_proof_key_may_be_typed() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(LISTED).await?;
    let body = json!({ "email": "ana@example.com" });
    ask(&console, "otp", "", body.clone(), true).await?;
    let answer = verify(&console, "email", "ana@example.com").await?;
    assert!(answer.0 == 200 && answer.1["access_token"].is_string());
    clock.advance(2);
    ask(&console, "otp", "", body, true).await?;
    let link = console.link("ana@example.com").await?;
    let hash = query(&link)?.into_iter().find(|(name, _)| name == "token").map(|(_, hash)| hash);
    let proof = json!({ "type": "magiclink", "token_hash": hash });
    assert!(post(&console, "/auth/v1/verify", &proof).await?.1["access_token"].is_string());
    Ok(())
}

#[tokio::test]
async fn case_43_one_code_twice_completes_a_change_with_a_proof_key() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(LISTED).await?;
    let ana = console.member("ana@example.com").await?;
    clock.advance(2);
    let wish = json!({ "email": "new@example.com", "code_challenge": CHALLENGE, "code_challenge_method": "s256" });
    assert_eq!(put_user(&console, &ana, &wish).await?.0, 200);
    assert!(verify(&console, "email_change", "new@example.com").await?.1["msg"].is_string());
    assert!(verify(&console, "email_change", "new@example.com").await?.1["access_token"].is_string());
    let bad = json!({ "email": "third@example.com", "code_challenge": CHALLENGE });
    clock.advance(2);
    assert_eq!(code(&put_user(&console, &ana, &bad).await?), (500, "unexpected_failure"));
    Ok(())
}

#[tokio::test]
async fn both_links_of_a_change_are_followed() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(LISTED).await?;
    let ana = console.member("ana@example.com").await?;
    clock.advance(2);
    put_user(&console, &ana, &json!({ "email": "new@example.com" })).await?;
    let (_, landed) = console.step(&console.link("ana@example.com").await?).await?;
    assert!(landed.starts_with("http://localhost:3000/#message=Confirmation+link+accepted"), "{landed}");
    assert!(landed.ends_with("&sb="), "{landed}");
    let (_, landed) = console.step(&console.link("new@example.com").await?).await?;
    assert!(landed.ends_with("&type=email_change"), "{landed}");
    Ok(())
}

#[tokio::test]
async fn where_a_link_leads_is_asked_for_in_three_ways() -> Result<()> {
    let (_sandbox, console, clock) = with_settings(LISTED).await?;
    console.member("ana@example.com").await?;
    for (header, query, referer, expected) in [
        ("com.app://header", "com.app://query", "com.app://referer", "com.app://header"),
        ("", "com.app://query", "com.app://referer", "com.app://query"),
        ("", "https://evil.example", "com.app://referer", "com.app://referer"),
        // The header is the one that counts, even when it is not allowed.
        ("https://evil.example", "com.app://query", "", "http://localhost:3000/#/"),
        ("", "", "https://evil.example", "http://localhost:3000/#/"),
    ] {
        clock.advance(2);
        let path = format!("/auth/v1/recover?redirect_to={query}");
        let request =
            console.request(Method::POST, &path, None).header("redirect_to", header).header("referer", referer);
        assert_eq!(Console::send(request.json(&json!({ "email": "ana@example.com" }))).await?.0, 200);
        let link = query_of(&console.link("ana@example.com").await?)?;
        assert_eq!(link, expected);
    }
    Ok(())
}

/// Where a mail's link leads.
fn query_of(link: &str) -> Result<String> {
    Ok(query(link)?.into_iter().find(|(name, _)| name == "redirect_to").map(|(_, to)| to).unwrap_or_default())
}

/// Where the link of a mail leads that was asked for with this target.
async fn target(settings: &str, asked: &str) -> Result<String> {
    let (_sandbox, console, _) = with_settings(settings).await?;
    ask(&console, "otp", asked, json!({ "email": "ana@example.com" }), false).await?;
    let link = query(&console.link("ana@example.com").await?)?;
    Ok(link.into_iter().find(|(name, _)| name == "redirect_to").map(|(_, value)| value).unwrap_or_default())
}

#[tokio::test]
async fn case_61_62_only_targets_that_are_allowed_to_the_letter() -> Result<()> {
    let site = "https://shop.example/";
    let settings = format!(
        "site_url = \"{site}\"\nadditional_redirect_urls = [\"http://localhost:3000\"]\n[auth.email]\nenable_confirmations = true\n"
    );
    for (asked, expected) in [
        ("http://127.0.0.1:9999/cb", "http://127.0.0.1:9999/cb"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://localhost:3000/", site),
        ("http://localhost:3000/cb", site),
        ("http://localhost:3001", site),
        ("http://10.0.0.5", site),
    ] {
        assert_eq!(target(&settings, asked).await?, expected, "{asked}");
    }
    Ok(())
}
