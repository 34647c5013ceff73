//! Going over to an account that exists: the carts become one as the person saw it, and until then the guest stays whole.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, Result, ensure};
use carryover_shop::{
    Answer, BrowserFailure, ByHand, Code, ContactKind, FlowView, HandOffUndo, HandedOver, Identity, NoticeKind, Otp,
    Outcome, Password, Rule, Rules, Shop, ShopError, Snapshot, SwitchView,
};
use carryover_testkit::{Console, ControlOptions, Desk, Person, Sandbox, SandboxOptions};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::{
    support::{Device, backend, joined, lines, product, saved, saved_guest, until},
    upgrade::{ANA, goes_through_the_browser, guest, is_whole},
};

pub(crate) const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery";

/// An account with a password and a cart.
pub(crate) async fn account(console: &Console, lines: &[(&str, u32)]) -> Result<Person> {
    let member = console.member(EMAIL).await?;
    let password = console.request(Method::PUT, "/auth/v1/user", Some(&member.access_token));
    let (status, body) = Console::send(password.json(&json!({ "password": PASSWORD }))).await?;
    ensure!(status == 200, "{status} {body}");
    put(console, &member, lines).await?;
    Ok(member)
}

/// Sets lines as another device of the account would.
pub(crate) async fn put(console: &Console, person: &Person, lines: &[(&str, u32)]) -> Result<()> {
    let lines: Vec<_> = lines.iter().map(|(id, quantity)| json!({ "product_id": id, "quantity": quantity })).collect();
    let request = console.request(Method::POST, "/rest/v1/rpc/set_cart_lines", Some(&person.access_token));
    let (status, body) = Console::send(request.json(&json!({ "lines": lines }))).await?;
    ensure!(status == 200, "{status} {body}");
    Ok(())
}

/// The cart that the server holds.
pub(crate) async fn on_server(console: &Console, user_id: &str) -> Result<BTreeMap<String, u64>> {
    let rows =
        console.rows(&format!("cart_lines?user_id=eq.{user_id}&quantity=gt.0&select=product_id,quantity")).await?;
    let line = |row: &serde_json::Value| Some((row["product_id"].as_str()?.to_owned(), row["quantity"].as_u64()?));
    Ok(rows.iter().filter_map(line).collect())
}

pub(crate) fn here(snapshot: &Snapshot) -> BTreeMap<String, u64> {
    lines(snapshot).into_iter().map(|(id, quantity)| (id, quantity.into())).collect()
}

pub(crate) fn cart(lines: &[(&str, u64)]) -> BTreeMap<String, u64> {
    lines.iter().map(|(id, quantity)| ((*id).to_owned(), *quantity)).collect()
}

/// Signs in with the password.
pub(crate) async fn sign_in(shop: &Shop) -> Result<()> {
    Ok(joined(|| shop.sign_in_with_password(ContactKind::Email, EMAIL, Password::new(PASSWORD.into()))).await?)
}

pub(crate) async fn is_member(shop: &Shop) -> Result<Arc<Snapshot>> {
    until(shop, "a member", |s| matches!(s.identity, Identity::Member { .. })).await
}

pub(crate) fn told(snapshot: &Snapshot) -> Result<HandedOver> {
    let told = snapshot.notices.iter().find_map(|notice| match &notice.kind {
        NoticeKind::HandedOver(told) => Some(told.clone()),
        _ => None,
    });
    told.with_context(|| format!("nobody was told: {:?}", snapshot.notices))
}

/// Until the guest is gone at the server, and nobody else.
pub(crate) async fn no_orphans(console: &Console) -> Result<()> {
    let gone = async {
        while console.users().await?.iter().any(|user| user["is_anonymous"] == json!(true)) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Ok(())
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), gone).await.context("an orphaned guest")?
}

pub(crate) async fn scene(lines: &[(&str, u32)]) -> Result<(Sandbox, Console, Person, Device, Shop, Arc<Snapshot>)> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let member = account(&console, lines).await?;
    let device = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &device).await?;
    Ok((sandbox, console, member, device, shop, before))
}

