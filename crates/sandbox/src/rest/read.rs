//! `GET /{table}`.

use axum::response::Response;

use super::{
    Incoming, answer,
    catalog::Columns,
    error::RestError,
    media::Media,
    prefer::Prefer,
    query::Query,
    range::Range,
    run,
    sql::{Scope, Values, named, quote},
};

pub(super) async fn get(incoming: Incoming) -> Result<Response, RestError> {
    let (media, prefer) = (Media::read(&incoming.headers)?, Prefer::read(&incoming.headers)?);
    let query = Query::read(&incoming.parameters)?;
    let range = Range::read(&query, &incoming.headers, true)?;
    let (caller, mut turn) = incoming.begin().await?;
    let failed = |error: tokio_postgres::Error| RestError::database(&error, caller.role);
    let tx = turn.begin().await.map_err(failed)?;
    let columns = Columns::of_table(&tx, &incoming.name).await?;
    let kinds = run::kinds(&tx, &query).await?;
    caller.enter(&tx).await.map_err(failed)?;
    let from = format!("public.{}", quote(&incoming.name));
    let selection = Selection { query: &query, range, media, count: prefer.count };
    let (sql, values, names) =
        selection.statement(&Scope { columns: &columns, kinds: &kinds }, &from, Values::default())?;
    let outcome = run::statement(&tx, &caller, &sql, &values).await?;
    tx.commit().await.map_err(failed)?;
    selection.answer(outcome, &names, &prefer)
}

/// What of some rows is wanted, and in which form.
pub(super) struct Selection<'a> {
    pub query: &'a Query,
    pub range: Range,
    pub media: Media,
    pub count: bool,
}

impl Selection<'_> {
    /// The statement over the rows of `from`, its values, and the names of the answer's columns.
    pub(super) fn statement(
        &self,
        scope: &Scope<'_>,
        from: &str,
        mut values: Values,
    ) -> Result<(String, Vec<String>, Vec<String>), RestError> {
        let list = scope.list(&self.query.select, &mut values)?;
        let conditions = scope.conditions(&self.query.conditions, &mut values)?;
        let tail = scope.tail(&self.query.order, self.range, &mut values)?;
        let names: Vec<String> = list.iter().map(|(_, name)| name.clone()).collect();
        let total =
            if self.count { format!("(select count(*) from {from}{conditions})") } else { "null::bigint".to_owned() };
        let sql = format!(
            "with rows as (select {} from {from}{conditions}{tail}) select {}, count(*), {total}, null::text from rows",
            named(&list),
            answer::body(self.media, &names),
        );
        Ok((sql, values.0, names))
    }

    pub(super) fn answer(
        &self,
        outcome: run::Outcome,
        names: &[String],
        prefer: &Prefer,
    ) -> Result<Response, RestError> {
        let (status, content_range) = self.range.describe(outcome.rows, outcome.total)?;
        let body = answer::render(self.media, outcome.body.unwrap_or_default(), outcome.rows, names)?;
        let mut response = answer::with(status, self.media, body);
        answer::add(&mut response, "content-range", &content_range);
        if let Some(applied) = prefer.applied(&["count="]) {
            response.headers_mut().insert("preference-applied", applied);
        }
        Ok(response)
    }
}
