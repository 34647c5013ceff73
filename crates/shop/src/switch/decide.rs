//! What the person decides, and what they see before they do.

use std::sync::Arc;

use carryover_auth::Error as AuthError;
use carryover_cart::{
    Cart, Money, ProductId,
    merge::{Answer, Decision, Plan, PlanLine, Reason, Rules, Settlement},
};
use carryover_store::{Outcome, Told};

use super::{
    claim,
    look::{self, Sides},
    resume::{self, Recognised},
};
use crate::{
    NoticeKind, Shop, ShopError,
    flow::{Choosing, Flow},
    shop::{Inner, Link},
};

/// Both carts as they are, and what the default answer makes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOffView {
    /// The account's address or number, if it has one.
    pub account_name: Option<String>,
    /// The cart of this device.
    pub guest: Side,
    /// The account's cart.
    pub account: Side,
    /// What the default answer makes of them.
    pub plan: PlanView,
}

/// A cart in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Pieces.
    pub items: u32,
    /// Lines.
    pub lines: usize,
    /// What it costs today.
    pub total: Option<Money>,
    /// When it last changed, milliseconds since 1970.
    pub updated_at: Option<i64>,
}

/// What an answer makes of both carts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanView {
    /// A line for each product of either cart.
    pub lines: Vec<PlanLineView>,
    /// Pieces of the result.
    pub items: u32,
    /// What the result costs.
    pub total: Option<Money>,
    /// How many products the two carts hold different numbers of.
    pub differing: usize,
}

/// What an answer makes of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLineView {
    /// Which.
    pub product_id: ProductId,
    /// Its name; the key when the catalog has lost it.
    pub name: String,
    /// Its picture.
    pub picture: String,
    /// How many the cart of this device holds.
    pub guest: u32,
    /// How many the account's cart holds.
    pub account: u32,
    /// How many the result holds.
    pub result: u32,
    /// What one costs today, if it is sold.
    pub unit_price: Option<Money>,
    /// What the line of the result costs.
    pub line_total: Option<Money>,
    /// Why it comes out like this.
    pub reasons: Vec<Reason>,
}

impl Shop {
    /// Asks the server for both carts. Where there is nothing to decide the hand-off happens at once, and this is
    /// [`ShopError::NothingToDecide`].
    pub async fn preview_hand_off(&self) -> Result<HandOffView, ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        let choosing = inner.choosing()?;
        let sides = look(inner, &link).await?.ok_or(ShopError::NothingToDecide)?;
        let side = |cart: &Cart, updated_at| Side {
            items: cart.items(),
            lines: cart.len(),
            total: cart.totals(|product| sides.offer(product)).ok().and_then(|totals| totals.price),
            updated_at,
        };
        Ok(HandOffView {
            account_name: choosing.account,
            guest: side(&sides.guest, sides.guest_updated_ms),
            account: side(&sides.account, sides.account_updated_ms),
            plan: view(&sides, &sides.plan(&Answer::Merge(Rules::default()))),
        })
    }

    /// What an answer would make of the carts that were last asked for. At once: no network, no disk.
    pub fn plan_hand_off(&self, answer: &Answer) -> Result<PlanView, ShopError> {
        let sides = self.inner.sides().clone().ok_or(ShopError::NoHandOff)?;
        Ok(view(&sides, &sides.plan(answer)))
    }

    /// Makes it so: exactly what [`Shop::plan_hand_off`] showed for this answer, or nothing. If one of the carts has changed since
    /// they were asked for it is [`ShopError::CartChanged`]: ask for them again.
    pub async fn claim_hand_off(&self, answer: &Answer) -> Result<(), ShopError> {
        let (inner, link) = (&self.inner, self.inner.link()?);
        let choosing = inner.choosing()?;
        let sides = inner.sides().clone().ok_or(ShopError::NoHandOff)?;
        let outcome = match answer {
            Answer::KeepAccount => Outcome::KeptAccount,
            Answer::KeepGuest => Outcome::KeptGuest,
            Answer::Merge(_) => Outcome::Merged,
        };
        claim::claim(inner, &link, &choosing, &sides, answer, outcome).await
    }
}