// tidy: long because it is one story: seen, claimed, gone on with, restarted, undone, restored.
#[tokio::test]
async fn a_taken_address_leads_to_the_account_and_both_carts_become_one() -> Result<()> {
    let (sandbox, console, member, device, shop, before) = scene(&[("teapot", 1), ("house-blend", 2)]).await?;
    let taken = joined(|| shop.request_code(ContactKind::Email, EMAIL)).await.expect_err("taken");
    assert_eq!(taken.auth_code(), Some(&Code::EmailExists));
    // One click, nothing typed again.
    shop.request_sign_in_code(ContactKind::Email, EMAIL).await?;
    assert!(matches!(shop.snapshot().switch, SwitchView::SigningIn(FlowView::CodeSent { .. })));
    let wrong = shop.confirm_sign_in_code(&Otp::new("000000".into())).await.expect_err("wrong");
    assert_eq!(wrong.auth_code(), Some(&Code::OtpExpired));
    is_whole(&shop, &before, &console).await?;
    shop.confirm_sign_in_code(&Otp::new(console.code(EMAIL).await?)).await?;

    let choosing = shop.snapshot();
    assert_eq!(choosing.switch, SwitchView::Choosing { account: Some(EMAIL.into()) });
    assert_eq!((&choosing.identity, lines(&choosing)), (&before.identity, lines(&before)), "nothing has changed");
    let view = shop.preview_hand_off().await?;
    assert_eq!((view.guest.items, view.account.items, view.plan.items), (3, 3, 6));
    let answer = Answer::Merge(Rules::default());
    let plan = shop.plan_hand_off(&answer)?;
    let shown: BTreeMap<_, _> =
        plan.lines.iter().map(|line| (line.product_id.to_string(), u64::from(line.result))).collect();
    shop.claim_hand_off(&answer).await?;

    let after = shop.snapshot();
    assert!(matches!(&after.identity, Identity::Member { user_id, .. } if user_id.to_string() == member.id));
    assert_eq!(here(&after), cart(&[("teapot", 3), ("house-blend", 2), ("desk-lamp", 1)]));
    assert_eq!(here(&after), shown, "what was seen");
    assert_eq!(on_server(&console, &member.id).await?, shown, "is what the server holds");
    let HandedOver { claim_id, outcome, changed, .. } = told(&after)?;
    assert_eq!((outcome, changed), (Outcome::Merged, 2));
    no_orphans(&console).await?;

    // The session is the account's: a change reaches its cart. And it is so after a restart.
    shop.set_quantity(&product("teapot"), 2).await?;
    saved(&shop).await?;
    assert_eq!(on_server(&console, &member.id).await?["teapot"], 2);
    shop.close().await;
    let shop = device.open().await?;
    assert!(matches!(&shop.snapshot().identity, Identity::Member { user_id, .. } if user_id.to_string() == member.id));
    shop.connect(backend(&sandbox));

    // Undo: the cart has changed since, so it asks; then both are as they were.
    let HandOffUndo::Changed { version, current, before: then } = joined(|| shop.undo_hand_off(claim_id, None)).await?
    else {
        anyhow::bail!("undone without asking");
    };
    assert_eq!((current.len(), then.len()), (3, 2));
    assert_eq!(shop.undo_hand_off(claim_id, Some(version)).await?, HandOffUndo::Done);
    let undone = shop.snapshot();
    assert_eq!(here(&undone), cart(&[("teapot", 1), ("house-blend", 2)]));
    assert_eq!(on_server(&console, &member.id).await?, here(&undone));
    let told: Vec<_> = undone.notices.iter().map(|notice| notice.kind.clone()).collect();
    assert_eq!(told, [NoticeKind::HandOffUndone]);
    let earlier = shop.earlier_carts().await?;
    let guests: Vec<_> = earlier
        .iter()
        .filter(|cart| {
            cart.cart.lines.get(&product("desk-lamp")) == Some(&1)
                && cart.cart.lines.get(&product("teapot")) == Some(&2)
                && cart.cart.lines.len() == 2
        })
        .collect();
    assert_eq!(guests.len(), 1, "the guest's cart as it was: {earlier:?}");
    shop.restore_earlier_cart(guests[0].id).await?;
    assert_eq!(here(&shop.snapshot()), cart(&[("teapot", 2), ("desk-lamp", 1)]));
    // Pressed once more, because the answer was lost perhaps: the cart is what the server has.
    assert_eq!(shop.undo_hand_off(claim_id, None).await?, HandOffUndo::Done);
    assert_eq!(here(&shop.snapshot()), cart(&[("teapot", 2), ("desk-lamp", 1)]));
    Ok(())
}

