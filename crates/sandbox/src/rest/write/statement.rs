//! Writes as SQL. Each is one statement whose columns are body, rows, total and keys.

use super::body::{Rows, text};
use crate::rest::{
    answer,
    catalog::Columns,
    error::RestError,
    media::Media,
    prefer::{Prefer, Resolution, Return},
    query::{Condition, Operator, Query},
    sql::{Scope, Values, named, quote},
};

/// A write that is asked for.
pub(super) struct Write<'a> {
    pub table: &'a str,
    pub scope: Scope<'a>,
    pub query: &'a Query,
    pub prefer: &'a Prefer,
    pub media: Media,
}

/// SQL, and the names of the answer's columns.
type Made = Result<(String, Vec<String>), RestError>;

/// The names of the primary key's columns.
pub(super) fn key_of(columns: &Columns) -> Vec<String> {
    columns.key().iter().map(|column| column.name.clone()).collect()
}

impl Write<'_> {
    pub(super) fn insert(&self, rows: &Rows, values: &mut Values) -> Made {
        let keys = rows.keys(self.query.columns.as_deref())?;
        let names = self.in_body(&keys)?;
        let source = self.source(rows, &names, values);
        let conflict = self.conflict(&names)?;
        let into = format!("insert into public.{}", quote(self.table));
        let insert = match names.as_slice() {
            [] => format!("{into} select from generate_series(1, {})", rows.0.len()),
            names => format!("{into} ({0}) select {0} from {source}{conflict}", names.join(", ")),
        };
        self.returning(&insert, "null::bigint", values)
    }

    /// One row by its whole key: made, or put in place of the one that is there.
    pub(super) fn put(&self, rows: &Rows, values: &mut Values) -> Made {
        let key = key_of(self.scope.columns);
        let [row] = rows.0.as_slice() else {
            return Err(RestError::new(400, "PGRST114", "limit/offset querystring parameters are not allowed for PUT"));
        };
        let equal = |condition: &Condition| match condition {
            Condition::Test(test) if test.operator == Operator::Symbol("=") && test.field.path.is_empty() => {
                Some((test.field.column.clone(), test.value.clone()))
            }
            _ => None,
        };
        let mut asked: Vec<_> = self.query.conditions.iter().filter_map(equal).collect();
        asked.sort();
        let mut wanted = key.clone();
        wanted.sort();
        let complete = asked.iter().map(|(name, _)| name).eq(&wanted) && asked.len() == self.query.conditions.len();
        if key.is_empty() || !complete {
            let words = "Filters must include all and only primary key columns with 'eq' operators";
            return Err(RestError::new(405, "PGRST105", words));
        }
        if asked.iter().any(|(name, value)| row.get(name).map(text).as_ref() != Some(value)) {
            let words = "Payload values do not match URL in primary key column(s)";
            return Err(RestError::new(400, "PGRST115", words));
        }
        let names = self.in_body(&rows.keys(self.query.columns.as_deref())?)?;
        let source = self.source(rows, &names, values);
        let key: Vec<_> = key.iter().map(|name| quote(name)).collect();
        let set: Vec<_> = names.iter().map(|name| format!("{name} = excluded.{name}")).collect();
        let (table, names) = (quote(self.table), names.join(", "));
        let upsert = format!(
            "insert into public.{table} ({names}) select {names} from {source} on conflict ({}) do update set {}",
            key.join(", "),
            set.join(", ")
        );
        // A statement sees the table as it was before its own writes.
        let conditions = self.scope.conditions(&self.query.conditions, values)?;
        self.returning(&upsert, &format!("(select count(*) from public.{table}{conditions})"), values)
    }

    pub(super) fn update(&self, rows: &Rows, values: &mut Values) -> Made {
        let [row] = rows.0.as_slice() else {
            return Err(RestError::new(400, "PGRST102", "Empty or invalid json"));
        };
        let names = self.in_body(&self.query.columns.clone().unwrap_or_else(|| row.keys().cloned().collect()))?;
        let (table, list) = (quote(self.table), names.join(", "));
        if names.is_empty() {
            // Nothing to set is nothing to do, to no row.
            let nothing = format!("select * from public.{table} where false");
            return self.rows(&nothing, values);
        }
        let source = self.source(rows, &names, values);
        let conditions = self.scope.conditions(&self.query.conditions, values)?;
        let update = format!("update public.{table} set ({list}) = (select {list} from {source}){conditions}");
        self.returning(&update, "null::bigint", values)
    }

    pub(super) fn delete(&self, values: &mut Values) -> Made {
        let conditions = self.scope.conditions(&self.query.conditions, values)?;
        self.returning(&format!("delete from public.{}{conditions}", quote(self.table)), "null::bigint", values)
    }

    /// Keys of a body as columns, quoted.
    fn in_body(&self, keys: &[String]) -> Result<Vec<String>, RestError> {
        keys.iter().map(|key| self.scope.columns.in_body(key).map(|column| quote(&column.name))).collect()
    }

    /// The body as rows of the table's type.
    fn source(&self, rows: &Rows, names: &[String], values: &mut Values) -> String {
        if names.is_empty() {
            return String::new();
        }
        let (table, json) = (quote(self.table), values.bind(rows.json()));
        let defaults = self.scope.columns.defaults();
        if self.prefer.missing_default && !defaults.is_empty() {
            return format!(
                "jsonb_array_elements(({json})::jsonb) as element,
                 lateral jsonb_populate_record(null::public.{table}, jsonb_build_object({defaults}) || element)"
            );
        }
        format!("json_populate_recordset(null::public.{table}, ({json})::json)")
    }

    /// What happens to a row that is there already.
    fn conflict(&self, names: &[String]) -> Result<String, RestError> {
        let Some(resolution) = self.prefer.resolution else { return Ok(String::new()) };
        let target = match &self.query.on_conflict {
            Some(named) => named
                .iter()
                .map(|name| self.scope.columns.named(name).map(|c| quote(&c.name)))
                .collect::<Result<Vec<_>, _>>()?,
            None => key_of(self.scope.columns).iter().map(|name| quote(name)).collect(),
        };
        if target.is_empty() {
            return Ok(String::new());
        }
        let target = target.join(", ");
        let set: Vec<_> = names.iter().map(|name| format!("{name} = excluded.{name}")).collect();
        Ok(match resolution {
            Resolution::Merge => format!(" on conflict ({target}) do update set {}", set.join(", ")),
            Resolution::Ignore => format!(" on conflict ({target}) do nothing"),
        })
    }

    /// A write that tells its rows, their keys, or their number only. To tell them takes the right to read them; to count
    /// them does not.
    fn returning(&self, write: &str, total: &str, values: &mut Values) -> Made {
        let (list, body, keys) = match self.prefer.returns {
            Return::Minimal => (vec![("1".to_owned(), "one".to_owned())], "null::text".to_owned(), "null::text"),
            Return::HeadersOnly => {
                let key = key_of(self.scope.columns).into_iter().map(|name| (quote(&name), name));
                let key: Vec<_> = key.collect();
                let key = if key.is_empty() { vec![("1".to_owned(), "one".to_owned())] } else { key };
                (key, "null::text".to_owned(), "json_agg(rows.*)::text")
            }
            Return::Representation => {
                let list = self.scope.list(&self.query.select, values)?;
                let names: Vec<_> = list.iter().map(|(_, name)| name.clone()).collect();
                let body = answer::body(self.media, &names);
                (list, body, "null::text")
            }
        };
        let names = list.iter().map(|(_, name)| name.clone()).collect();
        let sql = format!(
            "with rows as ({write} returning {}) select {body}, count(*), {total}, {keys} from rows",
            named(&list)
        );
        Ok((sql, names))
    }

    /// Rows that are only read, in the form of a write's answer.
    fn rows(&self, select: &str, values: &mut Values) -> Made {
        let list = self.scope.list(&self.query.select, values)?;
        let names: Vec<_> = list.iter().map(|(_, name)| name.clone()).collect();
        let sql = format!(
            "with whole as ({select}), rows as (select {} from whole) select {}, count(*), null::bigint, null::text from rows",
            named(&list),
            answer::body(self.media, &names)
        );
        Ok((sql, names))
    }
}
