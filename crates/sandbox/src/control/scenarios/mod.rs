//! Scenarios: one call each puts the sandbox where a tester wants it. They add to what is there, so that they can be set
//! while the shop is open; only `empty` begins anew.

mod list;
mod long;
mod set;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;

use super::{Refusal, tell};
use crate::{faults::Rule, state::Sandbox};

/// One scenario: its name is part of its address.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Scenario {
    name: &'static str,
    /// How things stand afterwards.
    about: &'static str,
    /// What to do in the shop then.
    then: &'static str,
    /// What must be seen, for a tester to tick.
    see: &'static str,
    #[serde(skip)]
    steps: &'static [Step],
}

/// What sets a scenario.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Everything away.
    Reset,
    /// A member, new even if there was one with this address or number. The password is `PASSWORD`.
    Account { email: &'static str, phone: &'static str },
    /// A guest with two lines; with an address they asked to link, its code waits in the inbox.
    Guest { links: Option<&'static str> },
    /// Statements of this program's own.
    Sql(&'static str),
    /// A fault; JSON as the control API takes it.
    Fault(&'static str),
    /// Seconds are added to the clock.
    Advance(i64),
    /// No guest more from this computer for now.
    NoGuestsLeft,
}

/// Of every account that a scenario makes.
const PASSWORD: &str = "carryover-1";

pub(super) async fn get() -> Json<&'static [Scenario]> {
    Json(list::ALL)
}

pub(super) async fn post(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
) -> Result<Json<Scenario>, Refusal> {
    let scenario = list::ALL.iter().find(|scenario| scenario.name == name);
    let scenario = scenario.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "there is no scenario of this name"))?;
    for step in scenario.steps {
        set::step(&sandbox, *step).await?;
    }
    tell(&sandbox, format!("set the scenario {name}"));
    Ok(Json(*scenario))
}

/// Reads a fault of the list.
fn rule(json: &str) -> Result<Rule, Refusal> {
    serde_json::from_str(json).map_err(|error| Refusal::failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_addresses_and_every_fault_of_the_list_is_one() {
        let names: BTreeSet<_> = list::ALL.iter().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), list::ALL.len(), "each once");
        assert!(
            names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
        );
        for step in list::ALL.iter().flat_map(|scenario| scenario.steps) {
            if let Step::Fault(json) = step {
                assert_eq!(rule(json).expect("a fault").flaw(), None, "{json}");
            }
        }
    }
}
