//! One life of the program: it opens, shops, syncs, and says so.

use std::{
    collections::BTreeMap,
    env,
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use carryover_shop::{Backend, BackendKind, Options, ProductId, SaveState, Shop, Snapshot, SystemClock};
use carryover_testkit::{Console, MemoryKeyStore, PaperBrowser};
use fastrand::Rng;

use crate::{
    flows::{Flow, drive},
    life::{LIFE, Plan, Said},
};

/// Products, with quantities that no limit refuses.
const PRODUCTS: [(&str, u32); 6] = [
    ("teapot", 4),
    ("enamel-mug", 12),
    ("house-blend", 10),
    ("linen-towel", 10),
    ("dot-notebook", 10),
    ("desk-lamp", 2),
];

/// Not a test: what the parent starts and kills.
#[tokio::test]
async fn one_life() -> Result<()> {
    let Ok(plan) = env::var(LIFE) else { return Ok(()) };
    live(&serde_json::from_str(&plan)?).await
}

/// Opens the shop as the program does. The key is always the same: the key store is another process's.
pub(crate) async fn open(data_dir: &std::path::Path) -> Result<(Shop, Arc<PaperBrowser>)> {
    let first_catalog = serde_json::from_str(include_str!("../../../../supabase/catalog.json"))?;
    let browser = Arc::new(PaperBrowser::default());
    let shop = Shop::open(Options {
        data_dir: data_dir.to_owned(),
        backend: BackendKind::Sandbox,
        clock: Arc::new(SystemClock),
        key_store: Arc::new(MemoryKeyStore::with_key([7; 32])),
        browser: browser.clone(),
        first_catalog: Some(first_catalog),
    })
    .await?;
    Ok((shop, browser))
}

/// The cart as quantities.
pub(crate) fn quantities(snapshot: &Snapshot) -> BTreeMap<String, u32> {
    snapshot.cart.lines.iter().map(|line| (line.product_id.to_string(), line.quantity)).collect()
}

async fn live(plan: &Plan) -> Result<()> {
    let mut rng = Rng::with_seed(plan.seed);
    let (shop, browser) = open(&plan.folder).await?;
    shop.connect(Backend { url: plan.url.parse()?, publishable_key: plan.publishable_key.clone() });
    if !matches!(plan.flow, Flow::Shop) {
        // The inbox asks for no secret.
        let console = Console::new(&plan.url, &plan.publishable_key, "");
        drive(&shop, &browser, &console, &plan.flow).await?;
        shop.close().await;
        return say(&Said::Done);
    }
    for _ in 0..4 {
        change(&shop, &mut rng).await?;
        tokio::time::sleep(Duration::from_millis(rng.u64(0..20))).await;
    }
    saved(&shop).await?;
    change(&shop, &mut rng).await?;
    saved(&shop).await?;
    shop.close().await;
    say(&Said::Done)
}

async fn change(shop: &Shop, rng: &mut Rng) -> Result<()> {
    let mut wanted = quantities(&shop.snapshot());
    if rng.u8(0..12) == 0 {
        say(&Said::Try(BTreeMap::new()))?;
        let cleared = shop.clear_cart().await?;
        say(&Said::Ack)?;
        if let Some(undo) = cleared.undo {
            say(&Said::Try(wanted))?;
            shop.undo(undo).await?;
            say(&Said::Ack)?;
        }
        return Ok(());
    }
    let (product, most) = PRODUCTS[rng.usize(0..PRODUCTS.len())];
    let quantity = rng.u32(0..=most);
    match quantity {
        0 => wanted.remove(product),
        _ => wanted.insert(product.to_owned(), quantity),
    };
    say(&Said::Try(wanted))?;
    shop.set_quantity(&ProductId::new(product), quantity).await?;
    say(&Said::Ack)
}

async fn saved(shop: &Shop) -> Result<()> {
    let mut snapshots = shop.watch();
    let saved =
        snapshots.wait_for(|s| s.cart.unsaved == 0 && matches!(s.save, SaveState::AllSaved | SaveState::Nothing));
    tokio::time::timeout(Duration::from_mins(1), saved).await.context("never saved")??;
    Ok(())
}

/// One write for each line, so that none is ever half said.
fn say(said: &Said) -> Result<()> {
    let line = format!("\n@{}\n", serde_json::to_string(said)?);
    let mut stdout = io::stdout().lock();
    stdout.write_all(line.as_bytes())?;
    Ok(stdout.flush()?)
}
