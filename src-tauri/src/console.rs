//! The sandbox's console in a window of its own. It is a page of the sandbox, so it has no access to the shell.

use std::sync::OnceLock;

use carryover_shop::Browser as _;
use tauri::{
    AppHandle, Manager, Url, WebviewUrl, WebviewWindowBuilder,
    webview::{DownloadEvent, NewWindowResponse},
};

use crate::{browser::SystemBrowser, downloads, error::UiError};

/// The window's label.
pub(crate) const WINDOW: &str = "console";

/// Where the console is, once the sandbox listens. Its token is in the fragment.
#[derive(Default)]
pub(crate) struct Address(pub OnceLock<Url>);

/// Opens the window, or brings it to the front. Its links open in the browser of the system, and a bug report that is exported there
/// goes to the folder for downloads.
pub(crate) fn open(app: &AppHandle) -> Result<(), UiError> {
    if let Some(window) = app.get_webview_window(WINDOW) {
        return window.set_focus().map_err(|error| UiError::window(&error));
    }
    let address = app.state::<Address>();
    let url = address.0.get().ok_or_else(UiError::starting)?.clone();
    WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::External(url))
        .title("Carryover: the sandbox's console")
        .inner_size(920.0, 760.0)
        .min_inner_size(420.0, 480.0)
        .on_new_window(|url, _| {
            // A link of a mail is opened where its reader would open it.
            if matches!(url.scheme(), "http" | "https")
                && let Err(error) = SystemBrowser.open(url.as_str())
            {
                tracing::warn!(%error, "the browser did not open");
            }
            NewWindowResponse::Deny
        })
        .on_download(|_, event| {
            if let DownloadEvent::Requested { destination, .. } = event
                && let Some(name) = destination.file_name()
            {
                *destination = downloads::folder().join(name);
            }
            true
        })
        .build()
        .map(drop)
        .map_err(|error| UiError::window(&error))
}
