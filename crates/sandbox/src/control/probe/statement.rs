//! One statement: whether it may be tried, and what it brings back, as text.

use std::pin::pin;

use futures_util::TryStreamExt;
use serde::Serialize;
use serde_json::Value;
use tokio_postgres::{Error, SimpleQueryMessage, Transaction};

/// How a statement may begin. What is not here could leave the role or the transaction.
const MAY: [&str; 8] = ["select", "insert", "update", "delete", "with", "values", "table", "explain"];
/// Rows that are shown.
const MOST: usize = 200;

/// A plan that PostgreSQL expects to cost more is not run: that is seconds, and the embedded engine can't be interrupted.
const MOST_COST: f64 = 1e6;

/// What it brought back.
#[derive(Debug, Default, Serialize)]
pub(super) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
    /// Rows that came, or that were written.
    count: u64,
    /// There are more rows than are shown.
    more: bool,
}

/// Why a statement is not even tried.
pub(super) fn check(sql: &str) -> Result<(), String> {
    let first = first_word(sql);
    if sql.contains('\0') || !MAY.contains(&first.as_str()) {
        return Err(format!("a statement begins with one of: {}", MAY.join(", ")));
    }
    Ok(())
}

/// In small letters, past blanks, comments and parentheses.
fn first_word(sql: &str) -> String {
    let mut rest = sql;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        rest = if rest.starts_with("--") {
            rest.split_once(['\n', '\r']).map_or("", |(_, rest)| rest)
        } else if rest.starts_with("/*") {
            past_comment(rest)
        } else {
            break;
        };
    }
    rest.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()
}

/// What stands behind the comment that begins here; one may hold others (PostgreSQL documentation, "Comments").
fn past_comment(sql: &str) -> &str {
    let (mut depth, mut rest) = (0_u32, sql);
    loop {
        if let Some(inside) = rest.strip_prefix("/*") {
            (depth, rest) = (depth + 1, inside);
        } else if let Some(behind) = rest.strip_prefix("*/") {
            (depth, rest) = (depth - 1, behind);
        } else {
            let mut letters = rest.chars();
            letters.next();
            rest = letters.as_str();
        }
        if depth == 0 || rest.is_empty() {
            return rest;
        }
    }
}

/// What came of it.
pub(super) enum Outcome {
    Done(Table),
    /// It was not run, and why.
    NotRun(String),
}

/// Runs it as whoever the transaction belongs to.
pub(super) async fn run(tx: &Transaction<'_>, sql: &str) -> Result<Outcome, Error> {
    // Prepared, a text is one statement or none (PostgreSQL documentation, "Extended Query").
    let statement = tx.prepare(sql).await?;
    let first = first_word(sql);
    if first == "explain" {
        // PostgreSQL's word counts, whatever the text looks like.
        if statement.columns().first().is_none_or(|column| column.name() != "QUERY PLAN") {
            return Ok(Outcome::NotRun("not run: this explains nothing".to_owned()));
        }
    } else {
        // Only what has a plan passes here: nothing that changes the role or ends the transaction.
        let cost = cost(&read(tx, &format!("explain (format json) {sql}")).await?);
        if cost > MOST_COST {
            let words = format!("not run: PostgreSQL expects a cost of {cost:.0}, and all others would have to wait");
            return Ok(Outcome::NotRun(words));
        }
    }
    if matches!(first.as_str(), "select" | "values" | "table") {
        // Behind a cursor, a million rows are not made to show two hundred.
        tx.batch_execute(&format!("declare probe no scroll cursor for {sql}")).await?;
        return read(tx, &format!("fetch {} from probe", MOST + 1)).await.map(Outcome::Done);
    }
    read(tx, sql).await.map(Outcome::Done)
}

/// What PostgreSQL expects of a plan, in its own unit.
fn cost(plan: &Table) -> f64 {
    let text = plan.rows.first().and_then(|row| row.first()?.as_deref()).unwrap_or_default();
    let plan: Value = serde_json::from_str(text).unwrap_or_default();
    plan[0]["Plan"]["Total Cost"].as_f64().unwrap_or_default()
}

/// By the simple protocol, whose values are text whatever their type.
async fn read(tx: &Transaction<'_>, sql: &str) -> Result<Table, Error> {
    let mut table = Table::default();
    let mut messages = pin!(tx.client().simple_query_raw(sql).await?);
    while let Some(message) = messages.try_next().await? {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                table.columns = columns.iter().map(|column| column.name().to_owned()).collect();
            }
            SimpleQueryMessage::Row(row) if table.rows.len() < MOST => {
                table.rows.push((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect());
            }
            SimpleQueryMessage::Row(_) => table.more = true,
            SimpleQueryMessage::CommandComplete(count) => table.count = count,
            _ => {}
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_decides() {
        for sql in
            ["select 1", " \n(SELECT 1)", "-- why\nwith x as (select 1) table x", "/* a */ /* b */ Explain select 1"]
        {
            assert_eq!(check(sql), Ok(()), "{sql}");
        }
        for sql in [
            "",
            "set role postgres",
            "reset role",
            "/* select */ commit",
            "-- select",
            "do $$ begin end $$",
            "selects",
            "; select 1",
            "/* /* */ select */ reset role",
            "--\rcommit /*\nexplain */",
            "call x()",
            "copy x to stdout",
            "declare x cursor for select 1",
            "execute x",
            "select\0",
        ] {
            assert!(check(sql).is_err(), "{sql}");
        }
    }
}
