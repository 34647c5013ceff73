//! Reading source text without understanding it: strings and comments blanked, so that braces can be counted.

/// The languages whose functions are measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Language {
    Rust,
    /// TypeScript, and the script of a Svelte file.
    Script,
}

impl Language {
    /// From a file's ending.
    pub(super) fn of(extension: &str) -> Option<Self> {
        match extension {
            "rs" => Some(Self::Rust),
            "ts" | "js" | "svelte" => Some(Self::Script),
            _ => None,
        }
    }

    /// The word that begins a function.
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Rust => "fn",
            Self::Script => "function",
        }
    }
}

/// The text with every character of a string, character literal or comment replaced by a blank; lines stay lines.
pub(super) fn blank(text: &str, language: Language) -> String {
    let mut rest = text;
    let mut code = String::with_capacity(text.len());
    while let Some(first) = rest.chars().next() {
        let quiet = comment(rest).or_else(|| match language {
            Language::Rust => rust_literal(rest, code.chars().next_back()),
            Language::Script => matches!(first, '"' | '\'' | '`').then(|| quoted(rest, first)),
        });
        let (taken, left) = rest.split_at(quiet.unwrap_or(first.len_utf8()));
        if quiet.is_some() {
            code.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        } else {
            code.push(first);
        }
        rest = left;
    }
    code
}

/// The length of the comment that begins here.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    text.starts_with("/*").then(|| text.find("*/").map_or(text.len(), |end| end + 2))
}

/// The length of the string or character literal that begins here. `before` is the character that precedes it.
fn rust_literal(text: &str, before: Option<char>) -> Option<usize> {
    if text.starts_with('"') {
        return Some(quoted(text, '"'));
    }
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if !in_word && (text.starts_with('r') || text.starts_with("br")) {
        let hashes = text.trim_start_matches(['b', 'r']);
        let count = hashes.len() - hashes.trim_start_matches('#').len();
        let body = hashes[count..].strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(count));
        let start = text.len() - body.len();
        return Some(body.find(&close).map_or(text.len(), |end| start + end + close.len()));
    }
    // A lifetime has no quote two characters on; a character literal has.
    let body = text.strip_prefix('\'')?;
    let second = body.chars().nth(1);
    (body.starts_with('\\') || second == Some('\'')).then(|| quoted(text, '\''))
}

/// The length of the text in quotes that begins here, escapes heeded.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return index + c.len_utf8(),
            // An apostrophe in the text of a Svelte file opens nothing.
            '\n' if quote == '\'' => return index,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_comments_and_characters_are_blanked() {
        let code = blank("a(\"{\") // {\n/* { */ '{' r#\"{\"\"# b'{' 'x: loop {}", Language::Rust);
        assert_eq!(code.matches('{').count(), 1, "{code}");
        assert_eq!(code.lines().count(), 2);
    }

    #[test]
    fn lifetimes_and_escapes_are_told_apart() {
        assert_eq!(blank("fn f<'a>(x: &'a str) { '\\'' }", Language::Rust), "fn f<'a>(x: &'a str) {      }");
        assert_eq!(blank("x = \"a\\\"{\";", Language::Rust), "x =       ;");
    }

    #[test]
    fn script_strings_are_blanked_too() {
        assert_eq!(blank("f('{', `{\n`)", Language::Script), "f(   ,   \n )");
        assert_eq!(blank("<p>don't\n{x}", Language::Script), "<p>don  \n{x}");
    }
}
