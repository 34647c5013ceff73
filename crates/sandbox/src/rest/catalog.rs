//! What there is in schema `public`, from PostgreSQL's own catalog: the only place that identifiers in SQL come from.

use tokio_postgres::Transaction;

use super::error::RestError;

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub name: String,
    /// As SQL writes it.
    pub kind: String,
    /// Its default as an expression, if it has one.
    default: Option<String>,
    is_key: bool,
}

/// The columns of a table, a view, or a function's result.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    relation: String,
    all: Vec<Column>,
}

impl Columns {
    /// Of a table or view.
    pub(super) async fn of_table(tx: &Transaction<'_>, table: &str) -> Result<Self, RestError> {
        let found = Self::of_class(tx, "c.relname = $1 and c.relkind in ('r', 'v', 'm', 'f', 'p')", table).await?;
        if found.all.is_empty() {
            let message = format!("Could not find the table 'public.{table}' in the schema cache");
            return Err(RestError::new(404, "PGRST205", message));
        }
        Ok(found)
    }

    /// Of a composite type, by its name.
    pub(super) async fn of_type(tx: &Transaction<'_>, kind: &str) -> Result<Self, RestError> {
        Self::of_class(tx, "c.reltype = to_regtype($1)", kind).await
    }

    async fn of_class(tx: &Transaction<'_>, condition: &str, name: &str) -> Result<Self, RestError> {
        let rows = tx
            .query(
                &format!(
                    "select a.attname::text, format_type(a.atttypid, a.atttypmod),
                         case when a.attgenerated = '' and a.attidentity = '' then pg_get_expr(d.adbin, d.adrelid) end,
                         exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any(i.indkey)),
                         c.relname::text
                     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
                         left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                     where n.nspname = 'public' and {condition} and a.attnum > 0 and not a.attisdropped
                     order by a.attnum"
                ),
                &[&name],
            )
            .await
            .map_err(|error| RestError::database(&error, "service_role"))?;
        let relation = rows.first().map(|row| row.get(4)).unwrap_or_default();
        let read = |row: &tokio_postgres::Row| Column {
            name: row.get(0),
            kind: row.get(1),
            default: row.get(2),
            is_key: row.get(3),
        };
        Ok(Self { relation, all: rows.iter().map(read).collect() })
    }

    /// Of a function that names and types its result's columns.
    pub(super) fn of_result(function: &str, columns: impl Iterator<Item = (String, String)>) -> Self {
        let read = |(name, kind)| Column { name, kind, default: None, is_key: false };
        Self { relation: function.to_owned(), all: columns.map(read).collect() }
    }

    pub(super) fn all(&self) -> &[Column] {
        &self.all
    }

    /// A column that there is.
    pub(super) fn named(&self, name: &str) -> Result<&Column, RestError> {
        let found = self.all.iter().find(|column| column.name == name);
        found.ok_or_else(|| RestError::new(400, "42703", format!("column {}.{name} does not exist", self.relation)))
    }

    /// A column that a body names.
    pub(super) fn in_body(&self, name: &str) -> Result<&Column, RestError> {
        self.named(name).map_err(|_| {
            let message = format!("Could not find the '{name}' column of '{}' in the schema cache", self.relation);
            RestError::new(400, "PGRST204", message)
        })
    }

    /// Those of the primary key.
    pub(super) fn key(&self) -> Vec<&Column> {
        self.all.iter().filter(|column| column.is_key).collect()
    }

    /// `'a', <default>, 'b', <default>`, of those that have one.
    pub(super) fn defaults(&self) -> String {
        let pairs = self.all.iter().filter_map(|column| {
            let default = column.default.as_ref()?;
            Some(format!("'{}', {default}", column.name.replace('\'', "''")))
        });
        pairs.collect::<Vec<_>>().join(", ")
    }
}

/// A type that there is, as SQL writes it.
pub(super) async fn kind(tx: &Transaction<'_>, name: &str) -> Result<String, RestError> {
    // What can't be a type's name at all is an error of PostgreSQL's that would break the transaction.
    let plain = name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ' ' | '[' | ']' | '.'));
    let missing = || RestError::new(404, "42704", format!("type \"{name}\" does not exist"));
    if !plain {
        return Err(missing());
    }
    let row = tx.query_one("select format_type(to_regtype($1), null)", &[&name]).await;
    let kind: Option<String> =
        row.and_then(|row| row.try_get(0)).map_err(|error| RestError::database(&error, "service_role"))?;
    kind.filter(|kind| kind != "-" && kind != "???").ok_or_else(missing)
}
