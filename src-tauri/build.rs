//! Lets Tauri read the configuration and the capabilities.

fn main() {
    // Tauri looks only at files that it has embedded before: a new picture would be missed.
    println!("cargo:rerun-if-changed=../ui/dist");
    tauri_build::build();
}
