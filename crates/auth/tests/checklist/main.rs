//! What this client promises, item by item: `docs/auth-client.md` lists them. Faults come from scripted servers, the truth from
//! the sandbox.

mod support;

mod crypto;
mod events;
mod identity;
mod oauth;
mod parity;
mod privacy;
mod processes;
mod refresh;
mod second_factor;
mod sign_out;
mod simulation;
mod startup;
mod table;
mod truth;
mod truth_upgrade;
mod upgrade;
