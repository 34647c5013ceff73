//! Becoming a member, by every way in and with everything that can go wrong on it. Afterwards it is the same user with the same
//! cart, or the guest as before.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use carryover_shop::{
    BrowserFailure, Code, ContactKind, FlowView, Identity, KeptBecause, Otp, Password, Shop, ShopError, Snapshot,
};
use carryover_testkit::{Console, ControlOptions, Desk, SandboxConfig, SandboxOptions};
use serde_json::json;

use crate::support::{Device, backend, joined, lines, product, saved, saved_guest, until};

pub(crate) const ANA: [(&str, &str); 3] = [("name", "Ana"), ("email", "ana@example.com"), ("answer", "allow")];
pub(crate) const DENY: [(&str, &str); 2] = [("name", "Ana"), ("answer", "deny")];

/// Who the guest of a snapshot is.
pub(crate) fn guest(snapshot: &Snapshot) -> Result<uuid::Uuid> {
    match snapshot.identity {
        Identity::Guest { user_id } => Ok(user_id),
        ref other => anyhow::bail!("no guest: {other:?}"),
    }
}

/// Does at the provider's what a person would, and comes back to this computer.
pub(crate) async fn goes_through_the_browser(
    console: &Console,
    device: &Device,
    answers: &[(&str, &str)],
) -> Result<String> {
    let opened = device.browser.last().context("the browser was not opened")?;
    let landed = console.consent(&opened, answers).await?;
    ensure!(landed.starts_with("http://127.0.0.1:"), "{landed}");
    ensure!(!landed.contains("_token"), "a token in the browser's address: {landed}");
    let (status, page) = console.visit(&landed).await?;
    ensure!(status == 200 && page.contains("go back to Carryover"), "{status} {page}");
    Ok(landed)
}

/// A guest is whole: the same one, the same cart, and a session that works.
pub(crate) async fn is_whole(shop: &Shop, before: &Snapshot, console: &Console) -> Result<()> {
    let now = shop.snapshot();
    assert_eq!((&now.identity, lines(&now)), (&before.identity, lines(before)));
    shop.set_quantity(&product("dot-notebook"), 1).await?;
    saved(shop).await?;
    let id = guest(before)?;
    let rows = console.rows(&format!("cart_lines?user_id=eq.{id}&product_id=eq.dot-notebook&quantity=eq.1")).await?;
    ensure!(rows.len() == 1, "the guest's session does not work");
    shop.set_quantity(&product("dot-notebook"), 0).await?;
    saved(shop).await?;
    Ok(())
}

#[tokio::test]
async fn by_phone_and_then_a_password_and_more_identities() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    let user_id = guest(&before)?;
    let unread = joined(|| shop.request_code(ContactKind::Phone, "12")).await;
    assert!(matches!(unread, Err(ShopError::InvalidPhone)), "{unread:?}");
    shop.request_code(ContactKind::Phone, "+49 151 234567").await?;
    let wrong = shop.confirm_code(&Otp::new("000000".into())).await.expect_err("a wrong code");
    assert_eq!(wrong.auth_code(), Some(&Code::OtpExpired));
    is_whole(&shop, &before, &console).await?;
    shop.confirm_code(&Otp::new(console.code("49151234567").await?)).await?;
    let member = shop.snapshot();
    let phone = Some("49151234567".to_owned());
    assert_eq!(member.identity, Identity::Member { user_id, email: None, phone });
    assert_eq!(lines(&member), lines(&before));

    let account = shop.account().await?;
    let [only] = account.identities.as_slice() else { anyhow::bail!("{account:?}") };
    assert_eq!((only.provider.as_str(), only.label.as_deref()), ("phone", Some("+49151234567")));
    assert_eq!(only.kept_because, Some(KeptBecause::Last), "the only way in stays");
    let refused = shop.unlink_identity(only.id).await.expect_err("the last one");
    assert_eq!(refused.auth_code(), Some(&Code::SingleIdentityNotDeletable));

    let weak = shop.set_password(Password::new("short".into()), None).await.expect_err("too short");
    assert_eq!(weak.auth_code(), Some(&Code::WeakPassword));
    shop.set_password(Password::new("correct horse battery".into()), None).await?;
    let same = shop.set_password(Password::new("correct horse battery".into()), None).await.expect_err("the same");
    assert_eq!(same.auth_code(), Some(&Code::SamePassword));

    shop.link_provider("google").await?;
    goes_through_the_browser(&console, &device, &ANA).await?;
    until(&shop, "the address of the identity", |s| s.upgrade == FlowView::Idle).await?;
    let account = shop.account().await?;
    let providers: Vec<_> = account.identities.iter().map(|identity| identity.provider.as_str()).collect();
    assert_eq!(providers, ["phone", "google"]);
    assert!(!account.providers.contains(&"google".to_owned()) && account.providers.contains(&"github".to_owned()));
    let google = account.identities.iter().find(|identity| identity.provider == "google").context("google")?;
    assert_eq!(google.kept_because, None);
    shop.unlink_identity(google.id).await?;
    assert_eq!(shop.account().await?.identities.len(), 1);
    Ok(())
}

