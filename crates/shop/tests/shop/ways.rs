//! Every way to an account, and what can come of it: the cells of the table in `docs/upgrade.md` that no other test shows. Until
//! an account is proven, and the carts are one, whatever goes wrong leaves the guest whole.

mod browser;
mod carts;
mod mail;

use std::{fs, sync::Arc};

use anyhow::{Context, Result, ensure};
use carryover_shop::{Code, ContactKind, FlowView, Identity, Otp, Password, Shop, ShopError, Snapshot, SwitchView};
use carryover_testkit::{Console, ControlOptions, Desk, Sandbox, SandboxConfig, SandboxOptions};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    support::{Device, backend, joined, lines, saved_guest, until},
    upgrade::{ANA, guest, is_whole},
};

const PASSWORD: &str = "correct horse battery";
/// Longer than any code, link or trip lives.
const TOO_LONG: u32 = 6100;

/// The ways in by a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByCode {
    Email,
    Phone,
    SignIn,
}

const BY_CODE: [ByCode; 3] = [ByCode::Email, ByCode::Phone, ByCode::SignIn];

impl ByCode {
    /// What is typed, and what the inbox calls it.
    fn to(self) -> (ContactKind, &'static str, &'static str) {
        match self {
            Self::Email => (ContactKind::Email, "ana@example.com", "ana@example.com"),
            Self::Phone => (ContactKind::Phone, "+49 151 234567", "49151234567"),
            Self::SignIn => (ContactKind::Email, "owner@example.com", "owner@example.com"),
        }
    }

    async fn ask(self, shop: &Shop) -> Result<(), ShopError> {
        let (kind, typed, _) = self.to();
        match self {
            Self::Email | Self::Phone => joined(|| shop.request_code(kind, typed)).await,
            Self::SignIn => joined(|| shop.request_sign_in_code(kind, typed)).await,
        }
    }

    async fn confirm(self, shop: &Shop, code: &str) -> Result<(), ShopError> {
        let otp = Otp::new(code.to_owned());
        match self {
            Self::Email | Self::Phone => joined(|| shop.confirm_code(&otp)).await,
            Self::SignIn => joined(|| shop.confirm_sign_in_code(&otp)).await,
        }
    }

    async fn code(self, scene: &Scene) -> Result<String> {
        scene.console.code(self.to().2).await
    }

    async fn cancel(self, shop: &Shop) -> Result<(), ShopError> {
        if self == Self::SignIn { shop.cancel_switch().await } else { shop.cancel_upgrade().await }
    }

    fn view(self, snapshot: &Snapshot) -> FlowView {
        match (&snapshot.switch, self) {
            (SwitchView::SigningIn(view), Self::SignIn) => view.clone(),
            _ => snapshot.upgrade.clone(),
        }
    }

    async fn arrived(self, there: &Guest) -> Result<()> {
        if self == Self::SignIn { there.chooses().await } else { there.is_member().await }
    }
}

/// A sandbox whose mails and text messages come no faster than once a minute.
struct Scene {
    sandbox: Sandbox,
    console: Console,
    desk: Desk,
}

/// Somebody with two lines in their cart, and the device they shop on.
struct Guest {
    device: Device,
    shop: Shop,
    before: Arc<Snapshot>,
}

impl Scene {
    async fn new() -> Result<Self> {
        let settings = include_str!("../../../../supabase/config.toml")
            .replace("max_frequency = \"1s\"", "max_frequency = \"60s\"")
            .replace("[auth.sms]\n", "[auth.sms]\nmax_frequency = \"60s\"\n");
        let config = SandboxConfig::parse("ways.toml", &settings)?;
        let options = SandboxOptions { config, control: Some(ControlOptions::default()), ..SandboxOptions::default() };
        let (sandbox, console) = carryover_testkit::sandbox(options).await?;
        let desk = Desk::of(&sandbox)?;
        Ok(Self { sandbox, console, desk })
    }

    async fn guest(&self) -> Result<Guest> {
        let device = Device::new()?;
        let (shop, before) = saved_guest(&self.sandbox, &device).await?;
        Ok(Guest { device, shop, before })
    }

    /// An account that exists, with a cart.
    async fn account(&self, email: &str, cart: &[(&str, u32)]) -> Result<String> {
        let user = json!({ "email": email, "password": PASSWORD, "email_confirm": true });
        let id = self.admin(Method::POST, "", &user).await?["id"].as_str().context("an id")?.to_owned();
        self.console.put_rows("carts", &json!({ "user_id": id, "version": 1 })).await?;
        let line =
            |(product, quantity): &(&str, u32)| json!({ "user_id": id, "product_id": product, "quantity": quantity });
        let lines: Vec<_> = cart.iter().map(line).collect();
        if !lines.is_empty() {
            self.console.put_rows("cart_lines", &json!(lines)).await?;
        }
        Ok(id)
    }

    async fn admin(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let key = Some(self.console.service_role_key.as_str());
        let request = self.console.request(method, &format!("/auth/v1/admin/users{path}"), key);
        let (status, answer) = Console::send(request.json(body)).await?;
        ensure!(status == 200, "{status} {answer}");
        Ok(answer)
    }

