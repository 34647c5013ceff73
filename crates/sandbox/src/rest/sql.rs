//! A query to SQL: identifiers from the catalog, quoted; values bound, all of them as text.

use std::collections::HashMap;

use super::{
    catalog::Columns,
    error::RestError,
    query::{Condition, Field, Item, Operator, Quantifier, Term, Test, items},
    range::Range,
};

/// Statements' values in the making.
#[derive(Debug, Default)]
pub(super) struct Values(pub Vec<String>);

impl Values {
    /// `$n::text`, for a value.
    pub(super) fn bind(&mut self, value: impl Into<String>) -> String {
        self.0.push(value.into());
        format!("${}::text", self.0.len())
    }
}

/// An identifier that can be nothing else.
pub(super) fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// What a clause is made from: the columns that there are, and the types that casts name.
pub(super) struct Scope<'a> {
    pub columns: &'a Columns,
    /// By the name in the request, as SQL writes it.
    pub kinds: &'a HashMap<String, String>,
}

impl Scope<'_> {
    /// A field, and its type as far as it is known.
    fn field(&self, field: &Field, values: &mut Values) -> Result<(String, String), RestError> {
        let column = self.columns.named(&field.column)?;
        let (mut sql, mut kind) = (quote(&column.name), column.kind.clone());
        for (index, step) in field.path.iter().enumerate() {
            if index == 0 && !matches!(kind.as_str(), "json" | "jsonb") {
                // Composite values and arrays are walked the same way.
                sql = format!("to_jsonb({sql})");
                "jsonb".clone_into(&mut kind);
            }
            let arrow = if step.as_text { "->>" } else { "->" };
            let key = values.bind(&step.key);
            let is_index = step.key.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit()) && step.key.len() < 9;
            sql = if is_index && step.key != "-" && !step.key.is_empty() {
                format!("({sql} {arrow} ({key})::int)")
            } else {
                format!("({sql} {arrow} {key})")
            };
            if step.as_text {
                "text".clone_into(&mut kind);
            }
        }
        Ok((sql, kind))
    }

    /// The columns of the answer with the names that they have there.
    pub(super) fn list(&self, select: &[Item], values: &mut Values) -> Result<Vec<(String, String)>, RestError> {
        let every = || self.columns.all().iter().map(|column| (quote(&column.name), column.name.clone()));
        if select.is_empty() {
            return Ok(every().collect());
        }
        let mut list = Vec::new();
        for item in select {
            match item {
                Item::All => list.extend(every()),
                Item::One { field, alias, cast } => {
                    let (mut sql, _) = self.field(field, values)?;
                    if let Some(cast) = cast.as_ref().and_then(|cast| self.kinds.get(cast)) {
                        sql = format!("({sql})::{cast}");
                    }
                    let last = field.path.iter().rev().map(|step| &step.key);
                    let last = last.into_iter().find(|key| key.parse::<i64>().is_err());
                    let name = alias.as_ref().or(last).unwrap_or(&field.column);
                    list.push((sql, name.clone()));
                }
            }
        }
        Ok(list)
    }

    /// ` where …`; empty when nothing is asked.
    pub(super) fn conditions(&self, conditions: &[Condition], values: &mut Values) -> Result<String, RestError> {
        let all: Vec<_> =
            conditions.iter().map(|condition| self.condition(condition, values)).collect::<Result<_, _>>()?;
        Ok(if all.is_empty() { String::new() } else { format!(" where {}", all.join(" and ")) })
    }

    fn condition(&self, condition: &Condition, values: &mut Values) -> Result<String, RestError> {
        let mut join = |conditions: &[Condition], word: &str| {
            let all: Result<Vec<_>, _> = conditions.iter().map(|inner| self.condition(inner, values)).collect();
            all.map(|all| format!("({})", all.join(word)))
        };
        match condition {
            Condition::All(conditions) => join(conditions, " and "),
            Condition::Any(conditions) => join(conditions, " or "),
            Condition::Not(inner) => self.condition(inner, values).map(|sql| format!("not ({sql})")),
            Condition::Test(test) => self.test(test, values),
        }
    }

    fn test(&self, test: &Test, values: &mut Values) -> Result<String, RestError> {
        let (field, kind) = self.field(&test.field, values)?;
        let Test { operator, quantifier, value, .. } = test;
        let bad =
            || RestError::new(400, "PGRST100", format!("\"failed to parse filter ({value})\" (line 1, column 1)"));
        let mut against = |symbol: &str, value: &str, kind: &str| {
            let value = values.bind(value);
            match quantifier {
                None => format!("{field} {symbol} ({value})::{kind}"),
                Some(Quantifier::Any) => format!("{field} {symbol} any (({value})::{kind}[])"),
                Some(Quantifier::All) => format!("{field} {symbol} all (({value})::{kind}[])"),
            }
        };
        Ok(match operator {
            Operator::Symbol(symbol) => against(symbol, value, &kind),
            Operator::Like(symbol) => against(symbol, &value.replace('*', "%"), "text"),
            Operator::Text(symbol) => against(symbol, value, "text"),
            Operator::IsDistinct => against("is distinct from", value, &kind),
            Operator::Is => match value.to_ascii_lowercase().as_str() {
                "not_null" => format!("{field} is not null"),
                known @ ("null" | "true" | "false" | "unknown") => format!("{field} is {known}"),
                _ => return Err(bad()),
            },
            Operator::In => {
                let items = items(value).ok_or_else(bad)?;
                let items: Vec<_> = items.iter().map(|item| format!("({})::{kind}", values.bind(item))).collect();
                if items.is_empty() { "false".to_owned() } else { format!("{field} in ({})", items.join(", ")) }
            }
            Operator::Search(function, language) => {
                let language = language.as_ref().map(|language| format!("({})::regconfig, ", values.bind(language)));
                let vector = if kind == "tsvector" { field } else { format!("to_tsvector({field})") };
                format!("{vector} @@ {function}({}{})", language.unwrap_or_default(), values.bind(value))
            }
        })
    }

    /// ` order by … limit … offset …`.
    pub(super) fn tail(&self, order: &[Term], range: Range, values: &mut Values) -> Result<String, RestError> {
        let mut terms = Vec::new();
        for term in order {
            let (field, _) = self.field(&term.field, values)?;
            let nulls = term.nulls_first.map_or("", |first| if first { " nulls first" } else { " nulls last" });
            terms.push(format!("{field}{}{nulls}", if term.descending { " desc" } else { " asc" }));
        }
        let order = if terms.is_empty() { String::new() } else { format!(" order by {}", terms.join(", ")) };
        let limit = range.limit.map_or_else(String::new, |limit| format!(" limit {limit}"));
        let offset = if range.offset > 0 { format!(" offset {}", range.offset) } else { String::new() };
        Ok(order + &limit + &offset)
    }
}

/// `a as "x", b as "y"`.
pub(super) fn named(list: &[(String, String)]) -> String {
    list.iter().map(|(sql, name)| format!("{sql} as {}", quote(name))).collect::<Vec<_>>().join(", ")
}
