//! The backend inside the program. It starts beside the window, which never waits for it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use carryover_sandbox::{ControlOptions, DataLocation, Options, Sandbox};
use carryover_shop::{Backend, CatalogState, Shop};
use tauri::{AppHandle, Manager};
use tokio::{sync::Notify, time::timeout};

use crate::{args::Args, console, device};

/// The longest that the sandbox lets the window go first.
const COURTESY: Duration = Duration::from_secs(2);

/// Says that the catalog is on screen.
#[derive(Default)]
pub(crate) struct Painted(pub Notify);

/// Kept while the program runs; dropping it would stop the backend.
struct Running(Mutex<Option<Sandbox>>);

/// Starts it and joins the shop to it.
pub(crate) fn start(app: AppHandle, args: &Args, data_dir: &Path, shop: Shop) {
    let (data_dir, backend) = (data_dir.to_owned(), Arc::new(OnceLock::new()));
    let options = Options {
        data: DataLocation::Directory(data_dir.join("sandbox")),
        port: args.sandbox_port,
        control: Some(ControlOptions {
            devices: Some(devices(data_dir, backend.clone())),
            ..ControlOptions::default()
        }),
        ..Options::default()
    };
    tauri::async_runtime::spawn(async move {
        if shop.snapshot().catalog.state == CatalogState::Ready {
            // There is something to show without a server: opening PostgreSQL would take the window's processor time. If
            // the window is slower than this, or never says so, the sandbox starts all the same.
            let _ = timeout(COURTESY, app.state::<Painted>().0.notified()).await;
        }
        let sandbox = match carryover_sandbox::start(options).await {
            Ok(sandbox) => sandbox,
            Err(error) => {
                tracing::error!(%error, "the sandbox does not listen");
                return shop.backend_failed();
            }
        };
        if let Some(address) = sandbox.control().and_then(|control| control.console().parse().ok()) {
            // Set once: there is one sandbox a run.
            let _ = app.state::<console::Address>().0.set(address);
        }
        let at = Backend { url: sandbox.url().clone(), publishable_key: sandbox.publishable_key().to_owned() };
        // Set once, too.
        let _ = backend.set(at.clone());
        shop.connect(at);
        if let Err(error) = sandbox.ready().await {
            tracing::error!(%error, "the sandbox did not start");
            shop.backend_failed();
        }
        app.manage(Running(Mutex::new(Some(sandbox))));
    });
}

/// What the console opens another device with, once it is known where the sandbox listens.
fn devices(data_dir: PathBuf, backend: Arc<OnceLock<Backend>>) -> Arc<dyn Fn() -> Result<(), String> + Send + Sync> {
    Arc::new(move || {
        let backend = backend.get().ok_or("the sandbox is still starting")?;
        device::open(&data_dir, backend).map_err(|error| format!("the program can't be started once more: {error}"))
    })
}

/// Stops it in order. After a kill the database recovers by itself; this only spares the next start the work.
pub(crate) fn stop(app: &AppHandle) {
    let running = app.try_state::<Running>();
    let sandbox = running.and_then(|running| running.0.lock().ok()?.take());
    if let Some(sandbox) = sandbox {
        tauri::async_runtime::block_on(sandbox.shutdown());
    }
}
