//! Files of at most 400 lines and functions of at most 60, unless a comment says why not.

use std::path::Path;

use super::source::{self, Language};

const FILE: usize = 400;
const FUNCTION: usize = 60;

/// The comment that gives the reason, near the top of a file or just above a function.
const REASON: &str = "tidy: long because ";

/// Endings of the files that people write and read as code.
const CODE: [&str; 8] = ["rs", "ts", "js", "svelte", "css", "sql", "sh", "html"];

/// Files that a program writes.
const GENERATED: [&str; 1] = ["ui/src/lib/api/bindings.ts"];

/// A finding if the file is too long.
pub(super) fn file(path: &Path, text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().count();
    let code = extension(path).is_some_and(|extension| CODE.contains(&extension));
    if !code || lines <= FILE || generated(path) || text.lines().take(20).any(|line| line.contains(REASON)) {
        return Vec::new();
    }
    vec![(1, format!("{lines} lines, more than {FILE}: divide it, or write near its top `{REASON}…`"))]
}

/// A finding for each function that is too long.
pub(super) fn functions(path: &Path, text: &str) -> Vec<(usize, String)> {
    let Some(language) = extension(path).and_then(Language::of).filter(|_| !generated(path)) else {
        return Vec::new();
    };
    let lines: Vec<&str> = text.lines().collect();
    let excused = |line: usize| lines[line.saturating_sub(6)..line].iter().any(|line| line.contains(REASON));
    measure(text, language)
        .into_iter()
        .filter(|function| function.lines > FUNCTION && !excused(function.line))
        .map(|Function { name, line, lines }| {
            (line, format!("{name} has {lines} lines, more than {FUNCTION}: divide it, or write above it `{REASON}…`"))
        })
        .collect()
}

/// A function with a body.
#[derive(PartialEq, Eq, Debug)]
struct Function {
    name: String,
    /// Of the word that begins it, counted from 1.
    line: usize,
    /// From that line to the closing brace.
    lines: usize,
}

fn measure(text: &str, language: Language) -> Vec<Function> {
    let code = source::blank(text, language);
    let word = language.function();
    let mut functions = Vec::new();
    for (start, _) in code.match_indices(word) {
        let (before, after) = (&code[..start], &code[start + word.len()..]);
        let in_word = before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        if in_word || !after.starts_with(' ') {
            continue;
        }
        let name: String = after.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if name.is_empty() {
            continue;
        }
        if let Some(body) = body(after) {
            let line = before.matches('\n').count() + 1;
            functions.push(Function { name, line, lines: body.matches('\n').count() + 1 });
        }
    }
    functions
}

/// From a function's name to the brace that closes it; `None` for one without a body.
fn body(code: &str) -> Option<&str> {
    let mut depth = 0_usize;
    // Parameters may hold braces (patterns) and semicolons (array types).
    let mut brackets = 0_usize;
    for (index, c) in code.char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            ';' if depth == 0 && brackets == 0 => return None,
            '{' if depth > 0 || brackets == 0 => depth += 1,
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    return Some(&code[..=index]);
                }
            }
            _ => {}
        }
    }
    None
}

fn extension(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

fn generated(path: &Path) -> bool {
    GENERATED.iter().any(|file| path == Path::new(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_from_the_word_to_the_brace() {
        let text = "trait T {\n    fn none(&self, x: [u8; 2]);\n    fn one() {}\n}\n\n/// fn no\nfn four(s: &str) -> bool {\n    let x = \"}\";\n    if x == s { true } else { false }\n}\n";
        let found: Vec<_> = measure(text, Language::Rust)
            .into_iter()
            .map(|function| (function.name, function.line, function.lines))
            .collect();
        assert_eq!(found, [("one".to_owned(), 3, 1), ("four".to_owned(), 7, 4)]);
    }

    #[test]
    fn script_functions_with_patterns_are_measured() {
        let found = measure("export function f({ a }: { a: number }) {\n  return a\n}\n", Language::Script);
        assert_eq!(found, [Function { name: "f".to_owned(), line: 1, lines: 3 }]);
    }

    #[test]
    fn a_reason_excuses() {
        let long = format!("fn long() {{\n{}}}\n", "    x();\n".repeat(60));
        assert_eq!(functions(Path::new("a.rs"), &long).len(), 1);
        assert!(functions(Path::new("a.rs"), &format!("// {REASON}it is a table\n{long}")).is_empty());
        let tall = "x\n".repeat(401);
        assert_eq!(file(Path::new("a.css"), &tall).len(), 1);
        assert!(file(Path::new("a.css"), &format!("/* {REASON}of that */\n{tall}")).is_empty());
        assert!(file(Path::new("notes.md"), &tall).is_empty());
    }
}
