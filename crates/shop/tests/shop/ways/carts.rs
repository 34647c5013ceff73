//! An account is proven; now the carts become one, or an order.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use carryover_shop::{Answer, ContactKind, FlowView, Identity, Otp, Refusal, Rules, Shop, ShopError, SwitchView};
use serde_json::json;

use super::{Guest, Scene};
use crate::{
    support::{backend, joined, lines, until},
    switch::{is_member, on_server},
    upgrade::guest,
};

/// What becomes of the carts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Merge,
    KeepAccount,
    KeepGuest,
    /// The account's cart is empty: nobody is asked.
    Settled,
}

const CHOICES: [Choice; 4] = [Choice::Merge, Choice::KeepAccount, Choice::KeepGuest, Choice::Settled];

type Lines = BTreeMap<String, u64>;

fn cart(lines: &[(&str, u64)]) -> Lines {
    lines.iter().map(|(id, quantity)| ((*id).to_owned(), *quantity)).collect()
}

impl Choice {
    fn account(self) -> &'static [(&'static str, u32)] {
        if self == Self::Settled { &[] } else { &[("teapot", 1), ("enamel-mug", 3)] }
    }

    fn account_cart(self) -> Lines {
        self.account().iter().map(|(id, quantity)| ((*id).to_owned(), u64::from(*quantity))).collect()
    }

    fn result(self) -> Lines {
        match self {
            Self::Merge => cart(&[("teapot", 3), ("desk-lamp", 1), ("enamel-mug", 3)]),
            Self::KeepAccount => cart(&[("teapot", 1), ("enamel-mug", 3)]),
            Self::KeepGuest | Self::Settled => cart(&[("teapot", 2), ("desk-lamp", 1)]),
        }
    }

    fn answer(self) -> Answer {
        match self {
            Self::Merge => Answer::Merge(Rules::default()),
            Self::KeepAccount => Answer::KeepAccount,
            Self::KeepGuest | Self::Settled => Answer::KeepGuest,
        }
    }

    /// Looks at both carts and answers; where nobody is asked, looking is all.
    async fn answers(self, shop: &Shop) -> Result<(), ShopError> {
        match joined(|| shop.preview_hand_off()).await {
            Err(ShopError::NothingToDecide) if self == Self::Settled => Ok(()),
            seen => {
                seen?;
                shop.claim_hand_off(&self.answer()).await
            }
        }
    }
}

/// A guest, and an account with a cart.
struct Scenery {
    there: Guest,
    email: String,
    account: String,
}

async fn before(scene: &Scene, choice: Choice) -> Result<Scenery> {
    let email = format!("{choice:?}-{}@example.com", scene.console.users().await?.len()).to_lowercase();
    let account = scene.account(&email, choice.account()).await?;
    Ok(Scenery { there: scene.guest().await?, email, account })
}

/// The account is signed in with this cart, here and on the server, and the guest is gone.
async fn is_done(scene: &Scene, there: &Guest, account: &str, expected: &Lines) -> Result<()> {
    let member = is_member(&there.shop).await?;
    ensure!(
        matches!(member.identity, Identity::Member { user_id, .. } if user_id.to_string() == account),
        "{member:?}"
    );
    let here: Lines = lines(&member).into_iter().map(|(id, quantity)| (id, quantity.into())).collect();
    assert_eq!((&here, &on_server(&scene.console, account).await?), (expected, expected));
    let id = json!(guest(&there.before)?);
    let gone = async {
        while scene.console.users().await?.iter().any(|user| user["id"] == id) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(30), gone).await.context("an orphaned guest")?
}

