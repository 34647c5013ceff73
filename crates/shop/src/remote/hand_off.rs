//! Handing a guest's cart over: offer, preview, claim, undo, and the carts that were not kept.

use std::collections::HashMap;

use carryover_auth::AccessToken;
use carryover_cart::{self as cart, Currency, Limit, Money, Offer, ProductId, ServerCart, merge::Answer};
use carryover_store::Claimed;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    Remote, RemoteError,
    cart::{CartBody, LineBody},
};

/// By which an account may claim the guest's cart, once.
#[derive(Deserialize)]
pub(crate) struct CartOffer {
    pub token: String,
}

/// Both carts, and what their products are sold for.
pub(crate) struct Preview {
    pub guest: PreviewedCart,
    pub account: PreviewedCart,
    pub products: HashMap<ProductId, OfferedProduct>,
}

/// A cart, and when it last changed.
pub(crate) struct PreviewedCart {
    pub cart: ServerCart,
    pub updated_ms: Option<i64>,
}

/// A product of either cart, as it is sold today.
#[derive(Debug, Clone)]
pub(crate) struct OfferedProduct {
    pub name: String,
    pub picture: String,
    pub offer: Offer,
}

/// What is to be claimed: the whole result, and the versions that it was made from.
pub(crate) struct ClaimRequest<'a> {
    pub token: &'a str,
    pub answer: &'a Answer,
    pub lines: &'a [(ProductId, u32)],
    pub guest_version: i64,
    pub account_version: i64,
    pub key: Uuid,
}

/// What became of the wish to undo.
pub(crate) enum Undone {
    Done(ServerCart),
    Changed { current: ServerCart, before: ServerCart },
}

/// A cart that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierCart {
    /// To restore it by.
    pub id: Uuid,
    /// Whose it was.
    pub origin: EarlierCartOrigin,
    /// Its lines.
    pub cart: ServerCart,
    /// Since when it is an earlier one, milliseconds since 1970.
    pub kept_at_ms: i64,
    /// Until when it is kept, milliseconds since 1970.
    pub expires_at_ms: i64,
}

/// Whose an earlier cart was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarlierCartOrigin {
    /// A guest's who went over to this account.
    Guest,
    /// The account's, when the guest's was kept.
    Account,
    /// The account's, when an earlier one took its place.
    Replaced,
}

#[derive(Deserialize)]
struct PreviewBody {
    guest: PreviewedBody,
    account: PreviewedBody,
    products: Vec<OfferedBody>,
}

#[derive(Deserialize)]
struct PreviewedBody {
    #[serde(flatten)]
    cart: CartBody,
    updated_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct OfferedBody {
    id: ProductId,
    name: String,
    picture: String,
    price_minor: i64,
    currency: Currency,
    stock: u32,
    max_per_order: u32,
}

#[derive(Deserialize)]
struct ClaimedBody {
    claim_id: Uuid,
    cart: CartBody,
    undo_until: Timestamp,
}

#[derive(Deserialize)]
struct UndoneBody {
    done: bool,
    cart: Option<CartBody>,
    current: Option<CartBody>,
    before: Option<CartBody>,
}

#[derive(Deserialize)]
struct EarlierBody {
    id: Uuid,
    origin: EarlierCartOrigin,
    lines: Vec<LineBody>,
    kept_at: Timestamp,
    expires_at: Timestamp,
}

#[derive(Deserialize)]
struct RestoredBody {
    cart: CartBody,
    refused: Vec<cart::Refusal>,
}

impl Remote {
    /// Offers the guest's cart. An offer that was made before is void.
    pub(crate) async fn offer_cart(&self, guest: AccessToken) -> Result<CartOffer, RemoteError> {
        self.call("offer_cart", &guest, &json!({})).await
    }

    /// Both carts, as the account sees them.
    pub(crate) async fn preview_offer(&self, account: AccessToken, token: &str) -> Result<Preview, RemoteError> {
        let body: PreviewBody = self.call("preview_offer", &account, &json!({ "token": token })).await?;
        Ok(Preview {
            guest: body.guest.into(),
            account: body.account.into(),
            products: body.products.into_iter().map(|product| (product.id.clone(), product.into())).collect(),
        })
    }

