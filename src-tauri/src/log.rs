//! The log: a file in the data folder, without personal data or secrets.
//!
//! Types that hold a secret print no content. What comes from libraries is cleaned here a second time.

use std::path::Path;

use log::LevelFilter;
use tauri::{Runtime, plugin::TauriPlugin};
use tauri_plugin_log::{Builder, RotationStrategy, Target, TargetKind};

/// One file is kept and one before it.
const MAX_FILE_SIZE: u128 = 1_000_000;

/// The log plugin.
pub(crate) fn plugin<R: Runtime>(data_dir: &Path) -> TauriPlugin<R> {
    let folder = TargetKind::Folder { path: data_dir.join("logs"), file_name: Some("carryover".into()) };
    Builder::new()
        .clear_targets()
        .target(Target::new(folder))
        .level(LevelFilter::Warn)
        .level_for("carryover_app", LevelFilter::Info)
        .level_for("carryover_auth", LevelFilter::Info)
        .level_for("carryover_shop", LevelFilter::Info)
        .level_for("carryover_sandbox", LevelFilter::Info)
        .max_file_size(MAX_FILE_SIZE)
        .rotation_strategy(RotationStrategy::KeepOne)
        .format(|out, message, record| {
            let text = redact(&message.to_string());
            out.finish(format_args!("{} {:5} {} {text}", jiff::Timestamp::now(), record.level(), record.target()));
        })
        .build()
}

/// Hides words that look like a JWT, a long token or an e-mail address.
fn redact(text: &str) -> String {
    let word = |part: &str| {
        let token_like = part.len() >= 32 && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let uuid = part.len() == 36 && part.matches('-').count() == 4;
        if part.contains('@') || part.starts_with("eyJ") || (token_like && !uuid) { "(…)" } else { part }.to_owned()
    };
    text.split_inclusive(|c: char| c.is_whitespace() || "\"'=,;()[]{}<>".contains(c))
        .map(|piece| {
            let end = piece.trim_end_matches(|c: char| c.is_whitespace() || "\"'=,;()[]{}<>".contains(c)).len();
            word(&piece[..end]) + &piece[end..]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn hides_what_looks_secret_and_keeps_the_rest() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
        let line = format!("refresh failed: token={jwt} for ana@example.com, try 3");
        assert_eq!(redact(&line), "refresh failed: token=(…) for (…), try 3");
        let plain = "user 7b0c2c0e-6f1e-4f0e-8d1a-0d8a3b7f6c55 at 127.0.0.1:54321 (HTTP 429)";
        assert_eq!(redact(plain), plain);
    }
}
