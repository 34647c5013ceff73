//! Drives the program through its real window, by WebDriver, and looks behind it: SQLite, key store, sandbox.

mod browser;
mod device;
mod shopper;
mod window;

pub use browser::Browser;
pub use device::Device;
pub use shopper::Shopper;
pub use window::{Window, free_port};
