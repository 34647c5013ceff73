//! `GET /admin/users`: everybody, page by page.

use axum::{Json, response::IntoResponse};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{ApiError, Request, authorise};
use crate::auth::sessions::json_column;

/// Users on a page unless the caller says otherwise.
const PER_PAGE: i64 = 50;

struct Page {
    number: i64,
    size: i64,
}

pub(crate) async fn get(request: Request) -> Result<impl IntoResponse, ApiError> {
    authorise(&request)?;
    let page = Page { number: number(request.param("page"), 1)?, size: number(request.param("per_page"), PER_PAGE)? };
    let order = order(request.param("sort"))?;
    let filter = request.param("filter");
    let like = (!filter.is_empty()).then(|| format!("%{}%", literally(filter)));
    let mut turn = request.turn().await?;
    let tx = turn.begin().await?;
    let condition = "($1::text is null or u.email like $1 or u.raw_user_meta_data->>'full_name' ilike $1)";
    let rows = tx
        .query(
            &format!(
                "select (sandbox.user_json(u) || '{{\"identities\": null}}')::text from auth.users u
                 where {condition} order by u.created_at {order}, u.id limit $2 offset $3"
            ),
            &[&like, &page.size, &((page.number - 1).saturating_mul(page.size))],
        )
        .await?;
    let users: Vec<Value> = rows.iter().map(|row| json_column(row, 0)).collect::<Result<_, _>>()?;
    let count = format!("select count(*) from auth.users u where {condition}");
    let total: i64 = tx.query_one(&count, &[&like]).await?.try_get(0)?;
    let headers = [("X-Total-Count", total.to_string()), ("Link", links(&request, &page, total))];
    Ok((headers, Json(json!({ "users": users, "aud": "authenticated" }))))
}

fn number(text: &str, default: i64) -> Result<i64, ApiError> {
    if text.is_empty() {
        return Ok(default);
    }
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| ApiError::validation(&format!("Bad Pagination Parameters: {text:?} is no page or size")))
}

/// A text as a pattern that matches nothing else.
fn literally(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

/// Users are sorted by the time they were made, one way or the other.
fn order(sort: &str) -> Result<&'static str, ApiError> {
    match sort {
        "" | "created_at desc" | "created_at" => Ok("desc"),
        "created_at asc" => Ok("asc"),
        _ => Err(ApiError::validation(&format!("Bad Sort Parameters: {sort:?}"))),
    }
}

/// Where the next and the last page are, by upstream's own path, which is what its gateway leaves of the address.
fn links(request: &Request, page: &Page, total: i64) -> String {
    let last = total.div_euclid(page.size) + i64::from(total % page.size > 0);
    let link = |number: i64, relation: &str| {
        let mut params: Vec<_> = request.params.iter().filter(|(name, _)| name != "page").cloned().collect();
        params.push(("page".to_owned(), number.to_string()));
        params.sort();
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        format!("</admin/users?{query}>; rel=\"{relation}\"")
    };
    let next = (last > page.number).then(|| link(page.number + 1, "next"));
    next.into_iter().chain([link(last, "last")]).collect::<Vec<_>>().join(", ")
}
