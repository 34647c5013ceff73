//! The shop without a window, against a real sandbox.

mod cart;
mod check_out;
mod devices;
mod faults;
mod first_catalog;
mod leaving;
mod offline;
mod path;
mod reviews;
mod support;
mod switch;
mod table;
mod unheard;
mod upgrade;
mod ways;
