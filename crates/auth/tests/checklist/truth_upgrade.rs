//! Upgrades and OAuth against the sandbox: its mails and text messages, its consent page, its rows.

use std::time::Duration;

use carryover_auth::{
    Authorization, Callback, Code, Confirmed, Error, Link, Loopback, Otp, OtpKind, OverGuest, Password, Phone, Proof,
    SignOut, SignedIn, UserUpdate,
};

use crate::support::{
    ana, email,
    truth::{BEA, SETTINGS, Truth, complete, password, until_told},
};

#[tokio::test]
async fn item_31_to_33_in_truth_by_code() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    engine.link(ana()).await.expect("asked");
    assert_eq!(engine.link(ana()).await.expect_err("too soon").code(), Some(&Code::OverEmailSendRateLimit));
    truth.pass(2);
    engine.link(ana()).await.expect("sent again");
    let code = truth.code("ana@example.com").await;
    let engine = truth.start().await;
    let wrong = engine.confirm_link(&Otp::new("000000".into())).await.expect_err("wrong");
    assert_eq!(wrong.code(), Some(&Code::OtpExpired));
    let member = complete(engine.confirm_link(&code).await.expect("right"));
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
    let row = truth.row(guest.user.id).await;
    assert_eq!((row.is_anonymous, row.email.as_deref(), row.identities.len()), (false, Some("ana@example.com"), 1));
    until_told(&engine).await;
    assert!(!truth.lives(&guest).await && truth.lives(&member).await);
}

#[tokio::test]
async fn item_31_in_truth_at_once_where_nothing_is_confirmed() {
    let truth = Truth::with(&SETTINGS.replacen("enable_confirmations = true", "enable_confirmations = false", 1)).await;
    let (engine, guest) = truth.guest().await;
    let Link::Linked(member) = engine.link(ana()).await.expect("linked") else { panic!("a code was sent") };
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
}

#[tokio::test]
async fn item_32_in_truth_by_the_link_in_the_mail() {
    let truth = Truth::new().await;
    // Opened in a browser anywhere: it confirms, and the program notices.
    let (engine, guest) = truth.guest().await;
    engine.link(ana()).await.expect("asked");
    assert!(engine.check_link().await.expect("looked").is_none());
    let link = truth.console.link("ana@example.com").await.expect("a link");
    let (_, landed) = truth.console.step(&link).await.expect("opened");
    assert!(landed.starts_with("http://localhost:3000"), "{landed}");
    assert!(
        !landed.contains("access_token") && !landed.contains("refresh_token"),
        "no tokens in the browser: {landed}"
    );
    let member = engine.check_link().await.expect("looked").expect("confirmed elsewhere");
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));

    // Leading back to the program, which exchanges the code.
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let redirect = "carryover://auth/callback".parse().expect("a URL");
    engine.link_with_redirect(email("bea@example.com"), redirect).await.expect("asked");
    let link = truth.console.link("bea@example.com").await.expect("a link");
    let (_, landed) = truth.console.step(&link).await.expect("opened");
    let done = engine.handle_callback_url(&landed).await.expect("exchanged");
    assert!(matches!(done, Callback::Linked(member) if member.user.id == guest.user.id && !member.is_anonymous));
}

#[tokio::test]
async fn item_31_in_truth_by_phone_and_a_password_afterwards() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let phone = Phone::parse("+1 555 0100 22").expect("a number");
    let early = UserUpdate { password: Some(password()), ..UserUpdate::default() };
    assert_eq!(engine.update_user(early.clone()).await.expect_err("too early").code(), Some(&Code::ValidationFailed));
    engine.link(phone.clone()).await.expect("asked");
    let member = complete(engine.confirm_link(&truth.code(phone.as_str()).await).await.expect("right"));
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
    assert_eq!(member.user.phone.as_deref(), Some(phone.as_str()));
    let weak = UserUpdate { password: Some(Password::new("123".into())), ..UserUpdate::default() };
    let Err(Error::Api(weak)) = engine.update_user(weak).await else { panic!("taken") };
    assert_eq!((weak.code, weak.weak_password.is_empty()), (Code::WeakPassword, false));
    engine.update_user(early.clone()).await.expect("set");
    assert_eq!(engine.update_user(early).await.expect_err("the same").code(), Some(&Code::SamePassword));
    engine.sign_out(SignOut::default()).await.expect("out");
    let back = engine.sign_in_with_password(phone, password(), None, OverGuest::Refuse).await.expect("back");
    assert!(matches!(back, SignedIn::Current(session) if session.user.id == guest.user.id));
}

#[tokio::test]
async fn item_34_in_truth_a_members_address_needs_both_codes() {
    let truth = Truth::new().await;
    let (engine, member) = truth.member("ana@example.com").await;
    truth.pass(2);
    assert!(matches!(engine.link(email("new@example.com")).await, Ok(Link::CodeSent)));
    let (old, new) = (truth.code("ana@example.com").await, truth.code("new@example.com").await);
    let half = engine.confirm_link_with(Proof::Email(OtpKind::EmailChange, email("ana@example.com"), old)).await;
    assert!(matches!(half, Ok(Confirmed::OtherCodeNeeded)), "{half:?}");
    assert_eq!(truth.row(member.user.id).await.email.as_deref(), Some("ana@example.com"));
    let done = complete(engine.confirm_link(&new).await.expect("right"));
    assert_eq!(done.user.email.as_deref(), Some("new@example.com"));
}