#[tokio::test]
async fn every_answer_is_exactly_what_was_shown() -> Result<()> {
    let by_hand =
        |word| Answer::Merge(Rules { both: Rule::Larger, by_hand: BTreeMap::from([(product("teapot"), word)]) });
    for (answer, expected, outcome) in [
        (Answer::KeepAccount, cart(&[("teapot", 1), ("house-blend", 2)]), Outcome::KeptAccount),
        (Answer::KeepGuest, cart(&[("teapot", 2), ("desk-lamp", 1)]), Outcome::KeptGuest),
        (
            by_hand(ByHand::Rule(Rule::Account)),
            cart(&[("teapot", 1), ("house-blend", 2), ("desk-lamp", 1)]),
            Outcome::Merged,
        ),
        (by_hand(ByHand::LeaveOut), cart(&[("house-blend", 2), ("desk-lamp", 1)]), Outcome::Merged),
    ] {
        let (_sandbox, console, member, _device, shop, _) = scene(&[("teapot", 1), ("house-blend", 2)]).await?;
        sign_in(&shop).await?;
        shop.preview_hand_off().await?;
        let plan = shop.plan_hand_off(&answer)?;
        let shown: BTreeMap<_, _> = plan
            .lines
            .iter()
            .filter(|line| line.result > 0)
            .map(|line| (line.product_id.to_string(), u64::from(line.result)))
            .collect();
        assert_eq!(shown, expected, "{answer:?}");
        shop.claim_hand_off(&answer).await?;
        let after = shop.snapshot();
        assert_eq!((here(&after), told(&after)?.outcome), (expected.clone(), outcome), "{answer:?}");
        assert_eq!(on_server(&console, &member.id).await?, expected, "{answer:?}");
        let kept: Vec<_> = shop.earlier_carts().await?.into_iter().map(|cart| cart.cart.lines).collect();
        match outcome {
            Outcome::KeptAccount => {
                assert_eq!(kept, [BTreeMap::from([(product("teapot"), 2), (product("desk-lamp"), 1)])]);
            }
            _ => assert_eq!(kept, [BTreeMap::from([(product("teapot"), 1), (product("house-blend"), 2)])]),
        }
        no_orphans(&console).await?;
    }
    Ok(())
}

#[tokio::test]
async fn where_there_is_nothing_to_decide_nobody_is_asked_and_everybody_is_told() -> Result<()> {
    let both: &[(&str, u32)] = &[("teapot", 2), ("desk-lamp", 1)];
    for (account_lines, outcome) in [(&[][..], Outcome::BroughtAlong), (both, Outcome::NothingToDo)] {
        let (_sandbox, console, member, _device, shop, before) = scene(account_lines).await?;
        sign_in(&shop).await?;
        let after = is_member(&shop).await?;
        assert_eq!((here(&after), told(&after)?.outcome), (here(&before), outcome));
        assert_eq!(on_server(&console, &member.id).await?, here(&before));
        assert!(matches!(shop.preview_hand_off().await, Err(ShopError::NoHandOff)));
        no_orphans(&console).await?;
    }
    // A guest whose cart is empty, and a visitor who never had one.
    let (sandbox, console, member, _device, shop, _) = scene(&[("teapot", 1)]).await?;
    shop.clear_cart().await?;
    saved(&shop).await?;
    sign_in(&shop).await?;
    let after = is_member(&shop).await?;
    assert_eq!((here(&after), told(&after)?.outcome), (cart(&[("teapot", 1)]), Outcome::NothingToDo));
    no_orphans(&console).await?;
    let visitor = Device::new()?.open().await?;
    visitor.connect(backend(&sandbox));
    sign_in(&visitor).await?;
    visitor.retry_now();
    until(&visitor, "the account's cart", |s| here(s) == cart(&[("teapot", 1)])).await?;
    assert_eq!(console.users().await?.len(), 1, "nobody was signed up for it");
    assert_eq!(on_server(&console, &member.id).await?, cart(&[("teapot", 1)]));
    Ok(())
}