#[tokio::test]
async fn an_offer_that_ran_out_means_another_look() -> Result<()> {
    let scene = Scene::new().await?;
    for choice in [Choice::Merge, Choice::KeepAccount, Choice::KeepGuest] {
        let Scenery { there, email, account } = before(&scene, choice).await?;
        there.sign_in(&email).await?;
        there.shop.preview_hand_off().await?;
        // PostgreSQL goes by its own clock.
        scene.sandbox.execute("update private.cart_offers set expires_at = now()").await?;
        let old = there.shop.claim_hand_off(&choice.answer()).await.expect_err("too old");
        ensure!(matches!(old, ShopError::CartChanged), "{choice:?}: {old:?}");
        there.chooses().await?;
        choice.answers(&there.shop).await?;
        is_done(&scene, &there, &account, &choice.result()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_sells_out_before_the_answer_is_seen_before_it_counts() -> Result<()> {
    let scene = Scene::new().await?;
    for (choice, product, left) in [
        (Choice::Merge, "enamel-mug", 1),
        (Choice::KeepAccount, "enamel-mug", 2),
        (Choice::KeepGuest, "desk-lamp", 0),
        (Choice::Settled, "desk-lamp", 0),
    ] {
        let Scenery { there, email, account } = before(&scene, choice).await?;
        if choice != Choice::Settled {
            there.sign_in(&email).await?;
            there.shop.preview_hand_off().await?;
        }
        scene.sandbox.execute(&format!("update public.products set stock = {left} where id = '{product}'")).await?;
        if choice == Choice::Settled {
            there.sign_in(&email).await?;
        } else {
            let refused = there.shop.claim_hand_off(&choice.answer()).await.expect_err("more than there is");
            ensure!(matches!(refused, ShopError::CartChanged), "{choice:?}: {refused:?}");
            there.chooses().await?;
            choice.answers(&there.shop).await?;
        }
        let mut expected = choice.result();
        expected.insert(product.to_owned(), left);
        expected.retain(|_, quantity| *quantity > 0);
        is_done(&scene, &there, &account, &expected).await?;
        scene.sandbox.execute(&format!("update public.products set stock = 50 where id = '{product}'")).await?;
    }
    Ok(())
}

/// Two programs of one guest. The other one has gone to another account before this one answers.
#[tokio::test]
async fn a_cart_that_another_program_took_elsewhere_is_not_taken_twice() -> Result<()> {
    let scene = Scene::new().await?;
    for choice in CHOICES {
        let Scenery { there, email, account } = before(&scene, choice).await?;
        let other = scene.account(&format!("other-{email}"), &[]).await?;
        if choice != Choice::Settled {
            there.sign_in(&email).await?;
            there.shop.preview_hand_off().await?;
        }
        // The guest is still there, with nothing that is theirs.
        scene.fault("/rest/v1/rpc/finish_claim", "refuse").await?;
        let device = there.copy()?;
        let second = Guest { shop: device.open().await?, device, before: there.before.clone() };
        second.shop.connect(backend(&scene.sandbox));
        joined(|| second.shop.cancel_switch()).await?;
        second.sign_in(&format!("other-{email}")).await?;
        is_member(&second.shop).await?;
        second.shop.close().await;

        if choice == Choice::Settled {
            there.sign_in(&email).await?;
        } else {
            there.shop.claim_hand_off(&choice.answer()).await.expect_err("it is not here any more");
        }
        there.shop.preview_hand_off().await.expect_err("there is nothing to hand over");
        there.shop.cancel_switch().await?;
        assert_eq!(there.shop.snapshot().switch, SwitchView::SigningIn(FlowView::Idle), "{choice:?}");
        assert_eq!(on_server(&scene.console, &account).await?, choice.account_cart(), "{choice:?}");
        assert_eq!(on_server(&scene.console, &other).await?, Choice::KeepGuest.result(), "{choice:?}");
        scene.desk.lift_faults().await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_a_network_an_answer_is_given_once_or_not_at_all() -> Result<()> {
    let scene = Scene::new().await?;
    for kind in ["refuse", "drop_answer"] {
        for choice in CHOICES {
            let Scenery { there, email, account } = before(&scene, choice).await?;
            let rule = json!({ "path": "/rest/v1/rpc/claim_offer", "times": 1, "fault": { "kind": kind } });
            scene.desk.set_fault(&rule).await?;
            there.sign_in(&email).await?;
            if choice != Choice::Settled {
                there.chooses().await?;
                choice.answers(&there.shop).await.expect_err("no network");
            }
            if kind == "refuse" {
                there.chooses().await?;
                choice.answers(&there.shop).await?;
            }
            is_done(&scene, &there, &account, &choice.result()).await.with_context(|| format!("{choice:?}, {kind}"))?;
            scene.desk.lift_faults().await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn not_now_counts_as_long_as_the_server_has_not_handed_the_cart_over() -> Result<()> {
    let scene = Scene::new().await?;
    for choice in CHOICES {
        let Scenery { there, email, account } = before(&scene, choice).await?;
        scene.fault("/rest/v1/rpc/preview_offer", "refuse").await?;
        there.sign_in(&email).await?;
        there.chooses().await?;
        there.shop.cancel_switch().await?;
        scene.desk.lift_faults().await?;
        there.is_whole(&scene).await?;
        assert_eq!(
            on_server(&scene.console, &account).await?,
            cart(&choice.account().iter().map(|(id, n)| (*id, u64::from(*n))).collect::<Vec<_>>())
        );

        // It has, and nobody here has heard of it: what can't be given up is completed.
        scene.fault("/rest/v1/rpc/claim_offer", "drop_answer").await?;
        scene.fault("/rest/v1/rpc/claim_result", "refuse").await?;
        there.sign_in(&email).await?;
        if choice != Choice::Settled {
            choice.answers(&there.shop).await.expect_err("the answer is lost");
        }
        assert_eq!(there.shop.snapshot().switch, SwitchView::Claiming);
        scene.desk.lift_faults().await?;
        there.shop.cancel_switch().await?;
        is_done(&scene, &there, &account, &choice.result()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_kill_while_the_cart_is_handed_over_ends_with_the_member_or_with_the_choice() -> Result<()> {
    let scene = Scene::new().await?;
    for heard in [true, false] {
        for choice in CHOICES {
            let Scenery { there, email, account } = before(&scene, choice).await?;
            scene.fault("/rest/v1/rpc/claim_offer", if heard { "drop_answer" } else { "refuse" }).await?;
            scene.fault("/rest/v1/rpc/claim_result", "refuse").await?;
            // Whoever asks whether it was heard makes one more offer than the looks at both carts did.
            let offers = if choice == Choice::Settled { 1 } else { 2 };
            let again = json!({ "path": "/rest/v1/rpc/offer_cart", "skip": offers, "fault": { "kind": "refuse" } });
            scene.desk.set_fault(&again).await?;
            there.sign_in(&email).await?;
            if choice != Choice::Settled {
                choice.answers(&there.shop).await.expect_err("no network");
            }
            let there = there.killed().await?;
            let found = there.shop.snapshot();
            assert_eq!((&found.switch, &found.identity), (&SwitchView::Claiming, &there.before.identity), "{choice:?}");
            scene.desk.lift_faults().await?;
            there.shop.connect(backend(&scene.sandbox));
            if !heard {
                there.chooses().await?;
                choice.answers(&there.shop).await?;
            }
            is_done(&scene, &there, &account, &choice.result()).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_order_without_a_network_is_none_and_one_before_a_kill_is_one() -> Result<()> {
    let scene = Scene::new().await?;
    let there = scene.guest().await?;
    ensure!(matches!(joined(|| there.shop.check_out()).await, Err(ShopError::MembersOnly)));
    // On the way to an account, and back.
    there.shop.request_code(ContactKind::Email, "ana@example.com").await?;
    there.shop.cancel_upgrade().await?;
    there.is_whole(&scene).await?;
    scene.desk.advance_clock(61).await?;
    there.shop.request_code(ContactKind::Email, "ana@example.com").await?;
    there.shop.confirm_code(&Otp::new(scene.console.code("ana@example.com").await?)).await?;

    scene.fault("/rest/v1/*", "refuse").await?;
    let offline = there.shop.check_out().await.expect_err("no network");
    ensure!(offline.is_retryable(), "{offline:?}");
    assert_eq!(lines(&there.shop.snapshot()), lines(&there.before));
    scene.desk.lift_faults().await?;
    assert!(scene.console.rows("orders?select=id").await?.is_empty());

    scene.fault("/rest/v1/rpc/place_order", "drop_answer").await?;
    there.shop.check_out().await.expect_err("the answer is lost");
    let there = there.killed().await?;
    scene.desk.lift_faults().await?;
    there.shop.connect(backend(&scene.sandbox));
    until(&there.shop, "an empty cart", |s| s.cart.lines.is_empty()).await?;
    let again = joined(|| there.shop.check_out()).await.expect_err("nothing is left to order");
    assert_eq!(again.refusal(), Some(&Refusal::CartEmpty));
    assert_eq!(there.shop.orders().await?.len(), 1);
    Ok(())
}
