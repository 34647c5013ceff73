//! Patterns of the list of allowed addresses (wire reference, section 8.4): `*` any run without `.` and `/`, `**` anything,
//! `?` one character that is neither, `[…]` one of a set, `{a,b}` either, `\` takes the next character as it is.

/// How many patterns the braces of one may stand for. Beyond it a pattern matches nothing.
const MOST_ALTERNATIVES: usize = 256;

/// A pattern that can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    /// What the braces stand for, spelt out.
    alternatives: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Char(char),
    /// `?`
    One,
    /// `*`
    Run,
    /// `**`
    Anything,
    /// `[a-z]`, `[!a-z]`
    Set {
        inverted: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Glob {
    /// Reads a pattern; `None` when it is none.
    pub(crate) fn new(pattern: &str) -> Option<Self> {
        let mut alternatives = Vec::new();
        for text in spell_out(pattern)? {
            alternatives.push(pieces(&text)?);
        }
        Some(Self { alternatives })
    }

    /// Whether an address is what the pattern says. Its host is looked at by itself too: were it not, a `*` for one name
    /// could swallow the `?` that ends the host, and the rest of the pattern would match in the query.
    pub(crate) fn allows(&self, address: &str) -> bool {
        let address_chars: Vec<char> = address.chars().collect();
        let host: Option<Vec<char>> = authority(address).map(|host| host.chars().collect());
        self.alternatives.iter().any(|pieces| {
            let host_fits = match (host_pieces(pieces), &host) {
                (Some(wanted), Some(host)) => matches(wanted, host),
                (None, _) | (Some(_), None) => true,
            };
            host_fits && matches(pieces, &address_chars)
        })
    }
}

/// The part of an address between `://` and what follows the host.
pub(crate) fn authority(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    Some(rest.split(['/', '?', '#']).next().unwrap_or(rest))
}

/// The part of a pattern that stands for the host; `None` when it stands for anything.
fn host_pieces(pieces: &[Piece]) -> Option<&[Piece]> {
    let slashes = [Piece::Char(':'), Piece::Char('/'), Piece::Char('/')];
    let start = pieces.windows(3).position(|three| three == slashes)? + 3;
    let rest = &pieces[start..];
    let end = rest.iter().position(|piece| *piece == Piece::Char('/')).unwrap_or(rest.len());
    let host = &rest[..end];
    (!host.contains(&Piece::Anything)).then_some(host)
}

/// Every text that the braces of a pattern stand for.
fn spell_out(pattern: &str) -> Option<Vec<String>> {
    let mut done = vec![String::new()];
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        let choices = match c {
            '\\' => vec![format!("\\{}", rest.next()?)],
            '{' => {
                let (inside, after) = closing(rest.as_str())?;
                rest = after.chars();
                let mut choices = Vec::new();
                for choice in inside {
                    choices.extend(spell_out(choice)?);
                }
                choices
            }
            _ => vec![c.to_string()],
        };
        if done.len() * choices.len() > MOST_ALTERNATIVES {
            return None;
        }
        done = done.iter().flat_map(|start| choices.iter().map(move |end| format!("{start}{end}"))).collect();
    }
    Some(done)
}

/// The choices up to the brace that closes, and what follows it.
fn closing(text: &str) -> Option<(Vec<&str>, &str)> {
    let (mut depth, mut start, mut choices, mut escaped) = (0_usize, 0, Vec::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' => {
                choices.push(&text[start..at]);
                return Some((choices, &text[at + 1..]));
            }
            ',' if depth == 0 => {
                choices.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn pieces(text: &str) -> Option<Vec<Piece>> {
    let (mut pieces, mut chars) = (Vec::new(), text.chars().peekable());
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '\\' => Piece::Char(chars.next()?),
            '?' => Piece::One,
            '*' if chars.next_if_eq(&'*').is_some() => Piece::Anything,
            '*' => Piece::Run,
            '[' => {
                let (mut inside, mut next) = (String::new(), chars.next()?);
                while next != ']' {
                    inside.push(next);
                    next = chars.next()?;
                }
                set(&inside)?
            }
            _ => Piece::Char(c),
        });
    }
    Some(pieces)
}