    /// Claims the guest's cart.
    pub(crate) async fn claim_offer(
        &self,
        account: AccessToken,
        request: &ClaimRequest<'_>,
    ) -> Result<Claimed, RemoteError> {
        let line = |(product, quantity): &(ProductId, u32)| json!({ "product_id": product, "quantity": quantity });
        let arguments = json!({
            "token": request.token,
            "answer": request.answer.code(),
            "lines": request.lines.iter().map(line).collect::<Vec<_>>(),
            "guest_version": request.guest_version,
            "account_version": request.account_version,
            "idempotency_key": request.key,
        });
        let body: ClaimedBody = self.call("claim_offer", &account, &arguments).await?;
        Ok(body.into())
    }

    /// What the server made of the claim with this key, if it has made it.
    pub(crate) async fn claim_result(&self, account: AccessToken, key: Uuid) -> Result<Option<Claimed>, RemoteError> {
        let body: Option<ClaimedBody> = self.call("claim_result", &account, &json!({ "idempotency_key": key })).await?;
        Ok(body.map(Claimed::from))
    }

    /// Removes the guest, whose cart was claimed.
    pub(crate) async fn finish_claim(&self, account: AccessToken, claim_id: Uuid) -> Result<(), RemoteError> {
        self.call("finish_claim", &account, &json!({ "claim_id": claim_id })).await
    }

    /// Undoes a claim; over a cart that has changed since only in the version that was seen.
    pub(crate) async fn undo_claim(
        &self,
        account: AccessToken,
        claim_id: Uuid,
        seen: Option<i64>,
    ) -> Result<Undone, RemoteError> {
        let arguments = json!({ "claim_id": claim_id, "seen_version": seen });
        let body: UndoneBody = self.call("undo_claim", &account, &arguments).await?;
        match body {
            UndoneBody { done: true, cart: Some(cart), .. } => Ok(Undone::Done(cart.into())),
            UndoneBody { done: false, current: Some(current), before: Some(before), .. } => {
                Ok(Undone::Changed { current: current.into(), before: before.into() })
            }
            _ => Err(RemoteError::Unintelligible),
        }
    }

    /// The carts that were not kept, newest first.
    pub(crate) async fn earlier_carts(&self, account: AccessToken) -> Result<Vec<EarlierCart>, RemoteError> {
        let path = "earlier_carts?select=id,origin,lines,kept_at,expires_at&order=kept_at.desc";
        let rows: Vec<EarlierBody> = self.read(path, Some(&account)).await?;
        Ok(rows.into_iter().map(EarlierCart::from).collect())
    }

    /// Makes an earlier cart the cart.
    pub(crate) async fn restore_earlier_cart(
        &self,
        account: AccessToken,
        id: Uuid,
        version: i64,
    ) -> Result<cart::Answer, RemoteError> {
        let arguments = json!({ "id": id, "version": version });
        let body: RestoredBody = self.call("restore_earlier_cart", &account, &arguments).await?;
        Ok(cart::Answer { cart: body.cart.into(), refused: body.refused })
    }
}

impl From<PreviewedBody> for PreviewedCart {
    fn from(body: PreviewedBody) -> Self {
        Self { cart: body.cart.into(), updated_ms: body.updated_at.map(Timestamp::as_millisecond) }
    }
}

impl From<OfferedBody> for OfferedProduct {
    fn from(body: OfferedBody) -> Self {
        let price = Money { minor: body.price_minor, currency: body.currency };
        let limit = Limit { stock: body.stock, max_per_order: body.max_per_order };
        Self { name: body.name, picture: body.picture, offer: Offer { price, limit } }
    }
}

impl From<ClaimedBody> for Claimed {
    fn from(body: ClaimedBody) -> Self {
        Self { claim_id: body.claim_id, cart: body.cart.into(), undo_until_ms: body.undo_until.as_millisecond() }
    }
}

impl From<EarlierBody> for EarlierCart {
    fn from(body: EarlierBody) -> Self {
        let lines = body.lines.into_iter().map(|line| (line.product_id, line.quantity)).collect();
        Self {
            id: body.id,
            origin: body.origin,
            cart: ServerCart { version: 0, lines },
            kept_at_ms: body.kept_at.as_millisecond(),
            expires_at_ms: body.expires_at.as_millisecond(),
        }
    }
}
