//! Who may do what: `supabase/tests/matrix.txt`, cell by cell, through the data API on real PostgreSQL.

use anyhow::{Context, Result, bail, ensure};
use carryover_sandbox::Options;
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};

const MATRIX: &str = include_str!("../../../supabase/tests/matrix.txt");
const OPERATIONS: [&str; 4] = ["select", "insert", "update", "delete"];

struct Actors {
    guest: Person,
    member: Person,
    other: Person,
}

#[tokio::test]
async fn every_cell_of_the_matrix_holds() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let actors = Actors {
        guest: console.guest().await?,
        member: console.member("member@example.com").await?,
        other: console.member("other@example.com").await?,
    };
    let (mut cells, mut wrong) = (0, Vec::new());
    for line in MATRIX.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let row: Vec<_> = line.split('|').map(str::trim).collect();
        let [table, actor, expected @ ..] = row.as_slice() else { bail!("not a row: {line}") };
        ensure!(expected.len() == OPERATIONS.len(), "not a row: {line}");
        for (operation, expected) in OPERATIONS.iter().zip(expected) {
            let found = cell(&console, &actors, table, actor, operation)
                .await
                .with_context(|| format!("{line} {operation}"))?;
            cells += 1;
            if found != *expected {
                wrong.push(format!("{table}, {actor}, {operation}: expected {expected}, found {found}"));
            }
        }
    }
    ensure!(cells == 8 * 4 * 4, "the matrix has {cells} cells");
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Puts the owner's rows in place, runs one statement as the actor and says what came of it.
async fn cell(console: &Console, actors: &Actors, table: &str, actor: &str, operation: &str) -> Result<String> {
    let (token, owner) = match actor {
        "anon key" => (None, &actors.member),
        "guest" => (Some(&actors.guest.access_token), &actors.guest),
        "member" => (Some(&actors.member.access_token), &actors.member),
        "other member" => (Some(&actors.other.access_token), &actors.member),
        _ => bail!("no such actor: {actor}"),
    };
    let exists_before = operation != "insert";
    prepare(console, table, &owner.id, exists_before).await?;
    let (path, new, changed) = statement(table, &owner.id)?;
    let request = |method, path: &str| {
        console.request(method, path, token.map(String::as_str)).header("Prefer", "return=representation")
    };
    let request = match operation {
        "select" => request(Method::GET, &path),
        "insert" => request(Method::POST, &format!("/rest/v1/{table}")).json(&new),
        "update" => request(Method::PATCH, &path).json(&changed),
        _ => request(Method::DELETE, &path),
    };
    let (status, body) = Console::send(request).await?;
    Ok(match body.as_array() {
        Some(rows) if rows.is_empty() => "none".to_owned(),
        Some(_) if status < 300 => "yes".to_owned(),
        _ => body["code"].as_str().with_context(|| format!("{status} {body}"))?.to_owned(),
    })
}

/// The path of the owner's rows, a new row, and a change.
fn statement(table: &str, owner: &str) -> Result<(String, Value, Value)> {
    let path = |filter: String| format!("/rest/v1/{table}?{filter}");
    Ok(match table {
        "categories" => {
            (path("id=eq.coffee".into()), json!({ "id": "x", "name": "x", "position": 9 }), json!({ "name": "x" }))
        }
        "products" => {
            let new = json!({ "id": "x", "category_id": "coffee", "name": "x", "description": "x", "price_minor": 1, "currency": "EUR",
                "stock": 1, "max_per_order": 1, "picture": "x", "position": 99 });
            (path("id=eq.teapot".into()), new, json!({ "price_minor": 1 }))
        }
        "carts" => (path(format!("user_id=eq.{owner}")), json!({ "user_id": owner }), json!({ "version": 7 })),
        "cart_lines" => {
            let new = json!({ "user_id": owner, "product_id": "teapot", "quantity": 1 });
            (path(format!("user_id=eq.{owner}")), new, json!({ "quantity": 2 }))
        }
        "reviews" => {
            let new = json!({ "product_id": "teapot", "author_id": owner, "stars": 5, "body": "Good." });
            (path(format!("author_id=eq.{owner}")), new, json!({ "stars": 4 }))
        }
        // An owner's order bears the owner's id, so that a line can name it.
        "orders" => {
            let new = json!({ "user_id": owner, "currency": "EUR", "idempotency_key": owner });
            (path(format!("user_id=eq.{owner}")), new, json!({ "total_minor": 1 }))
        }
        "order_lines" => {
            let new = json!({ "order_id": owner, "product_id": "enamel-mug", "quantity": 1 });
            (path(format!("order_id=eq.{owner}")), new, json!({ "price_minor": 1 }))
        }
        "earlier_carts" => {
            let new = json!({ "user_id": owner, "origin": "guest", "lines": [] });
            (path(format!("user_id=eq.{owner}")), new, json!({ "lines": [] }))
        }
        _ => bail!("no such table: {table}"),
    })
}