#[tokio::test]
async fn not_now_leaves_the_guest_whole_also_after_a_restart() -> Result<()> {
    let (sandbox, console, member, device, shop, before) = scene(&[("teapot", 1)]).await?;
    sign_in(&shop).await?;
    shop.preview_hand_off().await?;
    shop.close().await;
    drop(shop);
    let shop = device.open().await?;
    assert_eq!(
        shop.snapshot().switch,
        SwitchView::Choosing { account: Some(EMAIL.into()) },
        "before there is a network"
    );
    shop.connect(backend(&sandbox));
    let view = joined(|| shop.preview_hand_off()).await?;
    assert_eq!((view.guest.items, view.account.items), (3, 1), "the same dialog with the same contents");
    assert!(matches!(shop.request_code(ContactKind::Email, "ben@example.com").await, Err(ShopError::Busy)));
    shop.cancel_switch().await?;
    assert_eq!(shop.snapshot().switch, SwitchView::SigningIn(FlowView::Idle));
    assert!(matches!(shop.claim_hand_off(&Answer::KeepGuest).await, Err(ShopError::NoHandOff)));
    is_whole(&shop, &before, &console).await?;
    assert_eq!(on_server(&console, &member.id).await?, cart(&[("teapot", 1)]));
    Ok(())
}

#[tokio::test]
async fn a_cart_that_changes_meanwhile_means_another_look() -> Result<()> {
    let (_sandbox, console, member, _device, shop, before) = scene(&[("teapot", 1)]).await?;
    let answer = Answer::Merge(Rules::default());
    sign_in(&shop).await?;
    shop.preview_hand_off().await?;
    put(&console, &member, &[("enamel-mug", 5)]).await?;
    assert!(matches!(shop.claim_hand_off(&answer).await, Err(ShopError::CartChanged)), "the account's, elsewhere");
    assert!(matches!(shop.plan_hand_off(&answer), Err(ShopError::NoHandOff)), "what was seen is void");
    assert_eq!(shop.preview_hand_off().await?.account.items, 6);
    shop.set_quantity(&product("house-blend"), 1).await?;
    assert!(matches!(shop.claim_hand_off(&answer).await, Err(ShopError::CartChanged)), "the guest's, here");
    assert_eq!(shop.preview_hand_off().await?.guest.items, 4);
    assert_eq!(shop.snapshot().identity, before.identity);
    shop.claim_hand_off(&answer).await?;
    let expected = cart(&[("teapot", 3), ("desk-lamp", 1), ("house-blend", 1), ("enamel-mug", 5)]);
    assert_eq!((here(&shop.snapshot()), on_server(&console, &member.id).await?), (expected.clone(), expected));
    Ok(())
}

#[tokio::test]
async fn stock_that_shrinks_meanwhile_is_seen_before_it_counts() -> Result<()> {
    let (sandbox, console, member, _device, shop, _) = scene(&[("teapot", 2)]).await?;
    let answer = Answer::Merge(Rules::default());
    sign_in(&shop).await?;
    shop.preview_hand_off().await?;
    sandbox.execute("update public.products set stock = 3 where id = 'teapot'").await?;
    assert!(matches!(shop.claim_hand_off(&answer).await, Err(ShopError::CartChanged)));
    let view = shop.preview_hand_off().await?;
    let teapot = view.plan.lines.iter().find(|line| line.product_id == product("teapot")).context("a line")?;
    assert_eq!((teapot.guest, teapot.account, teapot.result), (2, 2, 3), "never a whole line for its surplus");
    shop.claim_hand_off(&answer).await?;
    assert_eq!(on_server(&console, &member.id).await?["teapot"], 3);
    Ok(())
}

