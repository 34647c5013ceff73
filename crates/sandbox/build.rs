//! Embeds `supabase/`: the migrations in their order, so that the program needs no files beside it.

use std::{env, fmt::Write, fs, io, path::Path};

fn main() -> io::Result<()> {
    let supabase = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("../../supabase");
    let folder = supabase.join("migrations");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    files.sort();
    let mut code = "&[\n".to_owned();
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(code, "    ({:?}, include_str!({:?})),", name, path.to_string_lossy()).map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("migrations.rs"), code)
}
