//! Every command and event of the shell, once. The TypeScript side is generated from here.

use serde::Serialize;
use specta::Type;
use tauri_specta::{Builder, Event, collect_commands, collect_events};

use crate::{commands, dto};

/// There is something new to show: what changed since the event before it.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct SnapshotChanged(pub dto::Patch);

/// The contract between the shell and the window.
pub(crate) fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        .commands(collect_commands![
            commands::catalog::startup_problem,
            commands::catalog::snapshot,
            commands::catalog::catalog,
            commands::catalog::catalog_painted,
            commands::catalog::dismiss_notice,
            commands::catalog::retry_now,
            commands::cart::add_to_cart,
            commands::cart::set_quantity,
            commands::cart::clear_cart,
            commands::cart::undo,
            commands::upgrade::request_code,
            commands::upgrade::confirm_code,
            commands::upgrade::link_provider,
            commands::upgrade::open_browser_again,
            commands::upgrade::cancel_upgrade,
            commands::switch::sign_in_options,
            commands::switch::request_sign_in_code,
            commands::switch::confirm_sign_in_code,
            commands::switch::sign_in_with_password,
            commands::switch::sign_in_with_provider,
            commands::switch::cancel_switch,
            commands::switch::preview_hand_off,
            commands::switch::plan_hand_off,
            commands::switch::claim_hand_off,
            commands::switch::undo_hand_off,
            commands::switch::earlier_carts,
            commands::switch::restore_earlier_cart,
            commands::account::account,
            commands::account::unlink_identity,
            commands::account::request_nonce,
            commands::account::set_password,
            commands::account::sign_out,
            commands::account::close_account,
            commands::account::check_out,
            commands::account::orders,
            commands::reviews::reviews,
            commands::reviews::post_review,
            commands::reviews::delete_review,
            commands::account::forget_me,
            commands::account::export_data,
            commands::settings::preferences,
            commands::settings::set_preferences,
            commands::settings::backend,
            commands::settings::try_backend,
            commands::settings::set_backend,
            commands::settings::restart,
            commands::settings::open_console,
        ])
        .events(collect_events![SnapshotChanged])
        // Amounts and times in milliseconds: far below 2^53.
        .dangerously_cast_bigints_to_number()
        // Views go one way, so there is one shape of each.
        .disable_serde_phases()
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use specta_typescript::Typescript;

    /// Fails when the committed bindings are not those of the contract. `CARRYOVER_WRITE_BINDINGS=1` writes them.
    #[test]
    fn bindings_are_fresh() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/api/bindings.ts");
        let fresh = env::temp_dir().join(format!("carryover-bindings-{}.ts", std::process::id()));
        let header = "// Generated from src-tauri/src/contract.rs. To write it anew: CARRYOVER_WRITE_BINDINGS=1 cargo test -p carryover\n";
        super::builder().export(Typescript::default().header(header), &fresh).expect("the contract exports");
        let text = fs::read_to_string(&fresh).expect("the export");
        fs::remove_file(&fresh).expect("removed");
        if env::var_os("CARRYOVER_WRITE_BINDINGS").is_some() {
            fs::write(&committed, &text).expect("written");
        }
        let stale = fs::read_to_string(&committed).map_or(true, |committed| committed != text);
        assert!(
            !stale,
            "ui/src/lib/api/bindings.ts is stale: CARRYOVER_WRITE_BINDINGS=1 cargo test -p carryover writes it"
        );
    }
}
