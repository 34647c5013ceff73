//! The shop's story, told in its real window: once to a test that looks at every screen, once to people.

mod guest;
mod odds;
mod offline;
mod two_carts;
mod ways;

use anyhow::Result;
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::json;

pub use guest::a_guest_becomes_a_member;
pub use odds::what_seldom_happens;
pub use offline::without_a_network;
pub use two_carts::two_carts_become_one_and_two_again;
pub use ways::other_ways_in_and_out;

use crate::Window;

/// Whose story it is.
const EMAIL: &str = "ana@example.com";

/// What is on screen at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// For files and messages.
    pub name: &'static str,
    /// For people who watch.
    pub caption: &'static str,
}

/// Whoever looks on.
pub trait Audience {
    /// The window shows a scene, and waits until this is done.
    fn see(&mut self, window: &Window, scene: Scene) -> impl Future<Output = Result<()>>;
}

/// What people are told: the way from guest to member, and two carts.
pub async fn tell(audience: &mut impl Audience) -> Result<()> {
    a_guest_becomes_a_member(audience).await?;
    two_carts_become_one_and_two_again(audience).await
}

/// All there is to see.
pub async fn tell_all(audience: &mut impl Audience) -> Result<()> {
    tell(audience).await?;
    other_ways_in_and_out(audience).await?;
    without_a_network(audience).await?;
    what_seldom_happens(audience).await
}

/// Shows a scene.
async fn scene(audience: &mut impl Audience, window: &Window, name: &'static str, caption: &'static str) -> Result<()> {
    audience.see(window, Scene { name, caption }).await
}

/// Sets lines of an account's cart, as another device would.
pub async fn put(console: &Console, person: &Person, lines: &[(&str, u32)]) -> Result<()> {
    let lines: Vec<_> = lines.iter().map(|(id, quantity)| json!({ "product_id": id, "quantity": quantity })).collect();
    let request = console.request(Method::POST, "/rest/v1/rpc/set_cart_lines", Some(&person.access_token));
    let (status, body) = Console::send(request.json(&json!({ "lines": lines }))).await?;
    anyhow::ensure!(status == 200, "{status} {body}");
    Ok(())
}
