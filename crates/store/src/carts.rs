//! The cart of whoever this device is.

use std::{collections::BTreeSet, num::NonZeroU32};

use carryover_cart::{Answer, Cart, Change, Line, LineChange, LineNote, Money, ProductId, ServerCart};
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};

use crate::{
    Store, StoreError, notices, outbox,
    owner::{VISITOR, owner},
};

/// The cart, and how its lines stand with the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CartState {
    /// The lines.
    pub cart: Cart,
    /// What the server has not confirmed; among them products that were taken out.
    pub pending: BTreeSet<ProductId>,
    /// Lines of which the server gave less than was asked for.
    pub refused: BTreeSet<ProductId>,
}

impl Store {
    /// The cart of the current owner.
    pub async fn cart(&self) -> Result<CartState, StoreError> {
        let mut tx = self.begin().await?;
        let owner = owner(&mut tx, self.scope.as_str()).await?;
        state(&mut tx, self.scope.as_str(), &owner).await
    }

    /// Makes a change of the person's last, and writes down that the server must hear of it.
    pub async fn commit_change(&self, change: &Change, now_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin_writing().await?;
        let scope = self.scope.as_str();
        let owner = owner(&mut tx, scope).await?;
        ensure_cart(&mut tx, scope, &owner).await?;
        for line in change.lines() {
            write_line(&mut tx, scope, &owner, line).await?;
            outbox::put(&mut tx, scope, &owner, &line.product, line.quantities().1, now_ms).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The version of the owner's cart that the server last told of.
    pub async fn server_version(&self) -> Result<i64, StoreError> {
        let mut tx = self.begin().await?;
        let owner = owner(&mut tx, self.scope.as_str()).await?;
        known_version(&mut tx, self.scope.as_str(), &owner).await
    }

    /// Takes over a cart that the person asked the server for: an undo, an earlier cart, an order. They are told only of what the
    /// server gave less of, for they know the rest. What was changed here meanwhile stays. Returns the cart as it is now.
    pub async fn take_over(&self, user_id: &str, answer: &Answer, now_ms: i64) -> Result<CartState, StoreError> {
        let mut tx = self.begin_writing().await?;
        let scope = self.scope.as_str();
        let owner = owner(&mut tx, scope).await?;
        if owner == user_id {
            ensure_cart(&mut tx, scope, &owner).await?;
            let local = read(&mut tx, scope, &owner).await?;
            let pending = outbox::products(&mut tx, scope, &owner).await?;
            for line in answer.accept(&local, &pending).change.lines() {
                write_line(&mut tx, scope, &owner, line).await?;
            }
            for note in answer.refusals() {
                notices::put(&mut tx, scope, &owner, &note, now_ms).await?;
            }
            set_version(&mut tx, scope, &owner, answer.cart.version).await?;
        }
        let state = state(&mut tx, scope, &owner).await?;
        tx.commit().await?;
        Ok(state)
    }

    /// Takes over what the server answered to the changes up to `sent`: those are done; lines changed since keep their
    /// local quantity; all others become what the server says, and what the person must be told of that is kept until they
    /// put it away. Returns the cart as it is now. An answer about somebody else's cart changes nothing.
    pub async fn accept(
        &self,
        user_id: &str,
        sent: i64,
        answer: &Answer,
        now_ms: i64,
    ) -> Result<CartState, StoreError> {
        let mut tx = self.begin_writing().await?;
        let scope = self.scope.as_str();
        let owner = owner(&mut tx, scope).await?;
        if owner != user_id {
            return state(&mut tx, scope, &owner).await;
        }
        ensure_cart(&mut tx, scope, &owner).await?;
        outbox::confirm(&mut tx, scope, &owner, sent).await?;
        let local = read(&mut tx, scope, &owner).await?;
        if answer.cart.version < known_version(&mut tx, scope, &owner).await? {
            // Versions only grow: this server has lost what it had confirmed, and must not take it from here as well.
            put_all(&mut tx, scope, &owner, &local, now_ms).await?;
        } else {
            let pending = outbox::products(&mut tx, scope, &owner).await?;
            let accepted = answer.accept(&local, &pending);
            for line in accepted.change.lines() {
                write_line(&mut tx, scope, &owner, line).await?;
            }
            for note in &accepted.notes {
                notices::put(&mut tx, scope, &owner, note, now_ms).await?;
            }
            mark_refused(&mut tx, scope, &owner, &accepted.notes).await?;
        }
        set_version(&mut tx, scope, &owner, answer.cart.version).await?;
        let state = state(&mut tx, scope, &owner).await?;
        tx.commit().await?;
        Ok(state)
    }
}

async fn state(tx: &mut Transaction<'static, Sqlite>, scope: &str, owner: &str) -> Result<CartState, StoreError> {
    let refused: Vec<String> =
        sqlx::query_scalar("select product_id from cart_lines where scope = ? and owner = ? and refused = 1")
            .bind(scope)
            .bind(owner)
            .fetch_all(&mut **tx)
            .await?;
    Ok(CartState {
        cart: read(tx, scope, owner).await?,
        pending: outbox::products(tx, scope, owner).await?,
        refused: refused.into_iter().map(ProductId::new).collect(),
    })
}

/// The newest version that the server has told of this cart.
async fn known_version(tx: &mut Transaction<'static, Sqlite>, scope: &str, owner: &str) -> Result<i64, StoreError> {
    let version: Option<i64> = sqlx::query_scalar("select server_version from carts where scope = ? and owner = ?")
        .bind(scope)
        .bind(owner)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(version.unwrap_or(0))
}

async fn set_version(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    version: i64,
) -> Result<(), StoreError> {
    sqlx::query("update carts set server_version = ? where scope = ? and owner = ?")
        .bind(version)
        .bind(scope)
        .bind(owner)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn ensure_cart(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
) -> Result<(), StoreError> {
    sqlx::query("insert into carts (scope, owner) values (?, ?) on conflict do nothing")
        .bind(scope)
        .bind(owner)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn read(tx: &mut Transaction<'static, Sqlite>, scope: &str, owner: &str) -> Result<Cart, StoreError> {
    let rows = sqlx::query(
        "select product_id, quantity, position, seen_minor, seen_currency from cart_lines where scope = ? and owner = ?
         order by position",
    )
    .bind(scope)
    .bind(owner)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(line).collect()
}

fn line(row: &SqliteRow) -> Result<(ProductId, Line), StoreError> {
    let wrong = |column| StoreError::Inconsistent { table: "cart_lines", column };
    let minor: Option<i64> = row.try_get("seen_minor")?;
    let currency: Option<String> = row.try_get("seen_currency")?;
    let seen = minor.zip(currency).map(|(minor, code)| {
        let currency = code.parse().map_err(|_| wrong("seen_currency"))?;
        Ok::<_, StoreError>(Money { minor, currency })
    });
    let position: i64 = row.try_get("position")?;
    Ok((
        ProductId::new(row.try_get::<String, _>("product_id")?),
        Line {
            quantity: NonZeroU32::new(row.try_get("quantity")?).ok_or(wrong("quantity"))?,
            seen: seen.transpose()?,
            position: position.try_into().map_err(|_| wrong("position"))?,
        },
    ))
}

async fn write_line(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    change: &LineChange,
) -> Result<(), StoreError> {
    let query = match change.after {
        None => sqlx::query("delete from cart_lines where scope = ? and owner = ? and product_id = ?")
            .bind(scope)
            .bind(owner)
            .bind(change.product.as_str()),
        // Whatever was refused before: this is another wish.
        Some(line) => sqlx::query(
            "insert into cart_lines (scope, owner, product_id, quantity, position, seen_minor, seen_currency)
             values (?, ?, ?, ?, ?, ?, ?)
             on conflict (scope, owner, product_id) do update set quantity = excluded.quantity, position = excluded.position,
             seen_minor = excluded.seen_minor, seen_currency = excluded.seen_currency, refused = 0",
        )
        .bind(scope)
        .bind(owner)
        .bind(change.product.as_str())
        .bind(line.quantity.get())
        .bind(i64::try_from(line.position).unwrap_or(i64::MAX))
        .bind(line.seen.map(|money| money.minor))
        .bind(line.seen.map(|money| money.currency.to_string())),
    };
    query.execute(&mut **tx).await?;
    Ok(())
}

async fn mark_refused(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    notes: &[LineNote],
) -> Result<(), StoreError> {
    for note in notes {
        if let LineNote::Reduced { product, .. } = note {
            sqlx::query("update cart_lines set refused = 1 where scope = ? and owner = ? and product_id = ?")
                .bind(scope)
                .bind(owner)
                .bind(product.as_str())
                .execute(&mut **tx)
                .await?;
        }
    }
    Ok(())
}

/// Removes a cart of this device, with what waits to be sent of it and what its owner must be told.
pub(crate) async fn remove(tx: &mut Transaction<'static, Sqlite>, scope: &str, owner: &str) -> Result<(), StoreError> {
    sqlx::query("delete from carts where scope = ? and owner = ?").bind(scope).bind(owner).execute(&mut **tx).await?;
    Ok(())
}

/// Puts a server's cart in the place of whatever the owner had here.
pub(crate) async fn replace(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    cart: &ServerCart,
) -> Result<(), StoreError> {
    remove(tx, scope, owner).await?;
    ensure_cart(tx, scope, owner).await?;
    let quantities = cart.lines.iter().map(|(product, quantity)| (product.clone(), *quantity));
    let change = Change::between(&Cart::default(), &Cart::from_quantities(quantities));
    for line in change.lines() {
        write_line(tx, scope, owner, line).await?;
    }
    set_version(tx, scope, owner, cart.version).await
}

/// Puts every line of a cart in the outbox, so that the server hears of all of it.
pub(crate) async fn put_all(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    cart: &Cart,
    now_ms: i64,
) -> Result<(), StoreError> {
    for (product, quantity) in cart.quantities() {
        outbox::put(tx, scope, owner, product, quantity, now_ms).await?;
    }
    Ok(())
}

/// The visitor's cart becomes the guest's, lines and outbox with it (`on update cascade`). A cart that the user has here
/// already gives way: what was chosen last on this device counts.
pub(crate) async fn adopt_visitor(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    user_id: &str,
) -> Result<(), StoreError> {
    move_cart(tx, scope, VISITOR, user_id).await
}

/// The cart of a session that ended goes on as a visitor's. All its lines are put in the outbox, so that the next user
/// gets the whole of it.
pub(crate) async fn give_to_visitor(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    user_id: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let cart = read(tx, scope, user_id).await?;
    put_all(tx, scope, user_id, &cart, now_ms).await?;
    move_cart(tx, scope, user_id, VISITOR).await
}

async fn move_cart(tx: &mut Transaction<'static, Sqlite>, scope: &str, from: &str, to: &str) -> Result<(), StoreError> {
    sqlx::query("delete from carts where scope = ?1 and owner = ?3 and exists (select 1 from carts where scope = ?1 and owner = ?2)")
        .bind(scope)
        .bind(from)
        .bind(to)
        .execute(&mut **tx)
        .await?;
    sqlx::query("update carts set owner = ?3, server_version = 0 where scope = ?1 and owner = ?2")
        .bind(scope)
        .bind(from)
        .bind(to)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
