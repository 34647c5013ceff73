//! Over a provider, through the browser and back.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use carryover_shop::{BrowserFailure, FlowView, Shop, ShopError, Snapshot, SwitchView};
use serde_json::json;

use super::{Guest, Scene, TOO_LONG};
use crate::{
    support::{joined, product, saved, until},
    upgrade::{DENY, goes_through_the_browser},
};

/// The ways in over a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByProvider {
    Link,
    SignIn,
}

const BY_PROVIDER: [ByProvider; 2] = [ByProvider::Link, ByProvider::SignIn];

impl ByProvider {
    async fn begin(self, shop: &Shop) -> Result<(), ShopError> {
        match self {
            Self::Link => joined(|| shop.link_provider("google")).await,
            Self::SignIn => joined(|| shop.sign_in_with_provider("google")).await,
        }
    }

    fn view(self, snapshot: &Snapshot) -> FlowView {
        match (&snapshot.switch, self) {
            (SwitchView::SigningIn(view), Self::SignIn) => view.clone(),
            _ => snapshot.upgrade.clone(),
        }
    }

    async fn fails(self, there: &Guest, failure: BrowserFailure) -> Result<()> {
        let failed = FlowView::Failed { provider: "google".into(), failure };
        until(&there.shop, &format!("{failed:?}"), |s| self.view(s) == failed).await?;
        Ok(())
    }

    async fn cancel(self, shop: &Shop) -> Result<(), ShopError> {
        if self == Self::SignIn { shop.cancel_switch().await } else { shop.cancel_upgrade().await }
    }

    async fn arrived(self, there: &Guest) -> Result<()> {
        if self == Self::SignIn { there.chooses().await } else { there.is_member().await }
    }
}

#[tokio::test]
async fn a_provider_who_says_no_and_a_code_of_somebody_else_sign_nobody_in() -> Result<()> {
    let scene = Scene::new().await?;
    for way in BY_PROVIDER {
        let (there, mallory) = (scene.guest().await?, scene.guest().await?);
        way.begin(&there.shop).await?;
        goes_through_the_browser(&scene.console, &there.device, &DENY).await?;
        way.fails(&there, BrowserFailure::Denied).await?;
        there.is_whole(&scene).await?;

        way.begin(&mallory.shop).await?;
        let email = format!("{way:?}@example.com");
        let answers = [("name", "Mallory"), ("email", email.as_str()), ("answer", "allow")];
        let stolen = scene.console.consent(&mallory.device.browser.last().context("opened")?, &answers).await?;
        way.begin(&there.shop).await?;
        let own = there.consents(&scene).await?;
        let pairs = |address: &str| {
            Ok::<_, anyhow::Error>(url::Url::parse(address)?.query_pairs().into_owned().collect::<Vec<_>>())
        };
        let code = pairs(&stolen)?.into_iter().find(|(key, _)| key == "code").context("a code")?;
        let forged = pairs(&own)?.into_iter().map(|pair| if pair.0 == "code" { code.clone() } else { pair });
        let mut address = url::Url::parse(&own)?;
        address.query_pairs_mut().clear().extend_pairs(forged);
        scene.console.visit(address.as_str()).await?;
        match way {
            ByProvider::SignIn => {
                way.fails(&there, BrowserFailure::Failed).await?;
                there.is_whole(&scene).await?;
            }
            // Nobody but themselves: what they consented to, the server has linked.
            ByProvider::Link => there.is_member().await?,
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_code_that_comes_back_too_late_signs_nobody_in_and_hides_no_link() -> Result<()> {
    let scene = Scene::new().await?;
    for way in [ByProvider::SignIn, ByProvider::Link] {
        let there = scene.guest().await?;
        way.begin(&there.shop).await?;
        let email = format!("{way:?}@example.com");
        let answers = [("name", "Ana"), ("email", email.as_str()), ("answer", "allow")];
        let opened = there.device.browser.last().context("opened")?;
        let landed = scene.console.consent(&opened, &answers).await?;
        scene.desk.advance_clock(TOO_LONG).await?;
        scene.console.visit(&landed).await?;
        if way == ByProvider::SignIn {
            way.fails(&there, BrowserFailure::Failed).await?;
            there.is_whole(&scene).await?;
            continue;
        }
        // The provider's word was in time: the server has linked the identity, and that is found out.
        there.is_member().await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_a_network_a_trip_does_not_begin_and_one_that_comes_back_waits_for_it() -> Result<()> {
    let scene = Scene::new().await?;
    // Ana's account, made by the first round, is where the second one goes.
    for way in BY_PROVIDER {
        let there = scene.guest().await?;
        there.shop.set_quantity(&product("teapot"), if way == ByProvider::Link { 2 } else { 3 }).await?;
        let there = Guest { before: saved(&there.shop).await?, ..there };
        if way == ByProvider::Link {
            scene.fault("/auth/v1/*", "refuse").await?;
            let offline = way.begin(&there.shop).await.expect_err("no network");
            ensure!(offline.is_retryable(), "{offline:?}");
            scene.desk.lift_faults().await?;
            assert_eq!(there.device.browser.asked(), 0);
            there.is_whole(&scene).await?;
        }
        way.begin(&there.shop).await?;
        let landed = there.consents(&scene).await?;
        scene.desk.set_fault(&json!({ "path": "/auth/v1/token", "times": 2, "fault": { "kind": "refuse" } })).await?;
        scene.console.visit(&landed).await?;
        way.arrived(&there).await?;
        assert_eq!(scene.desk.met().await?, 2);
        scene.desk.lift_faults().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_sign_in_over_a_provider_can_be_given_up_and_outlives_a_kill() -> Result<()> {
    let scene = Scene::new().await?;
    let (way, there) = (ByProvider::SignIn, scene.guest().await?);
    way.begin(&there.shop).await?;
    let landed = there.consents(&scene).await?;
    way.cancel(&there.shop).await?;
    ensure!(scene.console.visit(&landed).await.is_err(), "the port is closed");
    there.is_whole(&scene).await?;
    // The consent made Ana an account all the same: its cart is empty.
    let id = scene.console.users().await?.iter().find(|user| user["email"] == "ana@example.com").context("Ana")?["id"]
        .clone();
    scene.console.put_rows("carts", &json!({ "user_id": id, "version": 1 })).await?;
    scene.console.put_rows("cart_lines", &json!({ "user_id": id, "product_id": "teapot", "quantity": 1 })).await?;

    way.begin(&there.shop).await?;
    let there = there.restarted(&scene).await?;
    assert_eq!(way.view(&there.shop.snapshot()), FlowView::InBrowser { provider: "google".into() });
    let landed = there.consents(&scene).await?;
    let come_back = async {
        while scene.console.visit(&landed).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), come_back).await.context("nobody listens again")?;
    way.arrived(&there).await?;
    // Once more, now that it is proven: the same choice.
    let there = there.restarted(&scene).await?;
    there.chooses().await
}
