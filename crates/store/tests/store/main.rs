//! The local database: who this device is, what it keeps, and what it survives.

mod answers;
mod files;
mod forgetting;
mod recovery;
mod support;
mod who;
