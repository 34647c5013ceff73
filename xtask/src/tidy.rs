//! `cargo xtask tidy`: what keeps the house in order and the compiler does not check.

mod arrows;
mod length;
mod notes;
mod source;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};

use crate::sh;

/// One thing to put right.
pub(crate) struct Finding {
    /// From the workspace's folder.
    file: PathBuf,
    line: usize,
    /// What is wrong and what to do.
    say: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.say)
    }
}

/// A file that this repository keeps larger than this is better made, fetched or left out.
const LARGEST: u64 = 1024 * 1024;

/// Prints the findings; fails if there are any.
pub(crate) fn tidy() -> Result<ExitCode> {
    let root = sh::root();
    let files = kept()?;
    let mut findings = arrows::check()?;
    for file in &files {
        findings.extend(check(&root, file)?);
    }
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} findings", files.len(), findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(root: &Path, file: &Path) -> Result<Vec<Finding>> {
    let bytes = fs::read(root.join(file)).with_context(|| format!("{} cannot be read", file.display()))?;
    let size = bytes.len() as u64;
    if size > LARGEST {
        let say = format!("{size} bytes in the repository: make it smaller than 1 MiB, or leave it out");
        return Ok(vec![Finding { file: file.to_path_buf(), line: 1, say }]);
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(Vec::new());
    };
    let found = [length::file(file, &text), length::functions(file, &text), notes::check(file, &text)].concat();
    Ok(found.into_iter().map(|(line, say)| Finding { file: file.to_path_buf(), line, say }).collect())
}

/// What git keeps or would keep: no build output, no packages.
fn kept() -> Result<Vec<PathBuf>> {
    let mut list = sh::command("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let list = sh::output(&mut list)?;
    let mut files: Vec<PathBuf> = list.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    files.retain(|file| sh::root().join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}
