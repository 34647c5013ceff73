//! The same promises against the sandbox: real PostgreSQL, real rows, real rotation. What a scripted server only claims is
//! true here, or the test fails.

use std::{sync::Arc, time::Duration};

use carryover_auth::{
    ClaimsError, Code, EndReason, Error, LinkKind, Nonce, OtpKind, OverGuest, Password, Proof, Resend, Scope, SendOtp,
    SignOut, SignedIn, SignedUp, Standing, State, SystemClock, TokenVerifier, UserUpdate, Verified,
};
use serde_json::json;

use crate::support::{
    ana, email,
    truth::{Truth, password, until_told},
};

#[tokio::test]
async fn item_02_and_05_in_truth_a_deleted_guest_is_over_and_on_record() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    truth.admin().delete_user(guest.user.id).await.expect("deleted");
    assert!(matches!(engine.user().await, Err(Error::SessionEnded)), "asked by any call");
    let ended = engine.ended_sessions().pop().expect("on record");
    assert_eq!(ended.reason, EndReason::ByServer("refresh_token_not_found".into()));
    assert_eq!((ended.user_id, ended.created_at.is_some()), (guest.user.id, true));
    assert!(truth.console.users().await.expect("users").is_empty(), "no other guest");
}

#[tokio::test]
async fn item_03_in_truth_a_ban_can_be_lifted() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let ban = |length: &str| json!({ "ban_duration": length }).as_object().cloned().expect("an object");
    truth.admin().update_user(guest.user.id, &ban("24h")).await.expect("banned");
    assert_eq!(engine.refresh_now().await.expect_err("banned").code(), Some(&Code::UserBanned));
    assert!(matches!(*engine.watch().borrow(), State::Present { standing: Standing::Blocked, .. }));
    truth.admin().update_user(guest.user.id, &ban("none")).await.expect("pardoned");
    assert_eq!(engine.refresh_now().await.expect("refreshed").user.id, guest.user.id);
}

#[tokio::test]
async fn item_06_in_truth_a_hundred_wishes_are_one_row() {
    let truth = Truth::new().await;
    let engines = [truth.start().await, truth.start().await];
    let wishes: Vec<_> = (0..100)
        .map(|n: usize| {
            let engine = engines[n % 2].clone();
            tokio::spawn(async move { engine.ensure_anonymous().await.map(|session| session.user.id) })
        })
        .collect();
    let mut ids = Vec::new();
    for wish in wishes {
        ids.push(wish.await.expect("ran").expect("a guest"));
    }
    ids.dedup();
    assert_eq!((ids.len(), truth.console.users().await.expect("users").len()), (1, 1));
}

#[tokio::test]
async fn item_09_in_truth_park_switch_and_give_up() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    let account = truth.account("ana@example.com").await;
    let sign_in = |policy| engine.sign_in_with_password(ana(), password(), None, policy);
    assert!(matches!(sign_in(OverGuest::Refuse).await, Err(Error::GuestPresent)));
    assert!(matches!(sign_in(OverGuest::Park).await, Ok(SignedIn::Candidate(other)) if other.user.id == account));
    truth.pass(4000);
    let (ours, theirs) = (engine.access_token().await.expect("ours"), engine.candidate_token().await.expect("theirs"));
    assert_eq!(truth.api().user(&ours).await.expect("a user").id, guest.user.id);
    assert_eq!(truth.api().user(&theirs).await.expect("a user").id, account);
    let guest = engine.session().expect("the guest");
    assert_eq!(engine.switch_to_candidate().await.expect("switched").user.id, account);
    until_told(&engine).await;
    assert!(!truth.lives(&guest).await, "the guest's session is gone");
    // By a code, over a member: nobody is lost, so nothing is asked.
    truth.api().send_otp(&SendOtp::to_existing(ana())).await.expect("sent");
    let code = truth.code("ana@example.com").await;
    assert!(matches!(engine.sign_in_with_otp(ana(), &code, OverGuest::Refuse).await, Ok(SignedIn::Current(_))));
    let unknown = truth.api().send_otp(&SendOtp::to_existing(email("nobody@example.com").into())).await;
    assert_eq!(unknown.expect_err("nobody").code(), Some(&Code::OtpDisabled));
}