#[tokio::test]
async fn an_identity_of_another_account_leads_there_with_one_more_trip() -> Result<()> {
    let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let first = Device::new()?;
    let (shop, owner) = saved_guest(&sandbox, &first).await?;
    joined(|| shop.link_provider("google")).await?;
    goes_through_the_browser(&console, &first, &ANA).await?;
    is_member(&shop).await?;
    let owner = guest(&owner)?;
    shop.close().await;

    let second = Device::new()?;
    let (shop, before) = saved_guest(&sandbox, &second).await?;
    shop.set_quantity(&product("teapot"), 4).await?;
    saved(&shop).await?;
    let before = Arc::new(Snapshot { cart: shop.snapshot().cart.clone(), ..(*before).clone() });
    joined(|| shop.link_provider("google")).await?;
    goes_through_the_browser(&console, &second, &ANA).await?;
    let taken = until(&shop, "a refusal", |s| matches!(s.upgrade, FlowView::Failed { .. })).await?;
    let failure = BrowserFailure::IdentityTaken;
    assert_eq!(taken.upgrade, FlowView::Failed { provider: "google".into(), failure });
    is_whole(&shop, &before, &console).await?;
    shop.sign_in_with_provider("google").await?;
    goes_through_the_browser(&console, &second, &ANA).await?;
    until(&shop, "the choice", |s| matches!(s.switch, SwitchView::Choosing { .. })).await?;
    shop.preview_hand_off().await?;
    shop.claim_hand_off(&Answer::KeepAccount).await?;
    let after = shop.snapshot();
    assert!(matches!(after.identity, Identity::Member { user_id, .. } if user_id == owner));
    assert_eq!(here(&after), cart(&[("teapot", 2), ("desk-lamp", 1)]));
    Ok(())
}

#[tokio::test]
async fn an_unknown_account_and_a_wrong_password_leave_the_guest_whole() -> Result<()> {
    let (_sandbox, console, _member, _device, shop, before) = scene(&[]).await?;
    let unknown = joined(|| shop.request_sign_in_code(ContactKind::Email, "nobody@example.com")).await;
    assert_eq!(unknown.expect_err("nobody").auth_code(), Some(&Code::OtpDisabled));
    let wrong = shop.sign_in_with_password(ContactKind::Email, EMAIL, Password::new("wrong".into())).await;
    assert_eq!(wrong.expect_err("wrong").auth_code(), Some(&Code::InvalidCredentials));
    is_whole(&shop, &before, &console).await?;
    Ok(())
}

/// The ids are what they claim to be: a claim of somebody else is not found.
#[tokio::test]
async fn nobody_undoes_what_is_not_theirs() -> Result<()> {
    let (_sandbox, _console, _member, _device, shop, _) = scene(&[]).await?;
    sign_in(&shop).await?;
    is_member(&shop).await?;
    let foreign = shop.undo_hand_off(Uuid::nil(), None).await.expect_err("nobody's");
    assert_eq!(foreign.refusal(), Some(&carryover_shop::Refusal::ClaimNotFound));
    let gone = shop.restore_earlier_cart(Uuid::nil()).await.expect_err("nobody's");
    assert_eq!(gone.refusal(), Some(&carryover_shop::Refusal::EarlierCartNotFound));
    Ok(())
}

#[tokio::test]
async fn an_account_whose_session_ends_before_the_decision_is_told_and_the_guest_is_whole() -> Result<()> {
    let (sandbox, console, member, _device, shop, before) = scene(&[("house-blend", 2)]).await?;
    sign_in(&shop).await?;
    shop.preview_hand_off().await?;
    console.delete_user(&member.id).await?;
    Desk::of(&sandbox)?.advance_clock(3_700).await?;
    assert!(matches!(shop.preview_hand_off().await, Err(ShopError::NoHandOff)));
    let after = shop.snapshot();
    assert!(after.notices.iter().any(|notice| notice.kind == NoticeKind::SignInEnded), "{:?}", after.notices);
    assert_eq!((&after.identity, here(&after)), (&before.identity, here(&before)));
    Ok(())
}
