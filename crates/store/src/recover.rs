//! A damaged database: set aside, never deleted, and what can be read of it kept.
//!
//! Nothing takes the damaged file's place until the new one is complete. The steps, each of which a kill may follow: copy the
//! file and its log aside; make a new file beside it from all readable rows; give that its final name in waiting
//! (`.recovered`); remove the old log; move the new file over the old one. The last two are repeated at the next start
//! ([`finish`]) once the name in waiting is there.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use sqlx::{AssertSqlSafe, Column, ConnectOptions, Row, SqliteConnection, TypeInfo, ValueRef, sqlite::SqliteRow};

use crate::{
    StoreError,
    db::{connect, options},
    notices::Recovered,
    owner::VISITOR,
};

/// What is worth keeping, parents first. The catalog is fetched again; the device gets another name.
const TABLES: [&str; 10] = [
    "records",
    "ended_sessions",
    "unreadable_records",
    "carts",
    "cart_lines",
    "outbox",
    "revisions",
    "upgrades",
    "hand_offs",
    "sign_up_attempts",
];

/// `file` with something after its name.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    PathBuf::from(name)
}

fn remove_if_there(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Ends a recovery that was killed when its result was complete.
pub(crate) fn finish(file: &Path) -> Result<(), StoreError> {
    let waiting = beside(file, ".recovered");
    if waiting.exists() {
        // The log first: a new file must never meet the old log.
        for log in ["-wal", "-shm"] {
            remove_if_there(&beside(file, log))?;
        }
        fs::rename(waiting, file)?;
    }
    Ok(())
}

/// The copies of `file` that were set aside.
pub(crate) fn copies(file: &Path) -> io::Result<Vec<PathBuf>> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return Ok(Vec::new());
    };
    let prefix = format!("{name}.damaged-");
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let is_copy = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix));
    entries.filter(|entry| entry.as_ref().map_or(true, is_copy)).collect()
}

