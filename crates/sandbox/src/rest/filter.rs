//! Query parameters to SQL: `select`, filters, `order`, `limit`, `offset`.

use std::fmt::Write;

use super::error::RestError;

/// A table's columns with their types, from PostgreSQL's catalog.
pub(crate) struct Columns(Vec<(String, String)>);

/// SQL with its bound values, all of them text.
#[derive(Default)]
pub(crate) struct Clause {
    pub sql: String,
    pub values: Vec<String>,
}

impl Columns {
    pub(crate) fn new(columns: Vec<(String, String)>) -> Self {
        Self(columns)
    }

    /// The type of a column that there is.
    fn kind(&self, name: &str) -> Result<&str, RestError> {
        self.0
            .iter()
            .find(|(column, _)| column == name)
            .map(|(_, kind)| kind.as_str())
            .ok_or_else(|| RestError::new(400, "42703", format!("column {name} does not exist")))
    }

    /// The list after `select`: `*` or names.
    pub(crate) fn list(&self, select: Option<&str>) -> Result<String, RestError> {
        let Some(names) = select.filter(|names| *names != "*" && !names.is_empty()) else { return Ok("*".to_owned()) };
        let columns: Vec<_> = names
            .split(',')
            .map(|name| self.kind(name.trim()).map(|_| quote(name.trim())))
            .collect::<Result<_, _>>()?;
        Ok(columns.join(", "))
    }

    /// `where …` of all parameters that are filters; empty when there are none. `bound` values are there already.
    pub(crate) fn conditions(&self, parameters: &[(String, String)], bound: usize) -> Result<Clause, RestError> {
        let mut clause = Clause::default();
        for (column, filter) in parameters.iter().filter(|(name, _)| !is_reserved(name)) {
            clause.sql.push_str(if clause.sql.is_empty() { " where " } else { " and " });
            self.condition(&mut clause, bound, column, filter)?;
        }
        Ok(clause)
    }

    /// One filter: `operator.value`, or `not.operator.value`.
    fn condition(&self, clause: &mut Clause, bound: usize, column: &str, filter: &str) -> Result<(), RestError> {
        let kind = self.kind(column)?;
        let (negated, filter) = filter.strip_prefix("not.").map_or((false, filter), |rest| (true, rest));
        let bad = || RestError::new(400, "PGRST100", format!("failed to parse filter ({filter})"));
        let (operator, value) = filter.split_once('.').ok_or_else(bad)?;
        let column = quote(column);
        let mut bind = |value: &str| {
            clause.values.push(value.to_owned());
            bound + clause.values.len()
        };
        let sql = match operator {
            "eq" | "neq" | "gt" | "gte" | "lt" | "lte" => {
                let sign = match operator {
                    "eq" => "=",
                    "neq" => "<>",
                    "gt" => ">",
                    "gte" => ">=",
                    "lt" => "<",
                    _ => "<=",
                };
                format!("{column} {sign} (${}::text)::{kind}", bind(value))
            }
            "like" | "ilike" => format!("{column}::text {operator} ${}::text", bind(&value.replace('*', "%"))),
            "is" => match value {
                "null" | "true" | "false" | "unknown" => format!("{column} is {value}"),
                _ => return Err(bad()),
            },
            "in" => {
                let list = value.strip_prefix('(').and_then(|v| v.strip_suffix(')')).ok_or_else(bad)?;
                let items: Vec<_> = items(list).iter().map(|item| format!("(${}::text)::{kind}", bind(item))).collect();
                if items.is_empty() { "false".to_owned() } else { format!("{column} in ({})", items.join(", ")) }
            }
            _ => return Err(bad()),
        };
        // Writing to a string can't fail.
        let _ = if negated { write!(clause.sql, "not ({sql})") } else { write!(clause.sql, "{sql}") };
        Ok(())
    }

    /// `order by …`, `limit …`, `offset …`.
    pub(crate) fn tail(&self, parameters: &[(String, String)]) -> Result<String, RestError> {
        let mut sql = String::new();
        if let Some(order) = value(parameters, "order") {
            let terms: Vec<_> = order.split(',').map(|term| self.order_term(term)).collect::<Result<_, _>>()?;
            sql = format!(" order by {}", terms.join(", "));
        }
        for name in ["limit", "offset"] {
            if let Some(text) = value(parameters, name) {
                let number: u32 = text
                    .parse()
                    .map_err(|_| RestError::new(400, "PGRST100", format!("failed to parse {name} ({text})")))?;
                let _ = write!(sql, " {name} {number}");
            }
        }
        Ok(sql)
    }

    fn order_term(&self, term: &str) -> Result<String, RestError> {
        let mut parts = term.split('.');
        let name = parts.next().unwrap_or_default();
        self.kind(name)?;
        let mut sql = quote(name);
        for part in parts {
            sql.push_str(match part {
                "asc" => " asc",
                "desc" => " desc",
                "nullsfirst" => " nulls first",
                "nullslast" => " nulls last",
                _ => return Err(RestError::new(400, "PGRST100", format!("failed to parse order ({term})"))),
            });
        }
        Ok(sql)
    }

    /// The columns of a JSON object that there are; an unknown one is refused.
    pub(crate) fn of_object<'a>(&self, keys: impl Iterator<Item = &'a String>) -> Result<Vec<String>, RestError> {
        keys.map(|key| {
            self.kind(key).map(|_| quote(key)).map_err(|_| {
                RestError::new(400, "PGRST204", format!("Could not find the '{key}' column in the schema cache"))
            })
        })
        .collect()
    }
}

/// The value of a parameter.
pub(crate) fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn is_reserved(name: &str) -> bool {
    matches!(name, "select" | "order" | "limit" | "offset" | "columns" | "on_conflict")
}

/// An identifier that can be nothing else.
pub(crate) fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// The items of `in.(a,"b,c")`.
fn items(list: &str) -> Vec<String> {
    let (mut items, mut item, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in list.chars() {
        match c {
            _ if escaped => {
                item.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => items.push(std::mem::take(&mut item)),
            _ => item.push(c),
        }
    }
    if !list.is_empty() {
        items.push(item);
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Columns {
        Columns::new(vec![("id".into(), "text".into()), ("price".into(), "bigint".into())])
    }

    fn where_of(name: &str, filter: &str) -> Result<(String, Vec<String>), String> {
        let clause = columns().conditions(&[(name.into(), filter.into())], 0).map_err(|e| format!("{e:?}"))?;
        Ok((clause.sql, clause.values))
    }

    #[test]
    fn values_are_bound_never_spliced() {
        let hostile = "x' or true; drop table products; --";
        let (sql, values) = where_of("id", &format!("eq.{hostile}")).expect("a clause");
        assert_eq!(sql, " where \"id\" = ($1::text)::text");
        assert_eq!(values, [hostile]);
    }

    #[test]
    fn unknown_names_and_operators_are_refused() {
        assert!(where_of("id\" or true --", "eq.1").is_err());
        assert!(where_of("id", "regex.1").is_err());
        assert!(where_of("id", "is.null or true").is_err());
        assert!(columns().tail(&[("order".into(), "id;drop".into())]).is_err());
        assert!(columns().tail(&[("limit".into(), "1;drop".into())]).is_err());
        assert!(columns().list(Some("id,evil")).is_err());
    }

    #[test]
    fn lists_and_negation() {
        let (sql, values) = where_of("price", "not.in.(1,\"2,3\")").expect("a clause");
        assert_eq!(sql, " where not (\"price\" in (($1::text)::bigint, ($2::text)::bigint))");
        assert_eq!(values, ["1", "2,3"]);
    }
}
