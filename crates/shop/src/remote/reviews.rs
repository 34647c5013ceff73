//! Reviews of products.

use carryover_auth::AccessToken;
use carryover_cart::ProductId;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded::byte_serialize;
use uuid::Uuid;

use super::{Remote, RemoteError};

/// What one may read without being anybody.
const PUBLIC: &str = "id,product_id,stars,body,created_at";

/// A review as the server has it.
#[derive(Deserialize)]
pub(crate) struct ReviewBody {
    pub id: Uuid,
    pub product_id: ProductId,
    pub stars: u8,
    pub body: String,
    pub created_at: Timestamp,
    /// Users alone see who wrote it.
    pub author_id: Option<Uuid>,
}

impl Remote {
    /// The newest reviews of a product, newest first.
    pub(crate) async fn reviews(
        &self,
        token: Option<AccessToken>,
        product: &ProductId,
    ) -> Result<Vec<ReviewBody>, RemoteError> {
        let author = if token.is_some() { ",author_id" } else { "" };
        let product: String = byte_serialize(product.as_str().as_bytes()).collect();
        let path =
            format!("reviews?select={PUBLIC}{author}&product_id=eq.{product}&order=created_at.desc,id&limit=200");
        self.read(&path, token.as_ref()).await
    }

    /// Writes a review in the name of the user.
    pub(crate) async fn post_review(
        &self,
        token: AccessToken,
        product: &ProductId,
        stars: u8,
        body: &str,
    ) -> Result<ReviewBody, RemoteError> {
        let row = json!({ "product_id": product, "stars": stars, "body": body });
        let written: Vec<ReviewBody> = self.insert("reviews", &token, &row).await?;
        written.into_iter().next().ok_or(RemoteError::Unintelligible)
    }

    /// Deletes a review, if it is the user's own.
    pub(crate) async fn delete_review(&self, token: AccessToken, id: Uuid) -> Result<(), RemoteError> {
        self.delete(&format!("reviews?id=eq.{id}"), &token).await
    }
}
