//! The catalog that comes with the program is the one that the backend is seeded with.

use std::{env, fs, path::Path};

use anyhow::{Context, Result};
use carryover_shop::CatalogState;
use carryover_testkit::SandboxOptions;

use crate::support::{Device, backend, until};

/// `CARRYOVER_WRITE_CATALOG=1` writes it anew after a change of `supabase/seed.sql`.
#[tokio::test]
async fn what_comes_with_the_program_is_what_the_server_sells() -> Result<()> {
    let (sandbox, _) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
    let shop = Device::new()?.open().await?;
    shop.connect(backend(&sandbox));
    until(&shop, "the catalog", |s| s.catalog.state == CatalogState::Ready).await?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../supabase/catalog.json");
    let sold = format!("{}\n", serde_json::to_string_pretty(&*shop.catalog())?);
    if env::var_os("CARRYOVER_WRITE_CATALOG").is_some() {
        fs::write(&file, &sold)?;
    }
    let shipped = fs::read_to_string(&file).context("supabase/catalog.json")?;
    assert!(
        sold == shipped,
        "supabase/catalog.json is stale: CARRYOVER_WRITE_CATALOG=1 cargo test -p carryover-shop writes it"
    );
    Ok(())
}
