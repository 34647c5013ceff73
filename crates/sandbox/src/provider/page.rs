//! The consent page: which account, and how the provider behaves.

use std::{collections::HashMap, fmt::Write, sync::Arc};

use axum::{
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    Provider,
    account::{self, Address},
    refuse,
};
use crate::state::Sandbox;

const PAGE: &str = include_str!("page.html");
/// The address of a new account, so that one click is enough.
const SOMEBODY: &str = "kim@example.com";
/// No script, nothing from elsewhere, in no frame. The form may lead anywhere: browsers count what its answer redirects to.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

pub(super) async fn get(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let provider = match Provider::named(&sandbox, &name) {
        Ok(provider) => provider,
        Err(sentence) => return refuse(StatusCode::NOT_FOUND, &sentence),
    };
    let param = |name: &str| query.get(name).map_or("", String::as_str);
    if param("client_id") != provider.settings.client_id || param("response_type") != "code" {
        return refuse(StatusCode::BAD_REQUEST, "This is no request of a client that the provider knows.");
    }
    if param("redirect_uri") != provider.redirect_uri {
        return refuse(StatusCode::BAD_REQUEST, "The address to come back to is not the one that the client named.");
    }
    match render(&sandbox, &provider, param("state"), param("login_hint")).await {
        Ok(page) => {
            let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
            ([kind, (header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")], page)
                .into_response()
        }
        Err(cause) => refuse(StatusCode::SERVICE_UNAVAILABLE, &cause),
    }
}

async fn render(sandbox: &Sandbox, provider: &Provider<'_>, state: &str, hint: &str) -> Result<String, String> {
    let failed = |error: tokio_postgres::Error| error.to_string();
    let mut turn = sandbox.turn().await?;
    let tx = turn.begin().await.map_err(failed)?;
    let accounts = account::all(&tx, provider.name).await.map_err(failed)?;
    let taken = tx.query("select email from auth.users where email is not null order by created_at desc limit 20", &[]);
    let taken: Vec<String> = taken.await.map_err(failed)?.iter().map(|row| row.get(0)).collect();
    let chosen = accounts.iter().position(|account| account.email == hint).unwrap_or_default();
    let mut choices = String::new();
    for (at, account) in accounts.iter().enumerate() {
        let checked = if at == chosen { " checked" } else { "" };
        // Writing to a string does not fail.
        let _ = write!(
            choices,
            "<label><input type=\"radio\" name=\"account\" value=\"{}\"{checked} /> {} <small>{}{}</small></label>",
            escape(&account.sub),
            escape(&account.name),
            escape(&account.email),
            match account.address {
                Address::Verified => "",
                Address::Unverified => ", not verified",
                Address::Missing => ", kept from others",
            },
        );
    }
    let known: Vec<String> =
        taken.iter().map(|email| format!("<option value=\"{}\"></option>", escape(email))).collect();
    let fields = [
        ("{provider}", escape(provider.name)),
        ("{title}", escape(&provider.title())),
        ("{new}", if accounts.is_empty() { "checked" } else { "" }.to_owned()),
        ("{hint}", escape(if hint.is_empty() { SOMEBODY } else { hint })),
        ("{state}", escape(state)),
        ("{accounts}", choices),
        ("{known}", known.concat()),
    ];
    Ok(fill(PAGE, &fields))
}

/// Puts the values into the page in one pass, so that no value is searched for names.
fn fill(page: &str, fields: &[(&str, String)]) -> String {
    let (mut filled, mut rest) = (String::new(), page);
    while let Some((at, (name, value))) =
        fields.iter().filter_map(|field| rest.find(field.0).map(|at| (at, field))).min_by_key(|(at, _)| *at)
    {
        filled.push_str(&rest[..at]);
        filled.push_str(value);
        rest = &rest[at + name.len()..];
    }
    filled + rest
}

/// A text that stays one inside of HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_values_stay_values() {
        let page = fill("<b>{a}</b>{b}", &[("{a}", escape("<{b}>\"'&")), ("{b}", "x".to_owned())]);
        assert_eq!(page, "<b>&lt;{b}&gt;&quot;&#39;&amp;</b>x");
    }
}