#[tokio::test]
async fn item_20_and_22_in_truth_lost_answers_and_two_programs() {
    let truth = Truth::new().await;
    let (engine, guest) = truth.guest().await;
    // The answer was lost, or the program killed before it was written: the server takes the parent of its newest token.
    truth.api().refresh(&guest.refresh_token).await.expect("rotated, and thrown away");
    let refreshed = engine.refresh_now().await.expect("refreshed");
    assert_ne!(refreshed.refresh_token.expose(), guest.refresh_token.expose());
    let other = truth.start().await;
    for _ in 0..50 {
        let (a, b) = tokio::join!(engine.refresh_now(), other.refresh_now());
        assert_eq!((a.expect("ours").user.id, b.expect("theirs").user.id), (guest.user.id, guest.user.id));
    }
    // A token two steps old is taken for stolen: that is what all the care is for.
    let stolen = truth.api().refresh(&guest.refresh_token).await.expect_err("stolen");
    assert_eq!(stolen.code(), Some(&Code::RefreshTokenAlreadyUsed));
}

#[tokio::test]
async fn item_43_in_truth_scopes() {
    let truth = Truth::new().await;
    let (engine, member) = truth.member("ana@example.com").await;
    let update = UserUpdate { password: Some(password()), ..UserUpdate::default() };
    engine.update_user(update).await.expect("a password");
    let elsewhere =
        || async { truth.api().sign_in_with_password(&ana(), &password(), None).await.expect("another session") };
    let other = elsewhere().await;
    engine.sign_out(SignOut { scope: Scope::Others, lose_guest: false }).await.expect("done");
    assert!(!truth.lives(&other).await && engine.refresh_now().await.is_ok());
    let other = elsewhere().await;
    engine.sign_out(SignOut::default()).await.expect("out");
    until_told(&engine).await;
    assert!(truth.lives(&other).await && !truth.lives(&member).await);
    // With an access token that ran out: renewed first, to end its own session.
    let SignedIn::Current(session) =
        engine.sign_in_with_password(ana(), password(), None, OverGuest::Refuse).await.expect("in")
    else {
        panic!("a candidate")
    };
    truth.pass(4000);
    engine.sign_out(SignOut { scope: Scope::Global, lose_guest: false }).await.expect("out");
    until_told(&engine).await;
    assert!(!truth.lives(&session).await);
}