#[tokio::test]
async fn by_a_provider() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    let options = joined(|| shop.sign_in_options()).await?;
    assert!(options.email && options.providers.contains(&"google".to_owned()), "{options:?}");
    shop.link_provider("google").await?;
    assert_eq!(shop.snapshot().upgrade, FlowView::InBrowser { provider: "google".into() });
    shop.open_browser_again()?;
    assert_eq!(device.browser.asked(), 2);
    let landed = goes_through_the_browser(&console, &device, &ANA).await?;
    let member = until(&shop, "a member", |s| matches!(s.identity, Identity::Member { .. })).await?;
    let email = Some("ana@example.com".to_owned());
    assert_eq!(member.identity, Identity::Member { user_id: guest(&before)?, email, phone: None });
    assert_eq!((&member.upgrade, lines(&member)), (&FlowView::Idle, lines(&before)));
    // The port is closed: a second callback reaches nobody.
    assert!(console.visit(&landed).await.is_err());
    assert!(shop.open_browser_again().is_err(), "there is no trip any more");
    Ok(())
}

#[tokio::test]
async fn a_trip_that_leads_nowhere_leaves_the_guest_whole() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    let unverified = [("name", "Ana"), ("email", "ana@example.com"), ("address", "unverified"), ("answer", "allow")];
    let broken = [("name", "Ana"), ("email", "ana@example.com"), ("answer", "broken")];
    for (answers, failure) in [
        (DENY.as_slice(), BrowserFailure::Denied),
        (unverified.as_slice(), BrowserFailure::UnverifiedEmail),
        (broken.as_slice(), BrowserFailure::Failed),
    ] {
        joined(|| shop.link_provider("google")).await?;
        goes_through_the_browser(&console, &device, answers).await?;
        let failed = until(&shop, "a failure", |s| matches!(s.upgrade, FlowView::Failed { .. })).await?;
        assert_eq!(failed.upgrade, FlowView::Failed { provider: "google".into(), failure });
        if failure != BrowserFailure::UnverifiedEmail {
            is_whole(&shop, &before, &console).await?;
        }
    }
    shop.cancel_upgrade().await?;
    assert_eq!(shop.snapshot().upgrade, FlowView::Idle);
    Ok(())
}