/// Sets the file aside and puts one in its place that holds every row that can be read.
pub(crate) async fn recover(file: &Path, now_ms: i64) -> Result<Recovered, StoreError> {
    let aside = beside(file, &format!(".damaged-{now_ms}"));
    let (reading, new) = (beside(file, ".reading"), beside(file, ".new"));
    for log in ["", "-wal", "-shm"] {
        remove_if_there(&beside(&reading, log))?;
        remove_if_there(&beside(&new, log))?;
    }
    // Opening a database changes it: one copy to keep, one to read.
    for copy in [&aside, &reading] {
        for log in ["-wal", ""] {
            match fs::copy(beside(file, log), beside(copy, log)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
    }
    let pool = connect(&new).await?;
    let mut connection = pool.acquire().await?;
    sqlx::query("pragma foreign_keys = off").execute(&mut *connection).await?;
    // One commit for all: a sync for every row would take minutes.
    sqlx::query("begin").execute(&mut *connection).await?;
    for table in TABLES {
        let rows = read(&reading, table).await;
        for row in &rows {
            // A row that says what no row can say is not worth the others.
            if let Err(error) = insert(&mut connection, table, row).await {
                tracing::warn!(%error, table, "a row was not recovered");
            }
        }
    }
    mend(&mut connection, now_ms).await?;
    sqlx::query("commit").execute(&mut *connection).await?;
    let lines: i64 = sqlx::query_scalar("select count(*) from cart_lines").fetch_one(&mut *connection).await?;
    drop(connection);
    // The last connection to close folds the log into the file.
    pool.close().await;
    for log in ["", "-wal", "-shm"] {
        remove_if_there(&beside(&reading, log))?;
    }
    fs::File::open(&new)?.sync_all()?;
    fs::rename(&new, beside(file, ".recovered"))?;
    finish(file)?;
    let set_aside = aside.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Recovered { set_aside, lines: lines.unsigned_abs() })
}

/// A value as SQLite stores it.
enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

type Fields = Vec<(String, Value)>;

/// All rows of a table that can be read: from its beginning to the damage, and from its end back to the damage.
async fn read(file: &Path, table: &str) -> Vec<Fields> {
    let mut rows = scan(file, table, "rowid > ?1 and rowid > ?2 order by rowid asc", i64::MIN, i64::MIN).await;
    let last = rows.last().map_or(i64::MIN, |(rowid, _)| *rowid);
    rows.extend(scan(file, table, "rowid < ?1 and rowid > ?2 order by rowid desc", i64::MAX, last).await);
    rows.into_iter().filter_map(|(_, fields)| fields).collect()
}

/// Rows with their number, one by one from `start` on, until there is none or one can't be read.
async fn scan(file: &Path, table: &str, which: &str, start: i64, end: i64) -> Vec<(i64, Option<Fields>)> {
    let mut rows = Vec::new();
    // A connection of its own: after a damaged page one may be of no more use.
    let Ok(mut connection) = options(file).create_if_missing(false).connect().await else { return rows };
    let sql = format!("select rowid as recovered_rowid, * from {table} where {which} limit 1");
    let mut last = start;
    loop {
        // The names are this file's own constants.
        let next = sqlx::query(AssertSqlSafe(sql.as_str())).bind(last).bind(end);
        let Ok(Some(row)) = next.fetch_optional(&mut connection).await else { return rows };
        let Ok(rowid) = row.try_get::<i64, _>("recovered_rowid") else { return rows };
        // A damaged tree may lead in circles.
        let goes_on = if start == i64::MIN { rowid > last } else { rowid < last };
        if !goes_on {
            return rows;
        }
        last = rowid;
        rows.push((rowid, fields(&row)));
    }
}

fn fields(row: &SqliteRow) -> Option<Fields> {
    let columns = row.columns().iter().filter(|column| column.name() != "recovered_rowid");
    columns
        .map(|column| {
            let raw = row.try_get_raw(column.ordinal()).ok()?;
            let value = match raw.type_info().name() {
                _ if raw.is_null() => Value::Null,
                "INTEGER" => Value::Integer(row.try_get(column.ordinal()).ok()?),
                "TEXT" => Value::Text(row.try_get(column.ordinal()).ok()?),
                "BLOB" => Value::Blob(row.try_get(column.ordinal()).ok()?),
                _ => return None,
            };
            Some((column.name().to_owned(), value))
        })
        .collect()
}

async fn insert(connection: &mut SqliteConnection, table: &str, fields: &Fields) -> Result<(), sqlx::Error> {
    let names: Vec<_> = fields.iter().map(|(name, _)| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let places = vec!["?"; fields.len()].join(", ");
    let sql = format!("insert or ignore into {table} ({}) values ({places})", names.join(", "));
    // The names are quoted, and the values bound.
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (_, value) in fields {
        query = match value {
            Value::Null => query.bind(None::<i64>),
            Value::Integer(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Blob(value) => query.bind(value),
        };
    }
    query.execute(connection).await.map(drop)
}

/// Makes one whole of what could be read: lines without their cart get one, carts without their session go to the visitor, and
/// the server is told every line again, for nobody knows what was lost of the outbox.
async fn mend(connection: &mut SqliteConnection, now_ms: i64) -> Result<(), StoreError> {
    for orphans in ["cart_lines", "outbox"] {
        let sql = format!("insert or ignore into carts (scope, owner) select distinct scope, owner from {orphans}");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    // The largest, if there are several.
    sqlx::query(
        "update or ignore carts set owner = ?1, server_version = 0 where rowid in (
             select (
                 select c.rowid from carts c where c.scope = s.scope
                 order by (select count(*) from cart_lines l where l.scope = c.scope and l.owner = c.owner) desc limit 1
             )
             from (select distinct scope from carts) s
             where not exists (select 1 from records r where r.scope = s.scope and r.user_id is not null)
         )",
    )
    .bind(VISITOR)
    .execute(&mut *connection)
    .await?;
    // Foreign keys are off, so nothing cascades: lines follow their cart by hand.
    for children in ["cart_lines", "outbox"] {
        let sql = format!(
            "update {children} set owner = ? where not exists (
                 select 1 from carts c where c.scope = {children}.scope and c.owner = {children}.owner
             )"
        );
        sqlx::query(AssertSqlSafe(sql)).bind(VISITOR).execute(&mut *connection).await?;
    }
    count_revisions(&mut *connection).await?;
    sqlx::query(
        "insert or ignore into outbox (scope, owner, product_id, quantity, revision, changed_at)
         select l.scope, l.owner, l.product_id, l.quantity,
             coalesce((select last from revisions r where r.scope = l.scope), 0) + row_number() over (partition by l.scope), ?
         from cart_lines l",
    )
    .bind(now_ms)
    .execute(&mut *connection)
    .await?;
    count_revisions(connection).await
}

/// No number of a change is given twice.
async fn count_revisions(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(
        "insert into revisions (scope, last) select scope, max(revision) from outbox group by scope
         on conflict (scope) do update set last = max(last, excluded.last)",
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}