fn set(inside: &str) -> Option<Piece> {
    let (inverted, members) = inside.strip_prefix('!').map_or((false, inside), |members| (true, members));
    let members: Vec<char> = members.chars().collect();
    let (mut ranges, mut at) = (Vec::new(), 0);
    while at < members.len() {
        if at + 2 < members.len() && members[at + 1] == '-' {
            ranges.push((members[at], members[at + 2]));
            at += 3;
        } else {
            ranges.push((members[at], members[at]));
            at += 1;
        }
    }
    (!ranges.is_empty()).then_some(Piece::Set { inverted, ranges })
}

/// Whether the pieces make up the whole text. Walks both once: hostile text costs its length, not more.
fn matches(pieces: &[Piece], text: &[char]) -> bool {
    // `reached[i]`: the pieces so far can make up the first `i` characters.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for piece in pieces {
        let mut next = vec![false; text.len() + 1];
        match piece {
            Piece::Anything | Piece::Run => {
                let mut open = false;
                for at in 0..=text.len() {
                    let stays = at > 0 && open && (*piece == Piece::Anything || !is_separator(text[at - 1]));
                    open = reached[at] || stays;
                    next[at] = open;
                }
            }
            _ => {
                for at in 1..=text.len() {
                    next[at] = reached[at - 1] && is_one(piece, text[at - 1]);
                }
            }
        }
        reached = next;
    }
    reached[text.len()]
}

fn is_one(piece: &Piece, c: char) -> bool {
    match piece {
        Piece::Char(wanted) => *wanted == c,
        Piece::One => !is_separator(c),
        Piece::Set { inverted, ranges } => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *inverted,
        Piece::Run | Piece::Anything => false,
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, '.' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(pattern: &str, address: &str) -> bool {
        Glob::new(pattern).is_some_and(|glob| glob.allows(address))
    }

    #[test]
    fn case_62_patterns_match_as_upstream_has_them() {
        for (pattern, address) in [
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://localhost:8000/*", "http://localhost:8000/path?x=1"),
            ("http://*.dev:3000", "http://foo.dev:3000"),
            ("com.app://**", "com.app://"),
            ("com.app://**", "com.app://a/b.c"),
            ("https://{a,b{c,d}}.example/cb", "https://bd.example/cb"),
            ("https://shop-?.example/[a-c!]x", "https://shop-1.example/!x"),
            (r"https://a.example/\*", "https://a.example/*"),
            ("https://[!x]a.example", "https://ya.example"),
        ] {
            assert!(allows(pattern, address), "{pattern} allows {address}");
        }
        for (pattern, address) in [
            ("http://localhost:3000", "http://localhost:3000/"),
            ("http://localhost:8000/*", "http://localhost:8000/a/b"),
            ("http://localhost:8000/*", "http://localhost:8000"),
            ("http://*.dev:3000", "http://foo.bar.dev:3000"),
            ("https://shop.example", "https://SHOP.example"),
            ("https://[x", "https://x"),
            ("https://{a", "https://a"),
        ] {
            assert!(!allows(pattern, address), "{pattern} does not allow {address}");
        }
    }

    #[test]
    fn a_name_in_the_pattern_is_a_name_of_the_host() {
        for evil in ["https://evil?.shop.example/cb", "https://evil#.shop.example/cb", "https://evil/.shop.example/cb"]
        {
            assert!(!allows("https://*.shop.example/**", evil), "{evil}");
        }
        assert!(allows("https://*.shop.example/**", "https://a.shop.example/cb?x=https://evil"));
    }

    #[test]
    fn many_stars_and_braces_end() {
        let stars = "*a".repeat(2000);
        assert!(!allows(&stars, &"a".repeat(2000).replace("aaa", "aab")));
        assert!(Glob::new(&"{a,b}".repeat(30)).is_none());
    }
}
