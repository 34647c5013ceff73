//! What can go wrong with a call of the data API.

use std::time::Duration;

use carryover_cart::ProductId;

/// A failed call of the data API.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Not reached, or no answer in time. All our calls can be repeated.
    #[error("the server can't be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The token was not accepted.
    #[error("the server does not accept the access token")]
    Unauthorized,
    /// The server refused.
    #[error("the server refused with status {status}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Why, where our own functions say so.
        refusal: Option<Refusal>,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The answer makes no sense.
    #[error("the server's answer can't be understood")]
    Unintelligible,
    /// The backend's address is no URL that can be called.
    #[error("the address of the server is not usable")]
    BadUrl,
}

/// Why a function of `supabase/migrations` refused: `raise sqlstate 'PTnnn'` with one of these words as its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Only permanent users may do this, or only guests: row-level security or the function itself says so (42501).
    NotAllowed,
    /// The cart is another one than the caller saw.
    CartStale,
    /// The guest's cart was handed over.
    CartClaimed,
    /// The offer is unknown, too old, or was replaced by a newer one.
    OfferGone,
    /// The offer was claimed.
    OfferUsed,
    /// The key was used for another request.
    KeyReused,
    /// More than there is, or than one order may take.
    OverLimit {
        /// Of what.
        product: ProductId,
    },
    /// No such product.
    UnknownProduct,
    /// There is not enough of it.
    OutOfStock {
        /// Of what.
        product: ProductId,
    },
    /// It costs something else by now.
    PriceChanged,
    /// There is nothing to order.
    CartEmpty,
    /// There is no such claim of this user.
    ClaimNotFound,
    /// It is too late to undo it.
    UndoExpired,
    /// It was undone before.
    AlreadyUndone,
    /// There is no such earlier cart of this user, or it was too old.
    EarlierCartNotFound,
}

impl Refusal {
    pub(super) fn parse(code: &str, message: &str, detail: Option<String>) -> Option<Self> {
        if code == "42501" {
            return Some(Self::NotAllowed);
        }
        let product = || ProductId::new(detail.clone().unwrap_or_default());
        code.strip_prefix("PT")?;
        Some(match message {
            "cart_stale" => Self::CartStale,
            "cart_claimed" => Self::CartClaimed,
            "offer_not_found" | "offer_expired" => Self::OfferGone,
            "offer_used" => Self::OfferUsed,
            "key_reused" => Self::KeyReused,
            "over_limit" => Self::OverLimit { product: product() },
            "unknown_product" => Self::UnknownProduct,
            "out_of_stock" => Self::OutOfStock { product: product() },
            "price_changed" => Self::PriceChanged,
            "cart_empty" => Self::CartEmpty,
            "claim_not_found" => Self::ClaimNotFound,
            "undo_expired" => Self::UndoExpired,
            "already_undone" => Self::AlreadyUndone,
            "earlier_cart_not_found" => Self::EarlierCartNotFound,
            _ => return None,
        })
    }
}

impl RemoteError {
    /// Whether waiting can help.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Unauthorized | Self::Unintelligible => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::BadUrl => false,
        }
    }

    /// The HTTP status, if there was an answer.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Unreachable(_) | Self::BadUrl => None,
            Self::Unauthorized => Some(401),
            Self::Refused { status, .. } => Some(*status),
            Self::Unintelligible => Some(200),
        }
    }

    /// Whether the server surely never saw the request.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(self, Self::Unreachable(error) if error.is_connect())
    }

    /// A refusal that needed no server to be sure of.
    pub(crate) fn refusal(refusal: Refusal) -> Self {
        Self::Refused { status: 409, refusal: Some(refusal), retry_after: None }
    }

    /// Whether it may be about the user of the token rather than about the call: only Supabase Auth can tell.
    pub(crate) fn doubts_user(&self) -> bool {
        match self {
            Self::Unauthorized => true,
            Self::Refused { status: 403 | 409, refusal, .. } => matches!(refusal, None | Some(Refusal::NotAllowed)),
            _ => false,
        }
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
