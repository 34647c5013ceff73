//! Functions as the catalog knows them, and which of them a call means.

use tokio_postgres::{Row, Transaction};

use super::{catalog::Columns, error::RestError, sql::quote};

/// A function that can be called.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub arguments: Vec<Argument>,
    pub returns: Returns,
}

/// One of its arguments. One without a name takes the whole body.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub name: String,
    pub kind: String,
    has_default: bool,
    /// It takes an array for any number of values.
    is_variadic: bool,
}

impl Argument {
    /// This argument in a call, with `value` as SQL.
    pub(super) fn pass(&self, value: &str) -> String {
        let variadic = if self.is_variadic { "variadic " } else { "" };
        format!("{variadic}{} => {value}", quote(&self.name))
    }
}

/// What comes back.
#[derive(Debug, Clone)]
pub(super) enum Returns {
    Nothing,
    /// One value, or a set of them.
    Value {
        set: bool,
    },
    /// Rows whose columns are known.
    Rows {
        set: bool,
        columns: Columns,
    },
}

impl Signature {
    /// The one function of this name that takes arguments of these names.
    pub(super) async fn find(
        tx: &Transaction<'_>,
        function: &str,
        given: &[String],
        has_body: bool,
    ) -> Result<Self, RestError> {
        let failed = |error: tokio_postgres::Error| RestError::database(&error, "service_role");
        let rows = tx.query(FUNCTIONS, &[&function]).await.map_err(failed)?;
        let candidates: Vec<(Vec<Argument>, &Row)> = rows.iter().map(|row| (arguments(row), row)).collect();
        let mut fitting: Vec<_> = candidates.iter().filter(|(arguments, _)| fits(arguments, given)).collect();
        if fitting.is_empty() && has_body {
            fitting = candidates.iter().filter(|(arguments, _)| takes_body(arguments)).collect();
        }
        match fitting.as_slice() {
            [(arguments, row)] => Ok(Self { arguments: arguments.clone(), returns: returns(tx, function, row).await? }),
            [] => Err(missing(tx, function, given, &candidates).await?),
            several => {
                let shown: Vec<_> = several.iter().map(|(arguments, _)| show(function, arguments)).collect();
                let message = format!("Could not choose the best candidate function between: {}", shown.join(", "));
                let hint = "Try renaming the parameters or the function itself in the database so function overloading can be resolved";
                Err(RestError::new(300, "PGRST203", message).hint(Some(hint.to_owned())))
            }
        }
    }

    /// Whether the body as a whole is the one argument.
    pub(super) fn takes_body(&self) -> bool {
        takes_body(&self.arguments)
    }
}

/// Names, types, number of defaults, set, result, kind of result, the columns that the function itself names, and whether the last
/// argument is variadic.
const FUNCTIONS: &str = "
    select coalesce(p.proargnames[1:p.pronargs], '{}')::text[],
        array(select format_type(t, null) from unnest(p.proargtypes) with ordinality a (t, i) order by i),
        p.pronargdefaults::int, p.proretset, format_type(p.prorettype, null),
        case when p.prorettype = 'void'::regtype then 'nothing'
             when 't' = any(p.proargmodes) or 'o' = any(p.proargmodes) then 'named'
             when y.typtype = 'c' then 'composite' else 'value' end,
        array(select coalesce(p.proargnames[i], 'column' || i) from generate_subscripts(p.proargmodes, 1) i where p.proargmodes[i] in ('t', 'o', 'b') order by i),
        array(select format_type(p.proallargtypes[i], null) from generate_subscripts(p.proargmodes, 1) i where p.proargmodes[i] in ('t', 'o', 'b') order by i),
        p.provariadic <> 0
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_type y on y.oid = p.prorettype
    where n.nspname = 'public' and p.proname = $1 and p.prokind = 'f'";

fn arguments(row: &Row) -> Vec<Argument> {
    let (names, kinds): (Vec<String>, Vec<String>) = (row.get(0), row.get(1));
    let defaults = usize::try_from(row.get::<_, i32>(2)).unwrap_or(0);
    let variadic: bool = row.get(8);
    let last = kinds.len().saturating_sub(1);
    let first_default = kinds.len() - defaults.min(kinds.len());
    let argument = |(index, kind)| Argument {
        name: names.get(index).cloned().unwrap_or_default(),
        kind,
        has_default: index >= first_default,
        is_variadic: variadic && index == last,
    };
    kinds.into_iter().enumerate().map(argument).collect()
}

fn fits(arguments: &[Argument], given: &[String]) -> bool {
    let known = given.iter().all(|name| arguments.iter().any(|argument| argument.name == *name));
    known && arguments.iter().all(|argument| argument.has_default || given.contains(&argument.name))
}

fn takes_body(arguments: &[Argument]) -> bool {
    matches!(arguments, [one] if one.name.is_empty() && matches!(one.kind.as_str(), "json" | "jsonb"))
}

async fn returns(tx: &Transaction<'_>, function: &str, row: &Row) -> Result<Returns, RestError> {
    let (set, kind): (bool, String) = (row.get(3), row.get(4));
    Ok(match row.get::<_, String>(5).as_str() {
        "nothing" => Returns::Nothing,
        "named" => {
            let (names, kinds): (Vec<String>, Vec<String>) = (row.get(6), row.get(7));
            // One column that is no row of its own comes back as its value.
            if names.len() == 1 && kind != "record" && !set {
                return Ok(Returns::Value { set });
            }
            Returns::Rows { set, columns: Columns::of_result(function, names.into_iter().zip(kinds)) }
        }
        "composite" => {
            let columns = Columns::of_type(tx, &kind).await?;
            if columns.all().is_empty() { Returns::Value { set } } else { Returns::Rows { set, columns } }
        }
        _ => Returns::Value { set },
    })
}

/// Says what was looked for, and a function that could be meant.
async fn missing(
    tx: &Transaction<'_>,
    function: &str,
    given: &[String],
    same_name: &[(Vec<Argument>, &Row)],
) -> Result<RestError, RestError> {
    let mut names = given.to_vec();
    names.sort();
    let message = format!(
        "Could not find the function public.{function}{} in the schema cache",
        if names.is_empty() { " without parameters".to_owned() } else { format!("({})", names.join(", ")) }
    );
    let with = match names.as_slice() {
        [] => "without parameters".to_owned(),
        [one] => format!("with parameter {one}"),
        several => format!("with parameters {}", several.join(", ")),
    };
    let details =
        format!("Searched for the function public.{function} {with}, but no matches were found in the schema cache.");
    let near = if let Some((arguments, _)) = same_name.first() {
        Some(show(function, arguments))
    } else {
        let all = "select p.proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prokind = 'f'";
        let rows = tx.query(all, &[]).await.map_err(|error| RestError::database(&error, "service_role"))?;
        let likeness = |name: &String| strsim::jaro(name, function);
        let names = rows.iter().map(|row| row.get::<_, String>(0)).filter(|name| likeness(name) > 0.8);
        names.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).map(|name| format!("public.{name}"))
    };
    let hint = near.map(|near| format!("Perhaps you meant to call the function {near}"));
    Ok(RestError::new(404, "PGRST202", message).details(details).hint(hint))
}

fn show(function: &str, arguments: &[Argument]) -> String {
    let names: Vec<_> = arguments.iter().map(|argument| argument.name.as_str()).collect();
    format!("public.{function}({})", names.join(", "))
}
