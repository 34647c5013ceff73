//! Seeing.

use carryover_shop::Shop;
use tauri::{AppHandle, State};

use crate::{StartupProblem, args::Args, dto, error::UiError};

/// What there is to show now.
#[tauri::command]
#[specta::specta]
pub(crate) fn snapshot(shop: State<'_, Shop>) -> dto::View {
    dto::View::of(&shop.snapshot())
}

/// What there is to buy.
#[tauri::command]
#[specta::specta]
pub(crate) fn catalog(shop: State<'_, Shop>) -> dto::Catalog {
    shop.catalog().as_ref().into()
}

/// The catalog is on screen; measured from outside by `--startup-probe`.
#[tauri::command]
#[specta::specta]
pub(crate) fn catalog_painted(app: AppHandle, args: State<'_, Args>) {
    if args.startup_probe {
        println!("painted");
    }
    #[cfg(feature = "sandbox")]
    tauri::Manager::state::<crate::sandbox::Painted>(&app).0.notify_one();
    #[cfg(not(feature = "sandbox"))]
    let _ = app;
}

/// Takes a notice away.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dismiss_notice(shop: State<'_, Shop>, id: i64) -> Result<(), UiError> {
    Ok(shop.dismiss_notice(id).await?)
}

/// Why the shop could not be opened. Then there is no other command to call.
#[tauri::command]
#[specta::specta]
pub(crate) fn startup_problem(problem: State<'_, StartupProblem>) -> Option<UiError> {
    problem.0.clone()
}

/// Tries now what waits for a better time.
#[tauri::command]
#[specta::specta]
pub(crate) fn retry_now(shop: State<'_, Shop>) {
    shop.insist();
}