#[tokio::test]
async fn every_other_call_is_understood() {
    let truth = Truth::new().await;
    let api = truth.api();
    assert_eq!(api.health().await.expect("healthy").name, "GoTrue");
    let settings = api.settings().await.expect("settings");
    assert!(settings.anonymous_users && settings.email && settings.phone && !settings.mailer_autoconfirm);
    assert_eq!(settings.providers, ["google"]);
    assert!(api.jwks().await.expect("keys").keys.is_empty(), "a shared secret is not public");
    let guest = api.sign_up_anonymously(&serde_json::Map::new(), None).await.expect("a guest");
    let verifier = TokenVerifier::new(api.clone(), Arc::new(SystemClock));
    assert!(matches!(verifier.verify(&guest.access_token).await, Err(ClaimsError::NotAsymmetric)), "ask the server");
    assert_eq!(api.user(&guest.access_token).await.expect("the server says").id, guest.user.id);
    truth.admin().delete_user(guest.user.id).await.expect("deleted");

    let data = json!({ "from": "test" }).as_object().cloned().expect("an object");
    let signed_up = api.sign_up(&ana(), &password(), &data, None, None).await.expect("signed up");
    assert!(matches!(signed_up, SignedUp::Confirm(user) if user.user_metadata["from"] == "test"));
    truth.pass(2);
    api.resend(&Resend::SignUp(email("ana@example.com")), None, None).await.expect("sent again");
    let proof = Proof::Email(OtpKind::SignUp, email("ana@example.com"), truth.code("ana@example.com").await);
    let Verified::Session(session) = api.verify(&proof).await.expect("right") else { panic!("half") };
    let token = &session.access_token;
    assert_eq!(api.identities(token).await.expect("identities").len(), 1);

    truth.pass(2);
    api.reauthenticate(token).await.expect("a nonce is sent");
    let nonce = Some(Nonce::new(truth.console.code("ana@example.com").await.expect("a nonce")));
    let change = UserUpdate { password: Some(Password::new("another horse".into())), nonce, ..UserUpdate::default() };
    api.update_user(token, &change).await.expect("changed");
    let only = api.identities(token).await.expect("identities")[0].identity_id;
    let kept = api.unlink_identity(token, only).await.expect_err("the last one");
    assert_eq!(kept.code(), Some(&Code::SingleIdentityNotDeletable));

    truth.pass(2);
    api.recover(&email("ana@example.com"), None, None).await.expect("sent");
    let proof = Proof::Email(OtpKind::Recovery, email("ana@example.com"), truth.code("ana@example.com").await);
    assert!(matches!(api.verify(&proof).await, Ok(Verified::Session(_))));
    truth.pass(2);
    let link = truth.admin().generate_link(LinkKind::MagicLink, &email("ana@example.com")).await.expect("a link");
    assert!(matches!(api.verify(&Proof::Link(OtpKind::MagicLink, link.hash)).await, Ok(Verified::Session(_))));
    assert_eq!(truth.admin().list_users(1, 50).await.expect("users").len(), 1);
    api.logout(token, Scope::Global).await.expect("out");
    assert_eq!(api.user(token).await.expect_err("out").code(), Some(&Code::SessionNotFound));
}

/// A program of `examples/`, which cargo builds with the tests.
fn example(name: &str, arguments: &[&str], folder: &std::path::Path) -> tokio::process::Command {
    let tests = std::env::current_exe().expect("this test");
    let target = tests.ancestors().nth(2).expect("target/debug");
    let mut command = tokio::process::Command::new(target.join("examples").join(name));
    command.args(arguments).env("TMPDIR", folder).env("TEMP", folder).kill_on_drop(true);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    command
}

async fn said(child: tokio::process::Child) -> String {
    let output = child.wait_with_output().await.expect("it ran");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test]
async fn the_examples_run() {
    use tokio::io::AsyncWriteExt;
    let (truth, folder) = (Truth::new().await, tempfile::tempdir().expect("a folder"));
    let (url, key) = (truth.sandbox.url().as_str(), truth.sandbox.publishable_key());

    let upgrade = || example("upgrade_by_email", &[url, key, "ana@example.com"], folder.path());
    let mut child = upgrade().spawn().expect("a process");
    let code = loop {
        if let Ok(code) = truth.console.code("ana@example.com").await {
            break code;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(format!("000000\n{code}\n").as_bytes()).await.expect("typed");
    let said_first = said(child).await;
    let user = truth.console.users().await.expect("users")[0]["id"].as_str().expect("an id").to_owned();
    assert!(said_first.contains(&format!("user {user}, anonymous: true")), "{said_first}");
    assert!(said_first.contains("otp_expired") && said_first.contains(&format!("user {user}, anonymous: false")));
    let again = said(upgrade().spawn().expect("a process")).await;
    assert_eq!(again, format!("user {user}, anonymous: false\n"), "the session of the last time");

    let account = truth.account("bea@example.com").await;
    let child = example("switch_account", &[url, key, "bea@example.com", "correct horse"], folder.path()).spawn();
    let said = said(child.expect("a process")).await;
    assert!(said.ends_with(&format!("now {account}\n")), "{said}");
}
