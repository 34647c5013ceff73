//! Filters: `column=operator.value`, and trees of them under `and` and `or`.

use super::{Field, scan::Scanner, unreadable};
use crate::rest::error::RestError;

/// What must hold of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rest) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Test),
}

/// One column against a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rest) struct Test {
    pub field: Field,
    pub operator: Operator,
    pub quantifier: Option<Quantifier>,
    pub value: String,
}

/// Against any or all of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rest) enum Quantifier {
    Any,
    All,
}

/// How they are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rest) enum Operator {
    /// An operator of PostgreSQL's between two values of the column's type.
    Symbol(&'static str),
    /// One between the column and text, in which `*` may stand for `%`.
    Like(&'static str),
    /// One between the column and text.
    Text(&'static str),
    Is,
    In,
    IsDistinct,
    /// Full text search: the function that reads the value, and the language.
    Search(&'static str, Option<String>),
}

/// Operators that take `(any)` and `(all)`.
fn quantifiable(name: &str) -> bool {
    matches!(name, "eq" | "like" | "ilike" | "gt" | "gte" | "lt" | "lte" | "match" | "imatch")
}

fn operator(name: &str, argument: Option<&str>) -> Option<Operator> {
    let search = |function| Some(Operator::Search(function, argument.map(str::to_owned)));
    Some(match name {
        "fts" => return search("to_tsquery"),
        "plfts" => return search("plainto_tsquery"),
        "phfts" => return search("phraseto_tsquery"),
        "wfts" => return search("websearch_to_tsquery"),
        _ if argument.is_some() => return None,
        "eq" => Operator::Symbol("="),
        "neq" => Operator::Symbol("<>"),
        "gt" => Operator::Symbol(">"),
        "gte" => Operator::Symbol(">="),
        "lt" => Operator::Symbol("<"),
        "lte" => Operator::Symbol("<="),
        "cs" => Operator::Symbol("@>"),
        "cd" => Operator::Symbol("<@"),
        "ov" => Operator::Symbol("&&"),
        "sl" => Operator::Symbol("<<"),
        "sr" => Operator::Symbol(">>"),
        "nxr" => Operator::Symbol("&<"),
        "nxl" => Operator::Symbol("&>"),
        "adj" => Operator::Symbol("-|-"),
        "like" => Operator::Like("like"),
        "ilike" => Operator::Like("ilike"),
        "match" => Operator::Text("~"),
        "imatch" => Operator::Text("~*"),
        "is" => Operator::Is,
        "in" => Operator::In,
        "isdistinct" => Operator::IsDistinct,
        _ => return None,
    })
}

/// A parameter that is no reserved word.
pub(super) fn read(name: &str, value: &str) -> Result<Condition, RestError> {
    let (negated, word) = name.strip_prefix("not.").map_or((false, name), |word| (true, word));
    if matches!(word, "and" | "or") {
        let mut scanner = Scanner(value);
        let tree = tree(&mut scanner, word == "and").filter(|_| scanner.is_done());
        return tree.map(|tree| negate(tree, negated)).ok_or_else(|| unreadable("logic tree", value));
    }
    let mut scanner = Scanner(name);
    let field = scanner.field().filter(|_| scanner.is_done()).ok_or_else(|| unreadable("filter", name))?;
    let mut scanner = Scanner(value);
    let test = test(&mut scanner, field, |scanner| std::mem::take(&mut scanner.0).to_owned());
    test.ok_or_else(|| unreadable("filter", value))
}

fn negate(condition: Condition, negated: bool) -> Condition {
    if negated { Condition::Not(Box::new(condition)) } else { condition }
}

/// `(a,b,…)`.
fn tree(scanner: &mut Scanner<'_>, all: bool) -> Option<Condition> {
    if !scanner.take("(") {
        return None;
    }
    let mut conditions = Vec::new();
    loop {
        conditions.push(branch(scanner)?);
        if scanner.take(")") {
            return Some(if all { Condition::All(conditions) } else { Condition::Any(conditions) });
        }
        if !scanner.take(",") {
            return None;
        }
    }
}

/// `and(…)`, `or(…)`, either with `not.`, or `column.operator.value`.
fn branch(scanner: &mut Scanner<'_>) -> Option<Condition> {
    scanner.0 = scanner.0.trim_start();
    for (word, all, negated) in
        [("and", true, false), ("or", false, false), ("not.and", true, true), ("not.or", false, true)]
    {
        let mut inner = *scanner;
        if inner.take(word) && inner.0.starts_with('(') {
            let condition = tree(&mut inner, all)?;
            *scanner = inner;
            return Some(negate(condition, negated));
        }
    }
    let field = scanner.field()?;
    if !scanner.take(".") {
        return None;
    }
    test(scanner, field, value_in_tree)
}

/// `[not.]operator[(argument)].value`; `value` takes what comes last.
fn test(scanner: &mut Scanner<'_>, field: Field, value: impl FnOnce(&mut Scanner<'_>) -> String) -> Option<Condition> {
    let negated = scanner.take("not.");
    let name = scanner.until(|letter| matches!(letter, '.' | '(' | ',' | ')'));
    let argument = if scanner.take("(") {
        let argument = scanner.until(|letter| letter == ')');
        scanner.take(")").then_some(Some(argument))?
    } else {
        None
    };
    let quantifier = match argument {
        Some("any") if quantifiable(name) => Some(Quantifier::Any),
        Some("all") if quantifiable(name) => Some(Quantifier::All),
        _ => None,
    };
    let operator = operator(name, argument.filter(|_| quantifier.is_none()))?;
    if !scanner.take(".") {
        return None;
    }
    Some(negate(Condition::Test(Test { field, operator, quantifier, value: value(scanner) }), negated))
}

/// A value inside a tree ends at a comma or a bracket, unless it is quoted or in brackets of its own.
fn value_in_tree(scanner: &mut Scanner<'_>) -> String {
    if let Some(text) = scanner.quoted() {
        return text;
    }
    let (mut depth, mut quoted, mut escaped, mut end) = (0_u32, false, false, scanner.0.len());
    for (at, letter) in scanner.0.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' if depth > 0 => depth -= 1,
            ',' | ')' if depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let (value, rest) = scanner.0.split_at(end);
    scanner.0 = rest;
    value.to_owned()
}

/// The items of `(a,"b,c")`.
pub(in crate::rest) fn items(value: &str) -> Option<Vec<String>> {
    let list = value.strip_prefix('(')?.strip_suffix(')')?;
    let mut scanner = Scanner(list);
    let mut items = Vec::new();
    while !list.is_empty() {
        let item = scanner.quoted();
        items.push(item.unwrap_or_else(|| scanner.until(|letter| letter == ',').to_owned()));
        if scanner.is_done() {
            break;
        }
        if !scanner.take(",") {
            return None;
        }
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(condition: &Condition) -> (&str, &Operator, &str) {
        let Condition::Test(test) = condition else { panic!("{condition:?}") };
        (test.field.column.as_str(), &test.operator, test.value.as_str())
    }

    #[test]
    fn a_filter_is_an_operator_and_a_value() {
        let read = |value: &str| read("price", value);
        assert_eq!(tested(&read("gte.5").expect("a filter")), ("price", &Operator::Symbol(">="), "5"));
        assert_eq!(tested(&read("eq.a.b,c").expect("a filter")), ("price", &Operator::Symbol("="), "a.b,c"));
        let Condition::Not(inner) = read("not.is.null").expect("a filter") else { panic!("not negated") };
        assert_eq!(tested(&inner), ("price", &Operator::Is, "null"));
        let Condition::Test(any) = read("like(any).{a*,b*}").expect("a filter") else { panic!("no test") };
        assert_eq!((any.quantifier, any.value.as_str()), (Some(Quantifier::Any), "{a*,b*}"));
        for odd in ["", "eq", "5", "regex.1", "eq(some).1", "in(any).(1)", "eq(any.1", "not.5"] {
            assert!(read(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn trees_nest_and_values_in_them_may_be_quoted() {
        let tree = read("or", "(a.eq.1,and(b.in.(1,\"2,)\"),not.or(c.eq.\"x,)\\\"\",d.not.is.null)))").expect("a tree");
        let Condition::Any(both) = &tree else { panic!("{tree:?}") };
        assert_eq!(tested(&both[0]), ("a", &Operator::Symbol("="), "1"));
        let Condition::All(inner) = &both[1] else { panic!("{both:?}") };
        assert_eq!(tested(&inner[0]), ("b", &Operator::In, "(1,\"2,)\")"));
        let Condition::Not(not) = &inner[1] else { panic!("{inner:?}") };
        let Condition::Any(last) = not.as_ref() else { panic!("{not:?}") };
        assert_eq!(tested(&last[0]), ("c", &Operator::Symbol("="), "x,)\""));
        for odd in ["", "()", "(a.eq.1", "(a.eq.1))", "(a)", "(a.eq.1,)", "a.eq.1"] {
            assert!(read("and", odd).is_err(), "{odd}");
        }
        assert_eq!(items("(1,\"2,3\",)").expect("items"), ["1", "2,3", ""]);
        assert_eq!(items("()").expect("none"), [] as [&str; 0]);
        assert!(items("1,2").is_none() && items("(\"a\"b)").is_none());
    }
}
