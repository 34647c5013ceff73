//! A bare Tauri window: the baseline that `cargo xtask bench startup` measures beside the shop.

/// The page is on screen.
#[tauri::command]
fn painted() {
    println!("painted");
}

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![painted])
        .run(tauri::generate_context!("examples/bare_window/tauri.conf.json"))
}
