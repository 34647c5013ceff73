//! Links that the system hands to this program, `carryover://auth/callback`: the way back from a browser where no port on this
//! computer can be had. The installer registers the scheme.

use carryover_shop::Shop;
use tauri::{AppHandle, Url};
use tauri_plugin_deep_link::DeepLinkExt;

/// Takes the link that started this program, if one did, and all that come later; a second start hands its link on.
pub(crate) fn listen(app: &AppHandle, shop: &Shop) {
    let started_by = app.deep_link().get_current().ok().flatten().unwrap_or_default();
    take(shop, started_by);
    let shop = shop.clone();
    app.deep_link().on_open_url(move |event| take(&shop, event.urls()));
}

fn take(shop: &Shop, links: Vec<Url>) {
    for link in links {
        let shop = shop.clone();
        tauri::async_runtime::spawn(async move {
            // The link holds a code: it stays out of the log.
            if let Err(error) = shop.handle_callback_url(link.as_str()).await {
                tracing::warn!(%error, "a link led nowhere");
            }
        });
    }
}
