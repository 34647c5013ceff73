//! The cart of whoever this device is.

use carryover_cart::{Cart, ProductId};
use sqlx::{Row, Sqlite, Transaction};

use crate::{
    Store, StoreError, outbox,
    owner::{VISITOR, owner},
};

/// A cart as the server holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerCart {
    /// Counts the server's changes.
    pub version: i64,
    /// Its lines.
    pub lines: Vec<(ProductId, u32)>,
}

impl Store {
    /// The cart of the current owner.
    pub async fn cart(&self) -> Result<Cart, StoreError> {
        let mut tx = self.begin().await?;
        let owner = owner(&mut tx, self.scope.as_str()).await?;
        read(&mut tx, self.scope.as_str(), &owner).await
    }

    /// Sets the quantity of a line (0 removes it) and writes down that the server must hear of it. Returns the revision of
    /// the change.
    pub async fn set_line(&self, product: &ProductId, quantity: u32) -> Result<i64, StoreError> {
        let mut tx = self.begin().await?;
        let scope = self.scope.as_str();
        let owner = owner(&mut tx, scope).await?;
        ensure_cart(&mut tx, scope, &owner).await?;
        write_line(&mut tx, scope, &owner, product, quantity).await?;
        let revision = outbox::put(&mut tx, scope, &owner, product, quantity).await?;
        tx.commit().await?;
        Ok(revision)
    }

    /// Takes over what the server answered to the changes up to `sent`: those are done; lines changed since keep their
    /// local quantity; all others become what the server says. Returns the cart as it is now.
    pub async fn apply_server_cart(&self, user_id: &str, sent: i64, server: &ServerCart) -> Result<Cart, StoreError> {
        let mut tx = self.begin().await?;
        let scope = self.scope.as_str();
        let owner = owner(&mut tx, scope).await?;
        if owner != user_id {
            // Somebody else by now: the answer is not about this cart.
            return read(&mut tx, scope, &owner).await;
        }
        ensure_cart(&mut tx, scope, &owner).await?;
        outbox::confirm(&mut tx, scope, &owner, sent).await?;
        let local = read(&mut tx, scope, &owner).await?;
        if server.version < known_version(&mut tx, scope, &owner).await? {
            // Versions only grow: this server has lost what it had confirmed, and must not take it from here as well.
            for (product, quantity) in local.lines() {
                outbox::put(&mut tx, scope, &owner, product, quantity).await?;
            }
            set_version(&mut tx, scope, &owner, server.version).await?;
            tx.commit().await?;
            return Ok(local);
        }
        let pending = outbox::products(&mut tx, scope, &owner).await?;
        for (product, _) in local.lines() {
            let known = server.lines.iter().any(|(p, _)| p == product);
            if !known && !pending.contains(product) {
                write_line(&mut tx, scope, &owner, product, 0).await?;
            }
        }
        for (product, quantity) in &server.lines {
            if !pending.contains(product) {
                write_line(&mut tx, scope, &owner, product, *quantity).await?;
            }
        }
        set_version(&mut tx, scope, &owner, server.version).await?;
        let cart = read(&mut tx, scope, &owner).await?;
        tx.commit().await?;
        Ok(cart)
    }
}

/// The newest version that the server has told of this cart.
async fn known_version(tx: &mut Transaction<'static, Sqlite>, scope: &str, owner: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("select server_version from carts where scope = ? and owner = ?")
        .bind(scope)
        .bind(owner)
        .fetch_one(&mut **tx)
        .await?)
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

async fn read(tx: &mut Transaction<'static, Sqlite>, scope: &str, owner: &str) -> Result<Cart, StoreError> {
    let rows =
        sqlx::query("select product_id, quantity from cart_lines where scope = ? and owner = ? order by position")
            .bind(scope)
            .bind(owner)
            .fetch_all(&mut **tx)
            .await?;
    let lines = rows.iter().map(|row| Ok((ProductId::new(row.try_get::<String, _>(0)?), row.try_get::<u32, _>(1)?)));
    Ok(Cart::from_lines(lines.collect::<Result<Vec<_>, sqlx::Error>>()?))
}

async fn write_line(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    product: &ProductId,
    quantity: u32,
) -> Result<(), StoreError> {
    let query = if quantity == 0 {
        sqlx::query("delete from cart_lines where scope = ? and owner = ? and product_id = ?")
            .bind(scope)
            .bind(owner)
            .bind(product.as_str())
    } else {
        // A new line goes to the end; a changed one stays where it is.
        sqlx::query(
            "insert into cart_lines (scope, owner, product_id, quantity, position)
             values (?1, ?2, ?3, ?4, (select coalesce(max(position), 0) + 1 from cart_lines where scope = ?1 and owner = ?2))
             on conflict (scope, owner, product_id) do update set quantity = excluded.quantity",
        )
        .bind(scope)
        .bind(owner)
        .bind(product.as_str())
        .bind(quantity)
    };
    query.execute(&mut **tx).await?;
    Ok(())
}

/// The visitor's cart becomes the guest's, lines and outbox with it (`on update cascade`). A cart that the user has here
/// already gives way line by line: what was chosen last on this device counts.
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
) -> Result<(), StoreError> {
    let cart = read(tx, scope, user_id).await?;
    for (product, quantity) in cart.lines() {
        outbox::put(tx, scope, user_id, product, quantity).await?;
    }
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