#[tokio::test]
async fn a_cancelled_trip_is_nobodys_and_a_foreign_callback_changes_nothing() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.link_provider("google")).await?;
    let opened = device.browser.last().context("opened")?;
    let landed = console.consent(&opened, &ANA).await?;
    // Somebody who knows the port but not the path, and somebody who knows both but not the flow.
    let address = url::Url::parse(&landed)?;
    let origin = format!("http://127.0.0.1:{}", address.port().context("a port")?);
    for foreign in ["/", "/callback", "/callback/guessed?code=evil&flow=00000000-0000-4000-8000-000000000000"] {
        assert_eq!(console.visit(&format!("{origin}{foreign}")).await?.0, 404, "{foreign}");
    }
    is_whole(&shop, &before, &console).await?;
    shop.cancel_upgrade().await?;
    assert!(console.visit(&landed).await.is_err(), "the port is closed");
    assert_eq!(shop.snapshot().upgrade, FlowView::Idle);
    is_whole(&shop, &before, &console).await?;
    Ok(())
}

#[tokio::test]
async fn a_deep_link_is_the_second_way_back_and_counts_once() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.link_provider("google")).await?;
    let landed = console.consent(&device.browser.last().context("opened")?, &ANA).await?;
    for foreign in ["carryover://auth/callback", "carryover://evil/callback?code=x", "not a url"] {
        assert!(shop.handle_callback_url(foreign).await.is_err(), "{foreign}");
    }
    is_whole(&shop, &before, &console).await?;
    // The link starts the program.
    shop.close().await;
    let shop = device.open().await?;
    shop.connect(backend(&sandbox));
    shop.handle_callback_url(&landed).await?;
    let member = until(&shop, "a member", |s| matches!(s.identity, Identity::Member { .. })).await?;
    assert!(matches!(member.identity, Identity::Member { user_id, .. } if user_id == guest(&before)?));
    shop.handle_callback_url(&landed).await?;
    assert_eq!(shop.snapshot().identity, member.identity);
    Ok(())
}

#[tokio::test]
async fn a_callback_with_a_foreign_code_signs_nobody_in() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    // An attacker has a code of their own account and makes the victim's browser bring it to the victim's shop.
    let (attacker_device, victim_device) = (Device::new()?, Device::new()?);
    let (attacker, _) = saved_guest(&sandbox, &attacker_device).await?;
    joined(|| attacker.link_provider("google")).await?;
    let mallory = [("name", "Mallory"), ("email", "mallory@example.com"), ("answer", "allow")];
    let stolen = console.consent(&attacker_device.browser.last().context("opened")?, &mallory).await?;
    let code = url::Url::parse(&stolen)?.query_pairs().find(|(key, _)| key == "code").context("a code")?.1.into_owned();

    let (victim, before) = saved_guest(&sandbox, &victim_device).await?;
    joined(|| victim.link_provider("google")).await?;
    let own = console.consent(&victim_device.browser.last().context("opened")?, &ANA).await?;
    let mut forged = url::Url::parse(&own)?;
    let pairs: Vec<_> = forged
        .query_pairs()
        .into_owned()
        .map(|(key, value)| if key == "code" { (key, code.clone()) } else { (key, value) })
        .collect();
    forged.query_pairs_mut().clear().extend_pairs(pairs);
    console.visit(forged.as_str()).await?;
    // The verifier does not fit (RFC 7636, section 4.6). What the victim consented to themselves, the server has linked.
    let own = until(&victim, "the victim's own link", |s| matches!(s.identity, Identity::Member { .. })).await?;
    let email = Some("ana@example.com".to_owned());
    assert_eq!(own.identity, Identity::Member { user_id: guest(&before)?, email, phone: None });
    Ok(())
}

