//! What the window can ask for: a line or two each.

pub(crate) mod account;
pub(crate) mod cart;
pub(crate) mod catalog;
pub(crate) mod reviews;
pub(crate) mod settings;
pub(crate) mod switch;
pub(crate) mod upgrade;
