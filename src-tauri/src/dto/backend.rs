//! Which backend the program works with.

use carryover_shop as shop;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::SignInOptions;

/// The backend inside the program, or a Supabase project. The key is the publishable one, which is no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum BackendChoice {
    #[default]
    Sandbox,
    Hosted {
        url: String,
        publishable_key: String,
    },
}

/// Chosen: counts from the next start. Fixed: the command line says which, so nothing is chosen here.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct BackendSettings {
    pub chosen: BackendChoice,
    pub in_use: BackendChoice,
    pub fixed: bool,
}

/// What a project has that was tried.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct BackendTried {
    anonymous_sign_ins: bool,
    ways: SignInOptions,
    products: u32,
}

impl From<&shop::Backend> for BackendChoice {
    fn from(backend: &shop::Backend) -> Self {
        Self::Hosted { url: backend.url.to_string(), publishable_key: backend.publishable_key.clone() }
    }
}

impl From<shop::BackendOffer> for BackendTried {
    fn from(offer: shop::BackendOffer) -> Self {
        Self {
            anonymous_sign_ins: offer.anonymous_sign_ins,
            ways: offer.ways.into(),
            products: u32::try_from(offer.products).unwrap_or(u32::MAX),
        }
    }
}
