//! The decision about two carts, and what becomes of it. Times in milliseconds since 1970.

use std::collections::BTreeMap;

use carryover_shop as shop;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Money;

/// How many of a product that both carts hold.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rule {
    Sum,
    Larger,
    Guest,
    Account,
}

/// The person's own word about one product.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ByHand {
    Sum,
    Larger,
    Guest,
    Account,
    LeaveOut,
}

/// The person's answer.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(tag = "keep", rename_all = "snake_case")]
pub(crate) enum Answer {
    Account,
    Guest,
    Merge { both: Rule, by_hand: BTreeMap<String, ByHand> },
}

/// Why a line comes out as it does.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(crate) enum Reason {
    Same,
    Summed,
    LargerTaken,
    GuestTaken,
    AccountTaken,
    KeptSeparate,
    OnlyGuest,
    OnlyAccount,
    LeftOut,
    Unavailable,
    SoldOut,
    Reduced { wanted: u32, allowed: u32, by: LimitedBy },
    Repriced { seen: Money, now: Money },
}

/// What allows no more.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LimitedBy {
    Stock,
    MaxPerOrder,
}

/// What an answer makes of one product. Differs: the two carts hold different numbers of it.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct PlanLine {
    product_id: String,
    name: String,
    picture: String,
    guest: u32,
    account: u32,
    result: u32,
    unit_price: Option<Money>,
    line_total: Option<Money>,
    differs: bool,
    reasons: Vec<Reason>,
}

/// What an answer makes of both carts.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Plan {
    lines: Vec<PlanLine>,
    items: u32,
    total: Option<Money>,
    differing: usize,
}

/// A cart in short.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Side {
    items: u32,
    lines: usize,
    total: Option<Money>,
    updated_at: Option<i64>,
}

/// Both carts as they are, and what the default answer makes of them.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct HandOff {
    account_name: Option<String>,
    guest: Side,
    account: Side,
    plan: Plan,
}

/// What became of a hand-off. Changed: so many lines of the account's cart are other than before.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct HandOffDone {
    claim_id: String,
    outcome: Outcome,
    changed: u32,
    undo_until: i64,
}

/// What became of the two carts.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Merged,
    KeptAccount,
    KeptGuest,
    BroughtAlong,
    NothingToDo,
}

/// A line in short.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct CartLineBrief {
    product_id: String,
    name: String,
    quantity: u32,
}

/// What became of the wish to take a hand-off back. Changed: the account's cart is another one since, and nothing was undone; ask
/// again with the version.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum HandOffUndo {
    Done,
    Changed { version: i64, current: Vec<CartLineBrief>, before: Vec<CartLineBrief> },
}

/// Whose an earlier cart was.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EarlierCartOrigin {
    Guest,
    Account,
    Replaced,
}

/// A cart that was not kept.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct EarlierCart {
    id: String,
    origin: EarlierCartOrigin,
    kept_at: i64,
    expires_at: i64,
    items: u32,
    lines: Vec<CartLineBrief>,
}

impl From<Answer> for shop::Answer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Account => Self::KeepAccount,
            Answer::Guest => Self::KeepGuest,
            Answer::Merge { both, by_hand } => Self::Merge(shop::Rules {
                both: match both {
                    Rule::Sum => shop::Rule::Sum,
                    Rule::Larger => shop::Rule::Larger,
                    Rule::Guest => shop::Rule::Guest,
                    Rule::Account => shop::Rule::Account,
                },
                by_hand: by_hand.into_iter().map(|(id, word)| (shop::ProductId::new(id), word.into())).collect(),
            }),
        }
    }
}

impl From<ByHand> for shop::ByHand {
    fn from(word: ByHand) -> Self {
        match word {
            ByHand::Sum => Self::Rule(shop::Rule::Sum),
            ByHand::Larger => Self::Rule(shop::Rule::Larger),
            ByHand::Guest => Self::Rule(shop::Rule::Guest),
            ByHand::Account => Self::Rule(shop::Rule::Account),
            ByHand::LeaveOut => Self::LeaveOut,
        }
    }
}

