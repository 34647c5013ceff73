//! The hand-off of a guest's cart to an account. Its last step commits together with the session: there is no instant at which
//! the account is signed in and its cart is not here, or the other way round.

use std::collections::{BTreeMap, BTreeSet};

use carryover_cart::{Cart, ProductId, ServerCart};
use serde::{Deserialize, Serialize};
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

use crate::{
    HandedOver, Note, Store, StoreError, carts, notices, outbox,
    owner::{VISITOR, owner},
};

const BAD_STATE: StoreError = StoreError::Inconsistent { table: "hand_offs", column: "state" };

/// Where a hand-off stands, from the moment at which the server may have heard of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum HandOff {
    /// The server is asked to claim the cart. Whether it has is not known.
    Claiming(Claim),
    /// It has. The guest is still the one who is signed in here.
    Claimed {
        /// What was asked.
        claim: Claim,
        /// What the server answered.
        claimed: Claimed,
    },
    /// The account is signed in; the guest, who owns nothing any more, is still to be removed at the server.
    Finishing {
        /// The claim's number at the server.
        claim_id: Uuid,
    },
}

/// What the server is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// By which the server knows it again, however often it is asked.
    pub key: Uuid,
    /// Whose cart is handed over.
    pub guest_id: Uuid,
    /// To whom.
    pub account_id: Uuid,
    /// The guest's cart as it was handed over: what was changed after that is carried along.
    pub guest: BTreeMap<ProductId, u32>,
    /// What the person is told afterwards.
    pub told: Told,
}

/// What a person is told of a hand-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What becomes of the two carts.
    pub outcome: Outcome,
    /// How many lines of the account's cart are other than before.
    pub changed: u32,
}

/// What becomes of the two carts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The person had both made one.
    Merged,
    /// The person kept the account's.
    KeptAccount,
    /// The person kept the guest's.
    KeptGuest,
    /// Only the guest's had lines: nobody was asked.
    BroughtAlong,
    /// The guest's had none, or the same ones: nobody was asked.
    NothingToDo,
}

/// What the server made of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// The claim's number at the server, by which it is undone.
    pub claim_id: Uuid,
    /// The account's cart now.
    pub cart: ServerCart,
    /// Until when it can be undone, milliseconds since 1970.
    pub undo_until_ms: i64,
}

impl HandOff {
    /// The claim of which it is open, on this device, what came of it.
    pub fn undecided(&self) -> Option<&Claim> {
        match self {
            Self::Claiming(claim) | Self::Claimed { claim, .. } => Some(claim),
            Self::Finishing { .. } => None,
        }
    }
}

impl Store {
    /// The hand-off under way, if any.
    pub async fn hand_off(&self) -> Result<Option<HandOff>, StoreError> {
        let mut tx = self.begin().await?;
        read(&mut tx, self.scope.as_str()).await
    }

    /// Whether the cart that is here is being handed over, so that nobody knows yet whose it is: that of the guest who gave it, or
    /// of the visitor whom they left behind when their session ended.
    pub async fn is_handing_over(&self) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let scope = self.scope.as_str();
        let owner = owner(&mut tx, scope).await?;
        let hand_off = read(&mut tx, scope).await?;
        let claim = hand_off.as_ref().and_then(HandOff::undecided);
        Ok(claim.is_some_and(|claim| owner == VISITOR || owner == claim.guest_id.to_string()))
    }

    /// Writes the step down before it is taken.
    pub async fn set_hand_off(&self, state: &HandOff, now_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin_writing().await?;
        write(&mut tx, self.scope.as_str(), state, now_ms).await?;
        Ok(tx.commit().await?)
    }

    /// The hand-off is over, or did not happen.
    pub async fn clear_hand_off(&self) -> Result<(), StoreError> {
        let mut tx = self.begin_writing().await?;
        clear(&mut tx, self.scope.as_str()).await?;
        Ok(tx.commit().await?)
    }
}

async fn read(tx: &mut Transaction<'static, Sqlite>, scope: &str) -> Result<Option<HandOff>, StoreError> {
    let state: Option<String> =
        sqlx::query_scalar("select state from hand_offs where scope = ?").bind(scope).fetch_optional(&mut **tx).await?;
    state.map(|json| serde_json::from_str(&json).map_err(|_| BAD_STATE)).transpose()
}

async fn write(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    state: &HandOff,
    now_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into hand_offs (scope, state, updated_at) values (?, ?, ?)
         on conflict (scope) do update set state = excluded.state, updated_at = excluded.updated_at",
    )
    .bind(scope)
    .bind(serde_json::to_string(state).map_err(|_| BAD_STATE)?)
    .bind(now_ms)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The account takes the place of the guest, or of the visitor whom a guest left behind when their session ended: its cart as it
/// was claimed, and on top of it what changed here since. False when no claimed hand-off of these two is written down: then
/// each keeps their own cart.
pub(crate) async fn complete(
    tx: &mut Transaction<'static, Sqlite>,
    scope: &str,
    owner: &str,
    account_id: Uuid,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let Some(HandOff::Claimed { claim, claimed }) = read(tx, scope).await? else { return Ok(false) };
    if claim.account_id != account_id || (owner != VISITOR && owner != claim.guest_id.to_string()) {
        return Ok(false);
    }
    let account = account_id.to_string();
    let now_here = carts::read(tx, scope, owner).await?;
    carts::remove(tx, scope, owner).await?;
    let late = changed_since(&claim, &now_here, &claimed.cart);
    let mut lines = claimed.cart.lines.clone();
    lines.extend(late.iter().cloned());
    carts::replace(tx, scope, &account, &ServerCart { version: claimed.cart.version, lines }).await?;
    for (product, quantity) in late {
        outbox::put(tx, scope, &account, &product, quantity, now_ms).await?;
    }
    let note = Note::HandedOver(HandedOver {
        claim_id: claimed.claim_id,
        outcome: claim.told.outcome,
        changed: claim.told.changed,
        undo_until_ms: claimed.undo_until_ms,
    });
    notices::put_for(tx, scope, &account, &note, now_ms).await?;
    write(tx, scope, &HandOff::Finishing { claim_id: claimed.claim_id }, now_ms).await?;
    Ok(true)
}

/// A hand-off of somebody who is not here any more.
pub(crate) async fn clear(tx: &mut Transaction<'static, Sqlite>, scope: &str) -> Result<(), StoreError> {
    sqlx::query("delete from hand_offs where scope = ?").bind(scope).execute(&mut **tx).await?;
    Ok(())
}

/// What was put in or taken out after the cart was handed over, on top of the cart that it went to.
fn changed_since(claim: &Claim, now_here: &Cart, account: &ServerCart) -> Vec<(ProductId, u32)> {
    let handed_over = &claim.guest;
    let products: BTreeSet<_> = handed_over.keys().chain(now_here.quantities().map(|(product, _)| product)).collect();
    let change = |product: &ProductId| {
        let (before, now) = (handed_over.get(product).copied().unwrap_or(0), now_here.quantity(product));
        // Where the account's own cart was kept, there is nothing of this one in it to be taken out.
        if now == before || (now < before && claim.told.outcome == Outcome::KeptAccount) {
            return None;
        }
        let held = account.lines.get(product).copied().unwrap_or(0);
        Some((product.clone(), held.saturating_add(now).saturating_sub(before)))
    };
    products.into_iter().filter_map(change).collect()
}
