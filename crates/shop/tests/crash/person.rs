//! A person whose program is killed again and again, and what they find afterwards.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use carryover_shop::{Identity, ProductId, SaveState, Shop};
use carryover_testkit::{Console, Sandbox};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::{
    child::{open, quantities},
    flows::Flow,
    life::{self, Kill, Plan, Said},
};

pub(crate) type Cart = BTreeMap<String, u32>;

/// The sandbox that all share.
pub(crate) struct Backend {
    url: String,
    publishable_key: String,
    pub console: Console,
}

impl Backend {
    pub(crate) fn new(sandbox: &Sandbox, console: Console) -> Self {
        Self { url: sandbox.url().to_string(), publishable_key: sandbox.publishable_key().to_owned(), console }
    }

    pub(crate) fn address(&self) -> Result<carryover_shop::Backend> {
        Ok(carryover_shop::Backend { url: self.url.parse()?, publishable_key: self.publishable_key.clone() })
    }

    /// How many users there are: all are guests.
    pub(crate) async fn guests(&self) -> Result<usize> {
        let key = Some(self.console.service_role_key.as_str());
        let request = self.console.request(Method::GET, "/auth/v1/admin/users?per_page=10000", key);
        let (status, body) = Console::send(request).await?;
        ensure!(status == 200, "{status} {body}");
        Ok(body["users"].as_array().map_or(0, Vec::len))
    }

    /// What a life there begins with.
    pub(crate) fn plan(&self) -> Plan {
        Plan {
            folder: std::path::PathBuf::new(),
            url: self.url.clone(),
            publishable_key: self.publishable_key.clone(),
            seed: 0,
            flow: Flow::Shop,
        }
    }

    /// An account with a cart.
    pub(crate) async fn account(&self, email: &str, password: &str, cart: &Cart) -> Result<Uuid> {
        let body = json!({ "email": email, "password": password, "email_confirm": true });
        let key = Some(self.console.service_role_key.as_str());
        let (status, user) =
            Console::send(self.console.request(Method::POST, "/auth/v1/admin/users", key).json(&body)).await?;
        ensure!(status == 200, "{status} {user}");
        let id: Uuid = user["id"].as_str().context("an id")?.parse()?;
        self.console.put_rows("carts", &json!({ "user_id": id, "version": 1 })).await?;
        let line = |(product, quantity): (&String, &u32)| json!({ "user_id": id, "product_id": product, "quantity": quantity });
        self.console.put_rows("cart_lines", &json!(cart.iter().map(line).collect::<Vec<_>>())).await?;
        Ok(id)
    }

    /// Whether a user is gone, or soon will be.
    pub(crate) async fn is_gone(&self, id: Uuid) -> Result<bool> {
        let path = format!("/auth/v1/admin/users/{id}");
        for _ in 0..600 {
            let request = self.console.request(Method::GET, &path, Some(&self.console.service_role_key));
            if Console::send(request).await?.0 == 404 {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(false)
    }

    pub(crate) async fn cart(&self, user_id: Uuid) -> Result<Cart> {
        let query = format!("cart_lines?user_id=eq.{user_id}&quantity=gt.0&select=product_id,quantity");
        let rows = self.console.rows(&query).await?;
        rows.iter()
            .map(|row| Ok(serde_json::from_value::<Line>(row.clone())?))
            .map(|line| line.map(Into::into))
            .collect()
    }
}

#[derive(serde::Deserialize)]
struct Line {
    product_id: String,
    quantity: u32,
}

impl From<Line> for (String, u32) {
    fn from(line: Line) -> Self {
        (line.product_id, line.quantity)
    }
}

/// What was found after a life.
pub(crate) struct Lived {
    pub killed: bool,
    /// Changes that were acknowledged in it.
    pub acknowledged: usize,
    /// Lines that hold less, or more, than they may, here or on the server.
    pub lost: usize,
    pub doubled: usize,
    /// Whether the guest is another one than before, or has no session that works.
    pub other_person: bool,
}

/// A folder, and what must be in it.
pub(crate) struct Person {
    folder: tempfile::TempDir,
    seed: u64,
    cart: Cart,
    user_id: Option<Uuid>,
}

impl Person {
    pub(crate) fn new(number: usize) -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, seed: number as u64 * 100_000, cart: Cart::new(), user_id: None })
    }

    /// One life, and a look at what it left.
    pub(crate) async fn live(&mut self, backend: &Backend, kill: Kill) -> Result<Lived> {
        self.seed += 1;
        let plan = Plan { folder: self.folder.path().to_owned(), seed: self.seed, ..backend.plan() };
        let ended = tokio::task::spawn_blocking(move || life::live(&plan, kill)).await??;
        let (mut acknowledged, mut under_way) = (0, None);
        for said in ended.said {
            match said {
                Said::Try(cart) => under_way = Some(cart),
                Said::Ack => {
                    self.cart = under_way.take().context("acknowledged and never tried")?;
                    acknowledged += 1;
                }
                Said::Done => ensure!(!ended.killed || under_way.is_none(), "done in the middle of a change"),
            }
        }
        let (shop, _) = open(self.folder.path()).await?;
        let found = quantities(&shop.snapshot());
        // What was under way may have happened or not, as a whole.
        let allowed = [Some(&self.cart), under_way.as_ref()];
        let kept = allowed.iter().flatten().any(|cart| **cart == found);
        let (mut lost, mut doubled) = if kept { (0, 0) } else { differences(&self.cart, &found) };
        self.cart = found;
        let same = self.go_on(backend, &shop).await.with_context(|| format!("after {kill:?}"))?;
        let server = backend.cart(self.user_id.context("a guest")?).await?;
        let (less, more) = differences(&self.cart, &server);
        (lost, doubled) = (lost + less, doubled + more);
        shop.close().await;
        Ok(Lived { killed: ended.killed, acknowledged, lost, doubled, other_person: !same })
    }

    /// Changes the cart once more and has it saved: only a session that works can. False if it is another guest's.
    async fn go_on(&mut self, backend: &Backend, shop: &Shop) -> Result<bool> {
        let quantity = if self.cart.get("pepper-mill") == Some(&1) { 2 } else { 1 };
        shop.set_quantity(&ProductId::new("pepper-mill"), quantity).await?;
        self.cart.insert("pepper-mill".to_owned(), quantity);
        shop.connect(backend.address()?);
        let mut snapshots = shop.watch();
        let saved = snapshots.wait_for(|s| s.cart.unsaved == 0 && s.save == SaveState::AllSaved);
        let saved = tokio::time::timeout(Duration::from_mins(1), saved).await;
        let saved = saved.with_context(|| format!("never saved: {:?}", shop.snapshot()))??.clone();
        let Identity::Guest { user_id } = saved.identity else { anyhow::bail!("nobody's cart was saved: {saved:?}") };
        ensure!(saved.notices.is_empty(), "nothing is to be told: {}", json!(format!("{:?}", saved.notices)));
        let before = self.user_id.replace(user_id);
        Ok(before.is_none_or(|before| before == user_id))
    }
}

/// In how many lines there is less than there was, and in how many more.
pub(crate) fn differences(expected: &Cart, found: &Cart) -> (usize, usize) {
    let products: std::collections::BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let quantity = |cart: &Cart, product: &str| cart.get(product).copied().unwrap_or(0);
    let count = |is: fn(&u32, &u32) -> bool| {
        products.iter().filter(|product| is(&quantity(found, product), &quantity(expected, product))).count()
    };
    (count(u32::lt), count(u32::gt))
}
