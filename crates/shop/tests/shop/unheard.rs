//! A hand-off under way while answers get lost, guests end, windows race and people go on shopping.

use anyhow::Result;
use carryover_shop::{Answer, FlowView, Identity, Outcome, Rules, ShopError, SwitchView};
use carryover_testkit::Desk;
use serde_json::json;

use crate::{
    support::{lines, product, saved, until},
    switch::{cart, here, is_member, no_orphans, on_server, scene, sign_in, told},
    upgrade::guest,
};

#[tokio::test]
async fn a_lost_answer_of_the_claim_is_recognised_and_not_repeated() -> Result<()> {
    let (sandbox, console, member, _device, shop, _) = scene(&[("teapot", 1)]).await?;
    let desk = Desk::of(&sandbox)?;
    sign_in(&shop).await?;
    shop.preview_hand_off().await?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/claim_offer", "times": 1, "fault": { "kind": "drop_answer" } }))
        .await?;
    shop.claim_hand_off(&Answer::Merge(Rules::default())).await.expect_err("the answer is lost");
    let after = is_member(&shop).await?;
    let expected = cart(&[("teapot", 3), ("desk-lamp", 1)]);
    assert_eq!((here(&after), on_server(&console, &member.id).await?), (expected.clone(), expected));
    no_orphans(&console).await?;
    Ok(())
}

#[tokio::test]
async fn a_claim_that_never_arrived_leads_back_to_the_choice() -> Result<()> {
    let (sandbox, console, member, _device, shop, before) = scene(&[("teapot", 1)]).await?;
    let desk = Desk::of(&sandbox)?;
    sign_in(&shop).await?;
    shop.preview_hand_off().await?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/claim_offer", "times": 1, "fault": { "kind": "refuse" } })).await?;
    shop.claim_hand_off(&Answer::KeepGuest).await.expect_err("never arrived");
    until(&shop, "the choice again", |s| matches!(s.switch, SwitchView::Choosing { .. })).await?;
    assert_eq!(shop.snapshot().identity, before.identity);
    shop.preview_hand_off().await?;
    // And another answer counts.
    shop.claim_hand_off(&Answer::KeepAccount).await?;
    assert_eq!(on_server(&console, &member.id).await?, cart(&[("teapot", 1)]));
    no_orphans(&console).await?;
    Ok(())
}

#[tokio::test]
async fn sixteen_claims_of_one_window_are_one_claim() -> Result<()> {
    for (answer, expected) in [
        (Answer::Merge(Rules::default()), cart(&[("teapot", 3), ("desk-lamp", 1)])),
        // Afterwards the two carts are equal: a second claim would find nothing wrong.
        (Answer::KeepGuest, cart(&[("teapot", 2), ("desk-lamp", 1)])),
    ] {
        let (_sandbox, console, member, _device, shop, _) = scene(&[("teapot", 1)]).await?;
        sign_in(&shop).await?;
        shop.preview_hand_off().await?;
        let mut claims = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (shop, answer) = (shop.clone(), answer.clone());
            claims.spawn(async move { shop.claim_hand_off(&answer).await });
        }
        let done = claims.join_all().await.into_iter().flatten().count();
        assert_eq!(done, 1);
        let after = shop.snapshot();
        assert_eq!((here(&after), on_server(&console, &member.id).await?), (expected.clone(), expected));
        assert_eq!(after.switch, SwitchView::SigningIn(FlowView::Idle));
        no_orphans(&console).await?;
    }
    Ok(())
}

#[tokio::test]
async fn nobody_orders_and_nobody_loses_while_it_is_not_known_whose_the_cart_is() -> Result<()> {
    let (sandbox, console, member, _device, shop, _) = scene(&[("teapot", 1)]).await?;
    let desk = Desk::of(&sandbox)?;
    sign_in(&shop).await?;
    shop.preview_hand_off().await?;
    // The claim is made, nobody hears of it, and for a while nobody can ask.
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/claim_offer", "fault": { "kind": "drop_answer" } })).await?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/offer_cart", "fault": { "kind": "refuse" } })).await?;
    shop.claim_hand_off(&Answer::Merge(Rules::default())).await.expect_err("the answer is lost");
    assert!(matches!(shop.check_out().await, Err(ShopError::Busy)));
    shop.retry_now();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(lines(&shop.snapshot()).len(), 2, "the closed cart of the guest is not taken over");
    desk.lift_faults().await?;
    shop.retry_now();
    let after = is_member(&shop).await?;
    let expected = cart(&[("teapot", 3), ("desk-lamp", 1)]);
    assert_eq!((here(&after), on_server(&console, &member.id).await?), (expected.clone(), expected));
    Ok(())
}