/// Looks at both carts, and keeps what was seen for the answer. `None`: there was nothing to decide, and it is done.
pub(super) async fn look(inner: &Arc<Inner>, link: &Arc<Link>) -> Result<Option<Arc<Sides>>, ShopError> {
    let choosing = inner.choosing()?;
    {
        // First of all what came of a claim whose answer was lost.
        let _sending = inner.sending.lock().await;
        match resume::recognise(inner, link).await {
            Ok(Recognised::HandedOver) => return Ok(None),
            Ok(Recognised::Nothing) | Err(ShopError::CartChanged) => {}
            Err(error) => return Err(error),
        }
    }
    let sides = look::sides(inner, link).await;
    if matches!(sides, Err(ShopError::Auth(AuthError::NoCandidate))) {
        gone(inner).await?;
        return Err(ShopError::NoHandOff);
    }
    let Some(sides) = sides? else {
        // No guest and no cart: nothing is handed over.
        claim::switch(inner, link).await?;
        return Ok(None);
    };
    match Decision::between(&sides.guest, &sides.account) {
        Decision::Ask => {
            let sides = Arc::new(sides);
            *inner.sides() = Some(sides.clone());
            Ok(Some(sides))
        }
        Decision::Settled(settlement) => {
            let outcome = match settlement {
                Settlement::AccountEmpty => Outcome::BroughtAlong,
                Settlement::BothEmpty | Settlement::GuestEmpty | Settlement::Equal => Outcome::NothingToDo,
            };
            claim::claim(inner, link, &choosing, &sides, &settlement.answer(), outcome).await?;
            Ok(None)
        }
    }
}

/// The account's session ended while the decision waited: there is nothing to decide about any more, and that is said. Whoever
/// gave the decision up themselves knows it: they hold the lock until nothing is left of it.
async fn gone(inner: &Inner) -> Result<(), ShopError> {
    let _sending = inner.sending.lock().await;
    if matches!(inner.model().flow, Some(Flow::Choosing(_))) {
        inner.clear_flow().await?;
        inner.update(|model| model.notify(NoticeKind::SignInEnded));
    }
    Ok(())
}

/// What a person is told of a plan once it is done.
pub(super) fn told(sides: &Sides, plan: &Plan, outcome: Outcome) -> Told {
    let changed = plan.lines.iter().filter(|line| line.result != sides.account.quantity(&line.product)).count();
    Told { outcome, changed: u32::try_from(changed).unwrap_or(u32::MAX) }
}

fn view(sides: &Sides, plan: &Plan) -> PlanView {
    let totals = plan.totals().ok();
    PlanView {
        lines: plan.lines.iter().map(|line| line_view(sides, line)).collect(),
        items: totals.as_ref().map_or(0, |totals| totals.items),
        total: totals.and_then(|totals| totals.price),
        differing: plan.lines.iter().filter(|line| line.guest != line.account).count(),
    }
}

fn line_view(sides: &Sides, line: &PlanLine) -> PlanLineView {
    let product = sides.products.get(&line.product);
    PlanLineView {
        product_id: line.product.clone(),
        name: product.map_or_else(|| line.product.to_string(), |product| product.name.clone()),
        picture: product.map_or_else(String::new, |product| product.picture.clone()),
        guest: line.guest,
        account: line.account,
        result: line.result,
        unit_price: line.price,
        line_total: line.price.filter(|_| line.result > 0).and_then(|price| price.times(line.result).ok()),
        reasons: line.reasons.clone(),
    }
}

impl Inner {
    /// The decision that waits.
    pub(super) fn choosing(&self) -> Result<Choosing, ShopError> {
        match &self.model().flow {
            Some(Flow::Choosing(choosing)) => Ok(choosing.clone()),
            _ => Err(ShopError::NoHandOff),
        }
    }
}