/// Brings the owner's rows into the state that a statement starts from.
async fn prepare(console: &Console, table: &str, owner: &str, exists: bool) -> Result<()> {
    let clear = |path: String| Console::send(console.request(Method::DELETE, &path, Some(&console.service_role_key)));
    match table {
        "carts" | "cart_lines" => {
            clear(format!("/rest/v1/carts?user_id=eq.{owner}")).await?;
            if exists || table == "cart_lines" {
                console.put_rows("carts", &json!({ "user_id": owner })).await?;
            }
            if exists {
                console
                    .put_rows("cart_lines", &json!({ "user_id": owner, "product_id": "teapot", "quantity": 1 }))
                    .await?;
            }
        }
        "reviews" => {
            clear(format!("/rest/v1/reviews?author_id=eq.{owner}")).await?;
            if exists {
                let row = json!({ "product_id": "teapot", "author_id": owner, "stars": 5, "body": "Good." });
                console.put_rows("reviews", &row).await?;
            }
        }
        "orders" | "order_lines" => {
            clear(format!("/rest/v1/orders?user_id=eq.{owner}")).await?;
            if exists || table == "order_lines" {
                let row = json!({ "id": owner, "user_id": owner, "currency": "EUR", "idempotency_key": owner });
                console.put_rows("orders", &row).await?;
            }
            if exists {
                let row = json!({ "order_id": owner, "product_id": "enamel-mug", "quantity": 1 });
                console.put_rows("order_lines", &row).await?;
            }
        }
        "earlier_carts" => {
            clear(format!("/rest/v1/earlier_carts?user_id=eq.{owner}")).await?;
            let row = json!({ "user_id": owner, "origin": "guest", "lines": [] });
            console.put_rows("earlier_carts", &row).await?;
        }
        _ => {}
    }
    Ok(())
}

#[tokio::test]
async fn a_guest_can_not_review_and_the_same_request_passes_after_the_upgrade() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let guest = console.guest().await?;
    let review = json!({ "product_id": "teapot", "stars": 5, "body": "Pours well." });
    let post =
        |token: &str| Console::send(console.request(Method::POST, "/rest/v1/reviews", Some(token)).json(&review));

    let (status, body) = post(&guest.access_token).await?;
    assert_eq!((status, body["code"].as_str()), (403, Some("42501")));

    let member = console.upgrade(&guest, "reviewer@example.com").await?;
    assert_eq!(member.id, guest.id);
    // The guest's old token still says "guest": row-level security goes by the token, not by the users table.
    assert_eq!(post(&guest.access_token).await?.0, 403);
    assert_eq!(post(&member.access_token).await?.0, 201);
    Ok(())
}

#[tokio::test]
async fn a_removed_guest_takes_their_cart_along_and_no_other() -> Result<()> {
    let (_sandbox, console) = carryover_testkit::sandbox(Options::default()).await?;
    let (guest, member) = (console.guest().await?, console.member("keeper@example.com").await?);
    console.put_rows("carts", &json!([{ "user_id": guest.id }, { "user_id": member.id }])).await?;
    console.delete_user(&guest.id).await?;
    let left: Vec<_> = console.rows("carts?select=user_id").await?;
    assert_eq!(left, [json!({ "user_id": member.id })], "a guest's cart goes with the guest, a member's stays");
    Ok(())
}