    /// From now on requests to this path meet this fault.
    async fn fault(&self, path: &str, kind: &str) -> Result<()> {
        self.desk.set_fault(&json!({ "path": path, "fault": { "kind": kind } })).await
    }
}

impl Guest {
    async fn is_whole(&self, scene: &Scene) -> Result<()> {
        is_whole(&self.shop, &self.before, &scene.console).await
    }

    /// The same user, a member now, with the same cart.
    async fn is_member(&self) -> Result<()> {
        let id = guest(&self.before)?;
        let is_done = |s: &Snapshot| matches!(s.identity, Identity::Member { .. }) && s.upgrade == FlowView::Idle;
        let member = until(&self.shop, "a member", is_done).await?;
        ensure!(matches!(member.identity, Identity::Member { user_id, .. } if user_id == id), "{member:?}");
        assert_eq!(lines(&member), lines(&self.before));
        Ok(())
    }

    /// The account is proven, and nothing has changed yet.
    async fn chooses(&self) -> Result<()> {
        let chooses = until(&self.shop, "a choice", |s| matches!(s.switch, SwitchView::Choosing { .. })).await?;
        assert_eq!((&chooses.identity, lines(&chooses)), (&self.before.identity, lines(&self.before)));
        Ok(())
    }

    /// The files as they are at this instant, for another program of the same person.
    fn copy(&self) -> Result<Device> {
        let folder = tempfile::tempdir()?;
        for entry in fs::read_dir(self.device.folder.path())? {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().ends_with("-shm") {
                fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
            }
        }
        let Device { key_store, browser, .. } = &self.device;
        Ok(Device { folder, key_store: key_store.clone(), browser: browser.clone() })
    }

    /// The program is killed, and started again on the files as that leaves them. Not joined to the backend yet.
    async fn killed(self) -> Result<Self> {
        let device = self.copy()?;
        // What it still does on its way out, it does to other files.
        self.shop.close().await;
        let shop = device.open().await?;
        Ok(Self { device, shop, before: self.before })
    }

    /// The same, and joined.
    async fn restarted(self, scene: &Scene) -> Result<Self> {
        let there = self.killed().await?;
        there.shop.connect(backend(&scene.sandbox));
        Ok(there)
    }

    /// Where the browser is sent back to, not visited yet.
    async fn consents(&self, scene: &Scene) -> Result<String> {
        let opened = self.device.browser.last().context("the browser was not opened")?;
        scene.console.consent(&opened, &ANA).await
    }

    async fn sign_in(&self, email: &str) -> Result<(), ShopError> {
        joined(|| self.shop.sign_in_with_password(ContactKind::Email, email, Password::new(PASSWORD.into()))).await
    }
}