#[tokio::test]
async fn item_35_in_truth_after_every_refusal_the_guest_refreshes() {
    let truth = Truth::new().await;
    let (_, member) = truth.member("ana@example.com").await;
    truth.disk.restore(None);
    let (engine, guest) = truth.guest().await;
    assert_ne!(guest.user.id, member.user.id);
    assert_eq!(engine.link(ana()).await.expect_err("taken").code(), Some(&Code::EmailExists));
    engine.refresh_now().await.expect("as before");

    engine.link(email("new@example.com")).await.expect("asked");
    let code = truth.code("new@example.com").await;
    truth.pass(100_000);
    assert_eq!(engine.confirm_link(&code).await.expect_err("too old").code(), Some(&Code::OtpExpired));
    engine.refresh_now().await.expect("as before");

    let off = Truth::with(&SETTINGS.replace("enable_manual_linking = true", "enable_manual_linking = false")).await;
    let (engine, _) = off.guest().await;
    let redirect = || "http://127.0.0.1:1/callback".parse().expect("a URL");
    let refused = engine.begin_link(Authorization::with("google"), redirect()).await.expect_err("switched off");
    assert_eq!(refused.code(), Some(&Code::ManualLinkingDisabled));
    engine.refresh_now().await.expect("as before");
}

#[tokio::test]
async fn item_35_in_truth_an_identity_of_somebody_else() {
    let truth = Truth::new().await;
    let redirect = || "http://127.0.0.1:1/callback".parse().expect("a URL");
    // Somebody signed in with this Google account before.
    let engine = truth.start().await;
    let start =
        engine.begin_sign_in(Authorization::with("google"), redirect(), OverGuest::Refuse).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    let done = engine.handle_callback_url(&landed).await.expect("signed in");
    let Callback::SignedIn(SignedIn::Current(bea)) = done else { panic!("{done:?}") };

    truth.disk.restore(None);
    let (engine, guest) = truth.guest().await;
    let start = engine.begin_link(Authorization::with("google"), redirect()).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    let refused = engine.handle_callback_url(&landed).await.expect_err("taken");
    assert_eq!(refused.code(), Some(&Code::IdentityAlreadyExists));
    assert_eq!(engine.refresh_now().await.expect("as before").user.id, guest.user.id);
    // The way out: the account beside the guest.
    let start = engine.begin_sign_in(Authorization::with("google"), redirect(), OverGuest::Park).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    let done = engine.handle_callback_url(&landed).await.expect("parked");
    assert!(matches!(done, Callback::SignedIn(SignedIn::Candidate(account)) if account.user.id == bea.user.id));

    // Too late, and with a code that is nobody's.
    let start = engine.begin_sign_in(Authorization::with("google"), redirect(), OverGuest::Park).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    truth.pass(301);
    assert_eq!(engine.handle_callback_url(&landed).await.expect_err("late").code(), Some(&Code::FlowStateExpired));
    let start = engine.begin_sign_in(Authorization::with("google"), redirect(), OverGuest::Park).await.expect("begun");
    let made_up = format!("http://127.0.0.1:1/callback?flow={}&code=11111111-1111-4111-8111-111111111111", start.flow);
    assert_eq!(engine.handle_callback_url(&made_up).await.expect_err("unknown").code(), Some(&Code::FlowStateNotFound));
    assert_eq!(engine.session().map(|session| session.user.id), Some(guest.user.id));
}

#[tokio::test]
async fn item_38_to_40_in_truth_linking_google_over_the_loopback() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let loopback = Loopback::bind().await.expect("listens");
    let start = engine.begin_link(Authorization::with("google"), loopback.redirect_to().clone()).await.expect("begun");
    let waiting = tokio::spawn(loopback.callback("<h1>Back to the shop</h1>", Duration::from_secs(30)));
    let landed = truth.at_google(start.url.as_str(), &BEA).await;
    let page = reqwest::get(&landed).await.expect("the program listens").text().await.expect("a page");
    assert_eq!(page, "<h1>Back to the shop</h1>");
    let callback = waiting.await.expect("ran").expect("a callback");
    let done = engine.handle_callback_url(&callback).await.expect("linked");
    let Callback::Linked(member) = done else { panic!("{done:?}") };
    assert_eq!((member.user.id, member.is_anonymous), (guest.user.id, false));
    assert_eq!(member.user.email.as_deref(), Some("bea@example.com"));
    assert!(matches!(engine.handle_callback_url(&callback).await, Ok(Callback::AlreadyHandled)));
    assert_eq!(truth.row(guest.user.id).await.identities[0].provider, "google");

    // The person says no.
    let engine = truth.start().await;
    let redirect = "http://127.0.0.1:1/callback".parse().expect("a URL");
    let start = engine.begin_sign_in(Authorization::with("google"), redirect, OverGuest::Refuse).await.expect("begun");
    let landed = truth.at_google(start.url.as_str(), &[("answer", "deny")]).await;
    let denied = engine.handle_callback_url(&landed).await.expect_err("denied");
    assert!(matches!(denied, Error::Redirect(error) if error.error == "access_denied"));
}
