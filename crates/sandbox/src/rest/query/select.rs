//! `select`: which columns, under which names, as what.

use super::{Field, scan::Scanner, unreadable};
use crate::rest::error::RestError;

/// One column of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rest) enum Item {
    /// `*`.
    All,
    /// `name:field::cast`.
    One { field: Field, alias: Option<String>, cast: Option<String> },
}

pub(super) fn read(text: &str) -> Result<Vec<Item>, RestError> {
    let mut scanner = Scanner(text);
    let mut items = Vec::new();
    while !scanner.is_done() {
        items.push(item(&mut scanner, text)?);
        if !scanner.take(",") && !scanner.is_done() {
            return Err(unreadable("select parameter", text));
        }
    }
    Ok(items)
}

fn item(scanner: &mut Scanner<'_>, whole: &str) -> Result<Item, RestError> {
    let bad = || unreadable("select parameter", whole);
    if scanner.take("*") {
        return Ok(Item::All);
    }
    let mut field = scanner.field().ok_or_else(bad)?;
    let mut alias = None;
    if !scanner.0.starts_with("::") && scanner.take(":") {
        alias = Some(field.column);
        field = scanner.field().ok_or_else(bad)?;
    }
    if scanner.0.starts_with(['(', '!']) || field.column.contains('!') {
        let related = field.column.split('!').next().unwrap_or_default();
        let message = format!("Could not find a relationship to '{related}' in the schema cache");
        let details = "The sandbox does not embed related tables; Supabase does.";
        return Err(RestError::new(400, "PGRST200", message).details(details));
    }
    let cast = if scanner.take("::") { Some(scanner.name().ok_or_else(bad)?) } else { None };
    Ok(Item::One { field, alias, cast })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_names_casts_and_steps_into_json() {
        let items = read("id,price:price_minor::text,meta->tags->>0,*").expect("items");
        let Item::One { field, alias, cast } = &items[1] else { panic!("a column") };
        assert_eq!(
            (field.column.as_str(), alias.as_deref(), cast.as_deref()),
            ("price_minor", Some("price"), Some("text"))
        );
        let Item::One { field, .. } = &items[2] else { panic!("a column") };
        assert_eq!(
            field.path.iter().map(|step| (step.key.as_str(), step.as_text)).collect::<Vec<_>>(),
            [("tags", false), ("0", true)]
        );
        assert_eq!(items[3], Item::All);
        assert_eq!(read("").expect("nothing"), []);
        for odd in ["id,,name", "a:", "a::", "->b", "a->", "\"a", "products(name)", "id)"] {
            assert!(read(odd).is_err(), "{odd}");
        }
    }
}