#[tokio::test]
async fn a_wrong_code_an_old_one_and_asking_too_soon_leave_the_guest_whole() -> Result<()> {
    let scene = Scene::new().await?;
    scene.account("owner@example.com", &[("teapot", 1)]).await?;
    for way in BY_CODE {
        let there = scene.guest().await?;
        way.ask(&there.shop).await?;
        let soon = way.ask(&there.shop).await.expect_err("too soon");
        let throttled = matches!(soon.auth_code(), Some(Code::OverEmailSendRateLimit | Code::OverSmsSendRateLimit));
        ensure!(throttled, "{way:?}: {soon:?}");
        there.is_whole(&scene).await?;
        let wrong = way.confirm(&there.shop, "000000").await.expect_err("wrong");
        assert_eq!(wrong.auth_code(), Some(&Code::OtpExpired), "{way:?}");
        there.is_whole(&scene).await?;
        ensure!(matches!(way.view(&there.shop.snapshot()), FlowView::CodeSent { .. }), "{way:?}: still waited for");
        let old = way.code(&scene).await?;
        scene.desk.advance_clock(TOO_LONG).await?;
        let expired = way.confirm(&there.shop, &old).await.expect_err("too old");
        assert_eq!(expired.auth_code(), Some(&Code::OtpExpired), "{way:?}");
        there.is_whole(&scene).await?;
        way.ask(&there.shop).await?;
        way.confirm(&there.shop, &way.code(&scene).await?).await?;
        way.arrived(&there).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_number_of_somebody_else_is_refused_and_so_is_an_address_that_was_free_when_it_was_asked_for() -> Result<()> {
    let scene = Scene::new().await?;
    let (first, second) = (scene.guest().await?, scene.guest().await?);
    ByCode::Phone.ask(&first.shop).await?;
    ByCode::Phone.confirm(&first.shop, &ByCode::Phone.code(&scene).await?).await?;
    let taken = ByCode::Phone.ask(&second.shop).await.expect_err("somebody else's");
    assert_eq!(taken.auth_code(), Some(&Code::PhoneExists));
    second.is_whole(&scene).await?;
    ByCode::Email.ask(&second.shop).await?;
    let (code, link) = (ByCode::Email.code(&scene).await?, scene.console.link("ana@example.com").await?);
    scene.account("ana@example.com", &[]).await?;
    ByCode::Email.confirm(&second.shop, &code).await.expect_err("taken meanwhile");
    let (_, landed) = scene.console.step(&link).await?;
    ensure!(landed.contains("error=") && !landed.contains("code=pkce"), "{landed}");
    second.is_whole(&scene).await?;
    scene.desk.advance_clock(61).await?;
    let taken = ByCode::Email.ask(&second.shop).await.expect_err("taken");
    assert_eq!(taken.auth_code(), Some(&Code::EmailExists));
    second.is_whole(&scene).await?;
    Ok(())
}

#[tokio::test]
async fn without_a_network_a_code_is_neither_sent_nor_spent() -> Result<()> {
    let scene = Scene::new().await?;
    scene.account("owner@example.com", &[("teapot", 1)]).await?;
    for way in BY_CODE {
        let there = scene.guest().await?;
        scene.fault("/auth/v1/*", "refuse").await?;
        let offline = way.ask(&there.shop).await.expect_err("no network");
        ensure!(offline.is_retryable(), "{way:?}: {offline:?}");
        scene.desk.lift_faults().await?;
        there.is_whole(&scene).await?;
        way.ask(&there.shop).await?;
        let code = way.code(&scene).await?;
        scene.fault("/auth/v1/*", "refuse").await?;
        let offline = way.confirm(&there.shop, &code).await.expect_err("no network");
        ensure!(offline.is_retryable(), "{way:?}: {offline:?}");
        scene.desk.lift_faults().await?;
        there.is_whole(&scene).await?;
        way.confirm(&there.shop, &code).await?;
        way.arrived(&there).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_sign_in_whose_answer_is_lost_takes_another_code() -> Result<()> {
    let scene = Scene::new().await?;
    scene.account("owner@example.com", &[("teapot", 1)]).await?;
    let (way, there) = (ByCode::SignIn, scene.guest().await?);
    way.ask(&there.shop).await?;
    let code = way.code(&scene).await?;
    scene.fault("/auth/v1/verify", "drop_answer").await?;
    way.confirm(&there.shop, &code).await.expect_err("the answer is lost");
    scene.desk.lift_faults().await?;
    there.is_whole(&scene).await?;
    let spent = way.confirm(&there.shop, &code).await.expect_err("spent");
    assert_eq!(spent.auth_code(), Some(&Code::OtpExpired));
    scene.desk.advance_clock(61).await?;
    way.ask(&there.shop).await?;
    way.confirm(&there.shop, &way.code(&scene).await?).await?;
    way.arrived(&there).await
}

#[tokio::test]
async fn whoever_gives_a_code_up_is_the_guest_as_before() -> Result<()> {
    let scene = Scene::new().await?;
    scene.account("owner@example.com", &[("teapot", 1)]).await?;
    for way in BY_CODE {
        let there = scene.guest().await?;
        way.ask(&there.shop).await?;
        way.cancel(&there.shop).await?;
        assert_eq!(way.view(&there.shop.snapshot()), FlowView::Idle, "{way:?}");
        let late = way.confirm(&there.shop, &way.code(&scene).await?).await;
        ensure!(matches!(late, Err(ShopError::NoUpgrade)), "{way:?}: {late:?}");
        there.is_whole(&scene).await?;
        there.restarted(&scene).await?.is_whole(&scene).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_kill_while_a_code_is_waited_for_leaves_the_field_to_type_it_in() -> Result<()> {
    let scene = Scene::new().await?;
    scene.account("owner@example.com", &[("teapot", 1)]).await?;
    for way in BY_CODE {
        let there = scene.guest().await?;
        way.ask(&there.shop).await?;
        let there = there.restarted(&scene).await?;
        let view = way.view(&there.shop.snapshot());
        ensure!(
            matches!(&view, FlowView::CodeSent { contact, .. } if contact.as_str() == way.to().2),
            "{way:?}: {view:?}"
        );
        there.is_whole(&scene).await?;
        way.confirm(&there.shop, &way.code(&scene).await?).await?;
        way.arrived(&there).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_password_without_a_network_and_a_banned_account_leave_the_guest_whole() -> Result<()> {
    let scene = Scene::new().await?;
    let id = scene.account("owner@example.com", &[("teapot", 1)]).await?;
    let there = scene.guest().await?;
    for kind in ["refuse", "drop_answer"] {
        scene.fault("/auth/v1/token", kind).await?;
        let offline = there.sign_in("owner@example.com").await.expect_err("no network");
        ensure!(offline.is_retryable(), "{kind}: {offline:?}");
        scene.desk.lift_faults().await?;
        there.is_whole(&scene).await?;
    }
    scene.admin(Method::PUT, &format!("/{id}"), &json!({ "ban_duration": "1h" })).await?;
    let banned = there.sign_in("owner@example.com").await.expect_err("banned");
    assert_eq!(banned.auth_code(), Some(&Code::UserBanned));
    there.is_whole(&scene).await?;
    scene.admin(Method::PUT, &format!("/{id}"), &json!({ "ban_duration": "none" })).await?;
    there.sign_in("owner@example.com").await?;
    there.chooses().await
}
