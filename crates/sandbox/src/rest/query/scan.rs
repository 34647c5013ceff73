//! Reading the query string's language letter by letter.

use super::{Field, Step, unreadable};
use crate::rest::error::RestError;

/// What is left of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner<'a>(pub &'a str);

impl<'a> Scanner<'a> {
    pub(super) fn is_done(self) -> bool {
        self.0.is_empty()
    }

    /// Takes `word` if it comes next.
    pub(super) fn take(&mut self, word: &str) -> bool {
        self.0.strip_prefix(word).map(|rest| self.0 = rest).is_some()
    }

    /// Everything up to the first letter that `ends` it.
    pub(super) fn until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(ends).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    /// `"…"` with `\` before a quote or a backslash; `None` if no quoted text comes next or it does not end.
    pub(super) fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut letters = self.0.strip_prefix('"')?.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => text.push(letters.next()?.1),
                '"' => {
                    self.0 = &self.0[at + 2..];
                    return Some(text);
                }
                letter => text.push(letter),
            }
        }
        None
    }

    /// A name: quoted, or letters that mean nothing else here.
    pub(super) fn name(&mut self) -> Option<String> {
        if let Some(name) = self.quoted() {
            return Some(name);
        }
        let mut end = 0;
        for (at, letter) in self.0.char_indices() {
            let arrow = self.0[at..].starts_with("->");
            if arrow || matches!(letter, '.' | ',' | ':' | '(' | ')' | '"') {
                break;
            }
            end = at + letter.len_utf8();
        }
        let (name, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// A column with steps into it.
    pub(super) fn field(&mut self) -> Option<Field> {
        let column = self.name()?;
        let mut path = Vec::new();
        loop {
            let as_text = self.take("->>");
            if !as_text && !self.take("->") {
                return Some(Field { column, path });
            }
            path.push(Step { key: self.name()?, as_text });
        }
    }
}

/// Names parted by commas.
pub(super) fn names(text: &str) -> Result<Vec<String>, RestError> {
    let mut scanner = Scanner(text);
    let mut names = Vec::new();
    while !scanner.is_done() {
        names.push(scanner.name().ok_or_else(|| unreadable("columns", text))?);
        if !scanner.take(",") && !scanner.is_done() {
            return Err(unreadable("columns", text));
        }
    }
    Ok(names)
}
