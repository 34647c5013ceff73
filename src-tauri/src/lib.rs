//! The shell: a window, its commands, the plugins. What happens is decided in `carryover-shop`.

mod args;
mod backend;
mod browser;
mod commands;
mod console;
mod contract;
mod deep_link;
#[cfg(feature = "sandbox")]
mod device;
mod downloads;
mod dto;
mod error;
mod keychain;
mod log;
mod preferences;
#[cfg(feature = "sandbox")]
mod sandbox;

use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use carryover_shop::{Backend, BackendKind, Options, Shop, ShopError, SystemClock};
use clap::Parser;
use tauri::{AppHandle, Manager, RunEvent, WindowEvent};
use tauri_specta::Event;

use args::Args;
use backend::InUse;
use contract::SnapshotChanged;
use error::UiError;

/// What there is to buy before the backend was ever reached.
const FIRST_CATALOG: &str = include_str!("../../supabase/catalog.json");

/// Why the shop could not be opened, if so. The window says it.
pub(crate) struct StartupProblem(pub Option<UiError>);

/// Runs the program until its window is closed.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let data_dir = args.data_dir();
    let in_use = match InUse::decide(&args, &data_dir) {
        Ok(in_use) => in_use,
        Err(error) => return refuse(&format!("The backend can't be used: {error}.")),
    };
    if in_use.hosted.is_none() && !cfg!(feature = "sandbox") {
        return refuse("This build has no sandbox: give --supabase-url and --publishable-key.");
    }
    // Before the window: it is one file on this disk, and the window then never meets a shop that is not there.
    let opened = tauri::async_runtime::block_on(open(&data_dir, in_use.hosted.as_ref()));
    if let Err(error) = &opened {
        // For whoever started it from a terminal; the window says it to everybody else.
        eprintln!("The shop's data in {} can't be opened: {error}.", data_dir.display());
    }
    match start(args, &data_dir, opened, in_use) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&format!("The window can't be opened: {error}.")),
    }
}

fn refuse(sentence: &str) -> ExitCode {
    eprintln!("{sentence}");
    ExitCode::FAILURE
}

async fn open(data_dir: &Path, hosted: Option<&Backend>) -> Result<Shop, ShopError> {
    let backend = hosted.map_or(BackendKind::Sandbox, |backend| BackendKind::Hosted { host: backend.host() });
    Shop::open(Options {
        data_dir: data_dir.to_owned(),
        backend,
        clock: Arc::new(SystemClock),
        key_store: Arc::new(keychain::Keychain),
        browser: Arc::new(browser::SystemBrowser),
        // A build whose catalog is no catalog starts without one, as if there were none.
        first_catalog: serde_json::from_str(FIRST_CATALOG).ok(),
    })
    .await
}

fn start(args: Args, data_dir: &Path, opened: Result<Shop, ShopError>, in_use: InUse) -> tauri::Result<()> {
    let contract = contract::builder();
    let data_dir = data_dir.to_owned();
    let device = args.device;
    let mut builder = tauri::Builder::default();
    #[cfg(feature = "sandbox")]
    {
        builder = builder.manage(sandbox::Painted::default());
    }
    let (shop, problem) = opened.map_or_else(|error| (None, Some(error.into())), |shop| (Some(shop), None));
    if let Some(shop) = &shop {
        builder = builder.manage(shop.clone());
    }
    builder
        .plugin(single_instance(&args))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(log::plugin(&data_dir))
        .plugin(tauri_plugin_window_state::Builder::default().with_denylist(&[console::WINDOW]).build())
        .plugin(tauri_plugin_store::Builder::default().build())
        .manage(StartupProblem(problem))
        .manage(preferences::PreferencesFile::in_folder(&data_dir))
        .manage(console::Address::default())
        .manage(in_use.clone())
        .manage(args.clone())
        .invoke_handler(contract.invoke_handler())
        .setup(move |app| {
            contract.mount_events(app);
            name_device(app.handle(), device)?;
            tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
            let Some(shop) = shop else { return Ok(()) };
            publish(app.handle().clone(), &shop);
            deep_link::listen(app.handle(), &shop);
            match in_use.hosted {
                Some(backend) => tauri::async_runtime::block_on(async { shop.connect(backend) }),
                #[cfg(feature = "sandbox")]
                None => sandbox::start(app.handle().clone(), &args, &data_dir, shop),
                #[cfg(not(feature = "sandbox"))]
                None => unreachable!("refused before the window was made"),
            }
            Ok(())
        })
        .on_window_event(|window, event| {
            if matches!(event, WindowEvent::Focused(true))
                && let Some(shop) = window.try_state::<Shop>()
            {
                shop.retry_now();
            }
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if matches!(event, RunEvent::Exit) {
                shut_down(app);
            }
        });
    Ok(())
}

/// Several devices of one tester are told apart by their titles.
fn name_device(app: &AppHandle, device: Option<u32>) -> tauri::Result<()> {
    match (device, app.get_webview_window("main")) {
        (Some(number), Some(window)) => window.set_title(&format!("Carryover, device {number}")),
        _ => Ok(()),
    }
}

/// Half a frame of a screen: nobody sees the difference, and what a command changed arrives after its answer.
const BEAT: Duration = Duration::from_millis(8);

/// What changes goes to the window as events, what happens in one beat together.
fn publish(app: AppHandle, shop: &Shop) {
    let mut snapshots = shop.watch();
    tauri::async_runtime::spawn(async move {
        let mut last = snapshots.borrow_and_update().clone();
        while snapshots.changed().await.is_ok() {
            tokio::time::sleep(BEAT).await;
            let snapshot = snapshots.borrow_and_update().clone();
            if let Err(error) = SnapshotChanged(dto::Patch::between(&last, &snapshot)).emit(&app) {
                tracing::warn!(%error, "a snapshot did not reach the window");
            }
            last = snapshot;
        }
    });
}

fn shut_down(app: &AppHandle) {
    if let Some(shop) = app.try_state::<Shop>() {
        let shop = shop.inner().clone();
        tauri::async_runtime::block_on(async move { shop.close().await });
    }
    #[cfg(feature = "sandbox")]
    sandbox::stop(app);
}

/// A second start brings the window of the first to the front. One instance for each data folder.
fn single_instance(args: &Args) -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let builder = tauri_plugin_single_instance::Builder::new().callback(|app, _, _| {
        if let Some(window) = app.get_webview_window("main") {
            // The window may be closing: then there is nothing to bring to the front.
            let _ = window.unminimize().and_then(|()| window.set_focus());
        }
    });
    #[cfg(target_os = "linux")]
    let builder = builder.dbus_id(args.instance_name());
    #[cfg(not(target_os = "linux"))]
    let _ = args;
    builder.build()
}
