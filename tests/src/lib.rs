//! Drives the program through its real window, by WebDriver, and looks behind it: SQLite, key store, sandbox.

mod axe;
mod browser;
mod device;
mod keyboard;
pub mod measure;
mod shopper;
pub mod story;
mod tester;
mod window;

pub use axe::Axe;
pub use browser::Browser;
pub use device::Device;
pub use keyboard::Keyboard;
pub use shopper::Shopper;
pub use tester::Tester;
pub use window::{Window, free_port};