#[tokio::test]
async fn a_guest_removed_between_the_claim_and_the_switch_takes_nothing_back() -> Result<()> {
    let (sandbox, console, member, _device, shop, before) = scene(&[("teapot", 1)]).await?;
    let desk = Desk::of(&sandbox)?;
    sign_in(&shop).await?;
    shop.preview_hand_off().await?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/claim_offer", "fault": { "kind": "drop_answer" } })).await?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/claim_result", "fault": { "kind": "refuse" } })).await?;
    shop.claim_hand_off(&Answer::Merge(Rules::default())).await.expect_err("the answer is lost");
    console.delete_user(&guest(&before)?.to_string()).await?;
    shop.retry_now();
    until(&shop, "the end of the guest", |s| s.identity == Identity::Visitor).await?;
    desk.lift_faults().await?;
    shop.retry_now();
    let after = is_member(&shop).await?;
    let expected = cart(&[("teapot", 3), ("desk-lamp", 1)]);
    assert_eq!(here(&after), expected, "not what the guest had, sent over it: {after:?}");
    shop.retry_now();
    saved(&shop).await?;
    assert_eq!(on_server(&console, &member.id).await?, expected);
    assert_eq!(told(&after)?.outcome, Outcome::Merged);
    Ok(())
}

#[tokio::test]
async fn what_is_put_in_while_the_carts_are_handed_over_is_carried_along() -> Result<()> {
    let (sandbox, console, member, _device, shop, _) = scene(&[("teapot", 1)]).await?;
    let desk = Desk::of(&sandbox)?;
    sign_in(&shop).await?;
    shop.preview_hand_off().await?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/claim_offer", "times": 1, "fault": { "kind": "delay", "ms": 500 } }))
        .await?;
    let claiming = tokio::spawn({
        let shop = shop.clone();
        async move { shop.claim_hand_off(&Answer::Merge(Rules::default())).await }
    });
    until(&shop, "the hand-over", |s| s.switch == SwitchView::Claiming).await?;
    shop.add_to_cart(&product("house-blend")).await?;
    shop.set_quantity(&product("teapot"), 1).await?;
    claiming.await??;
    // Merged to 3, one taken out since, and one more thing.
    let expected = cart(&[("teapot", 2), ("desk-lamp", 1), ("house-blend", 1)]);
    let after = saved(&shop).await?;
    assert_eq!(here(&after), expected);
    assert_eq!(on_server(&console, &member.id).await?, expected);
    Ok(())
}

#[tokio::test]
async fn offline_in_the_middle_the_choice_waits() -> Result<()> {
    let (sandbox, console, member, device, shop, before) = scene(&[("teapot", 1)]).await?;
    let desk = Desk::of(&sandbox)?;
    desk.set_fault(&json!({ "path": "/rest/v1/rpc/*", "fault": { "kind": "refuse" } })).await?;
    sign_in(&shop).await?;
    assert!(matches!(shop.snapshot().switch, SwitchView::Choosing { .. }), "the sign-in did not fail for it");
    let offline = shop.preview_hand_off().await.expect_err("no network");
    assert!(offline.is_retryable(), "{offline:?}");
    assert_eq!((&shop.snapshot().identity, lines(&shop.snapshot())), (&before.identity, lines(&before)));
    desk.lift_faults().await?;
    shop.preview_hand_off().await?;
    shop.claim_hand_off(&Answer::KeepGuest).await?;
    assert_eq!(on_server(&console, &member.id).await?, here(&before));
    drop(device);
    Ok(())
}