#[tokio::test]
async fn a_trip_survives_a_restart_of_the_program() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.link_provider("github")).await?;
    shop.close().await;
    drop(shop);
    let landed = console.consent(&device.browser.last().context("opened")?, &ANA).await?;
    assert!(console.visit(&landed).await.is_err(), "nobody listens");

    let shop = device.open().await?;
    assert_eq!(shop.snapshot().upgrade, FlowView::InBrowser { provider: "github".into() });
    shop.connect(backend(&sandbox));
    tokio::time::timeout(Duration::from_secs(30), async {
        while console.visit(&landed).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .context("nobody listens again")?;
    let member = until(&shop, "a member", |s| matches!(s.identity, Identity::Member { .. })).await?;
    assert!(matches!(member.identity, Identity::Member { user_id, .. } if user_id == guest(&before)?));
    assert_eq!(lines(&member), lines(&before));
    Ok(())
}

#[tokio::test]
async fn the_link_in_the_mail_comes_back_to_the_program_when_it_is_opened_on_this_computer() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    let (_, landed) = console.step(&console.link("ana@example.com").await?).await?;
    assert!(landed.starts_with("http://127.0.0.1:") && landed.contains("code="), "{landed}");
    assert_eq!(console.visit(&landed).await?.0, 200);
    let member = until(&shop, "a member", |s| matches!(s.identity, Identity::Member { .. })).await?;
    assert!(matches!(member.identity, Identity::Member { user_id, .. } if user_id == guest(&before)?));
    assert_eq!(member.upgrade, FlowView::Idle);
    Ok(())
}

#[tokio::test]
async fn an_expired_code_is_refused_and_another_one_works() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    let old = console.code("ana@example.com").await?;
    desk.advance_clock(3700).await?;
    let expired = shop.confirm_code(&Otp::new(old)).await.expect_err("too old");
    assert_eq!(expired.auth_code(), Some(&Code::OtpExpired));
    is_whole(&shop, &before, &console).await?;
    shop.request_code(ContactKind::Email, "ana@example.com").await?;
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;
    assert!(matches!(shop.snapshot().identity, Identity::Member { user_id, .. } if user_id == guest(&before)?));
    Ok(())
}

#[tokio::test]
async fn a_right_code_whose_answer_is_lost_counts() -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let desk = Desk::of(&sandbox)?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    let code = Otp::new(console.code("ana@example.com").await?);
    desk.set_fault(&json!({ "path": "/auth/v1/verify", "times": 1, "fault": { "kind": "drop_answer" } })).await?;
    shop.confirm_code(&code).await.expect_err("the answer is lost");
    // The person types it again, or comes back to the window.
    shop.confirm_code(&code).await?;
    assert!(matches!(shop.snapshot().identity, Identity::Member { user_id, .. } if user_id == guest(&before)?));
    assert_eq!(lines(&shop.snapshot()), lines(&before));
    Ok(())
}

#[tokio::test]
async fn a_member_changes_their_address_with_a_code_at_each() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await?;
    // One second between two mails, as supabase/config.toml has it.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    shop.request_code(ContactKind::Email, "ana@example.org").await?;
    let other = shop.confirm_code(&Otp::new(console.code("ana@example.com").await?)).await;
    assert!(matches!(other, Err(ShopError::OtherCodeNeeded)), "{other:?}");
    shop.confirm_code(&Otp::new(console.code("ana@example.org").await?)).await?;
    let email = Some("ana@example.org".to_owned());
    assert_eq!(shop.snapshot().identity, Identity::Member { user_id: guest(&before)?, email, phone: None });
    Ok(())
}

#[tokio::test]
async fn a_server_that_asks_for_no_code_makes_the_member_at_once() -> Result<()> {
    let settings = "[auth]\nenable_anonymous_sign_ins = true\nenable_manual_linking = true\n[auth.email]\nenable_confirmations = false\n";
    let config = SandboxConfig::parse("test.toml", settings)?;
    let options = SandboxOptions { config, ..SandboxOptions::default() };
    let (sandbox, _) = carryover_testkit::sandbox(options).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    joined(|| shop.request_code(ContactKind::Email, "ana@example.com")).await?;
    let member: Arc<Snapshot> = shop.snapshot();
    assert!(matches!(member.identity, Identity::Member { user_id, .. } if user_id == guest(&before)?));
    assert_eq!(member.upgrade, FlowView::Idle);
    Ok(())
}
