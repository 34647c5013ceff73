//! What must not stay behind in any file: stray notes, debug prints, paths of one machine, a second door to Tauri.

use std::path::Path;

/// What is looked for, split so that this file does not hold it, and what to do about it.
const STRAY: [(&str, &str, &str); 6] = [
    ("TO", "DO", "do it, or open an issue"),
    ("FIX", "ME", "fix it, or open an issue"),
    ("dbg", "!(", "take the debug print out"),
    ("/ho", "me/", "a path of one machine: make it relative"),
    ("/Use", "rs/", "a path of one machine: make it relative"),
    ("/ro", "ot/", "a path of one machine: make it relative"),
];

/// Files that programs write, full of hashes in which any letters may meet.
const LOCKS: [&str; 3] = ["Cargo.lock", "tests/interop/package-lock.json", "ui/package-lock.json"];

/// The only folder of the UI that may import the Tauri API.
const DOOR: &str = "ui/src/lib/api";

/// Findings by line.
pub(super) fn check(path: &Path, text: &str) -> Vec<(usize, String)> {
    if LOCKS.iter().any(|lock| path == Path::new(lock)) {
        return Vec::new();
    }
    let second_door = path.starts_with("ui/src") && !path.starts_with(DOOR);
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for (head, tail, say) in STRAY {
            let word = format!("{head}{tail}");
            if line.match_indices(&word).any(|(at, _)| stands_alone(line, at, &word)) {
                findings.push((index + 1, format!("{word}: {say}")));
            }
        }
        if second_door && line.contains("@tauri-apps/") {
            findings.push((index + 1, format!("only {DOOR} imports the Tauri API: call a function from there")));
        }
    }
    findings
}

/// Not within a longer word or path.
fn stands_alone(line: &str, at: usize, word: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    let before = line[..at].chars().next_back();
    let after = line[at + word.len()..].chars().next();
    let ends_in_letter = word.ends_with(|c: char| c.is_alphabetic());
    // A path of one machine begins with its slash; `ui/home/` or `$PREFIX/root/` is none.
    let within = before.is_some_and(|c| letter(c) || c == '}' || c == '.');
    let goes_on = ends_in_letter && after.is_some_and(letter);
    !within && !goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(Path::new(path), text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn stray_notes_are_found_by_line() {
        let note = ["TO", "DO"].concat();
        assert_eq!(lines("a.rs", &format!("fine\n// {note}: later\n")), [2]);
        assert_eq!(lines("a.rs", &format!("// {note}S and MAS{note}\n")), Vec::<usize>::new());
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        let path = ["/ho", "me/someone/x"].concat();
        assert_eq!(lines("a.md", &format!("see {path}")), [1]);
        assert_eq!(lines("a.md", &format!("see ui{path}")), Vec::<usize>::new());
    }

    #[test]
    fn one_door_leads_to_tauri() {
        let import = "import { invoke } from '@tauri-apps/api/core'\n";
        assert_eq!(lines("ui/src/App.svelte", import), [1]);
        assert_eq!(lines("ui/src/lib/api/client.ts", import), Vec::<usize>::new());
    }
}