impl From<&shop::Reason> for Reason {
    fn from(reason: &shop::Reason) -> Self {
        match reason {
            shop::Reason::Same => Self::Same,
            shop::Reason::Summed => Self::Summed,
            shop::Reason::LargerTaken => Self::LargerTaken,
            shop::Reason::GuestTaken => Self::GuestTaken,
            shop::Reason::AccountTaken => Self::AccountTaken,
            shop::Reason::KeptSeparate => Self::KeptSeparate,
            shop::Reason::OnlyGuest => Self::OnlyGuest,
            shop::Reason::OnlyAccount => Self::OnlyAccount,
            shop::Reason::LeftOut { .. } => Self::LeftOut,
            shop::Reason::Unavailable { cause: shop::Absence::SoldOut, .. } => Self::SoldOut,
            shop::Reason::Unavailable { .. } => Self::Unavailable,
            shop::Reason::Reduced { wanted, allowed, by } => Self::Reduced {
                wanted: *wanted,
                allowed: *allowed,
                by: match by {
                    shop::Bound::Stock => LimitedBy::Stock,
                    shop::Bound::MaxPerOrder => LimitedBy::MaxPerOrder,
                },
            },
            shop::Reason::Repriced { seen, now } => Self::Repriced { seen: seen.into(), now: now.into() },
        }
    }
}

impl From<shop::PlanView> for Plan {
    fn from(plan: shop::PlanView) -> Self {
        Self {
            lines: plan.lines.iter().map(PlanLine::from).collect(),
            items: plan.items,
            total: plan.total.as_ref().map(Money::from),
            differing: plan.differing,
        }
    }
}

impl From<&shop::PlanLineView> for PlanLine {
    fn from(line: &shop::PlanLineView) -> Self {
        Self {
            product_id: line.product_id.to_string(),
            name: line.name.clone(),
            picture: line.picture.clone(),
            guest: line.guest,
            account: line.account,
            result: line.result,
            unit_price: line.unit_price.as_ref().map(Money::from),
            line_total: line.line_total.as_ref().map(Money::from),
            differs: line.guest != line.account,
            reasons: line.reasons.iter().map(Reason::from).collect(),
        }
    }
}

impl From<shop::Side> for Side {
    fn from(side: shop::Side) -> Self {
        let total = side.total.as_ref().map(Money::from);
        Self { items: side.items, lines: side.lines, total, updated_at: side.updated_at }
    }
}

impl From<shop::HandOffView> for HandOff {
    fn from(view: shop::HandOffView) -> Self {
        Self {
            account_name: view.account_name,
            guest: view.guest.into(),
            account: view.account.into(),
            plan: view.plan.into(),
        }
    }
}

impl From<&shop::HandedOver> for HandOffDone {
    fn from(done: &shop::HandedOver) -> Self {
        Self {
            claim_id: done.claim_id.to_string(),
            outcome: match done.outcome {
                shop::Outcome::Merged => Outcome::Merged,
                shop::Outcome::KeptAccount => Outcome::KeptAccount,
                shop::Outcome::KeptGuest => Outcome::KeptGuest,
                shop::Outcome::BroughtAlong => Outcome::BroughtAlong,
                shop::Outcome::NothingToDo => Outcome::NothingToDo,
            },
            changed: done.changed,
            undo_until: done.undo_until_ms,
        }
    }
}

impl From<shop::Piece> for CartLineBrief {
    fn from(piece: shop::Piece) -> Self {
        Self { product_id: piece.product_id.to_string(), name: piece.name, quantity: piece.quantity }
    }
}

impl From<shop::HandOffUndo> for HandOffUndo {
    fn from(undo: shop::HandOffUndo) -> Self {
        let brief = |pieces: Vec<shop::Piece>| pieces.into_iter().map(CartLineBrief::from).collect();
        match undo {
            shop::HandOffUndo::Done => Self::Done,
            shop::HandOffUndo::Changed { version, current, before } => {
                Self::Changed { version, current: brief(current), before: brief(before) }
            }
        }
    }
}

impl EarlierCart {
    /// With the names that the shop knows.
    pub(crate) fn of(shop: &shop::Shop, cart: &shop::EarlierCart) -> Self {
        Self {
            id: cart.id.to_string(),
            origin: match cart.origin {
                shop::EarlierCartOrigin::Guest => EarlierCartOrigin::Guest,
                shop::EarlierCartOrigin::Account => EarlierCartOrigin::Account,
                shop::EarlierCartOrigin::Replaced => EarlierCartOrigin::Replaced,
            },
            kept_at: cart.kept_at_ms,
            expires_at: cart.expires_at_ms,
            items: cart.cart.lines.values().fold(0, |sum: u32, quantity| sum.saturating_add(*quantity)),
            lines: shop.pieces(&cart.cart).into_iter().map(CartLineBrief::from).collect(),
        }
    }
}
