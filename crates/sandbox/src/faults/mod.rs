//! Faults on purpose: which requests they meet, and what they do to them.

mod layer;

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use axum::http::Method;
use serde::{Deserialize, Serialize};

pub(crate) use layer::layer;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fault {
    /// The connection closes before anything is done.
    Refuse,
    /// It is done, and the connection closes without an answer.
    DropAnswer,
    /// It is done after a wait.
    Delay { ms: u64 },
    /// Nothing is done; the answer is an error of the API.
    Error {
        status: u16,
        code: String,
        message: String,
        /// Seconds, sent as `Retry-After`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
    },
    /// Nothing is done; the answer is a proxy's page.
    Html { status: u16 },
    /// It is done, and the answer is no JSON.
    Malformed,
    /// It is done, and the answer breaks off in the middle.
    Truncated,
}

impl Fault {
    /// Its `kind`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::DropAnswer => "drop_answer",
            Self::Delay { .. } => "delay",
            Self::Error { .. } => "error",
            Self::Html { .. } => "html",
            Self::Malformed => "malformed",
            Self::Truncated => "truncated",
        }
    }
}

/// Which requests a fault meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// Any, unless one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Such as `/auth/v1/token`; a `*` at the end stands for whatever follows.
    pub path: String,
    pub fault: Fault,
    /// How many requests pass before the first that it meets.
    #[serde(default)]
    pub skip: u32,
    /// How many it meets; all, unless a number is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

impl Rule {
    fn concerns(&self, method: &Method, path: &str) -> bool {
        let method_fits = self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()));
        let path_fits = match self.path.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == self.path,
        };
        method_fits && path_fits
    }

    /// Why it could never do what it says; `None` when it can.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        let is_status = |status: u16| (400..600).contains(&status);
        match &self.fault {
            _ if !self.path.starts_with('/') => Some("path must begin with /"),
            Fault::Error { status, .. } | Fault::Html { status } if !is_status(*status) => {
                Some("status must be between 400 and 599")
            }
            Fault::Delay { ms } if *ms > 120_000 => Some("ms must be 120000 or less"),
            _ => None,
        }
    }
}

/// A rule that is in force.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Standing {
    pub id: u32,
    #[serde(flatten)]
    pub rule: Rule,
    /// How many requests it concerned, and how many of them it met.
    pub seen: u32,
    pub met: u32,
}

/// All rules in force.
#[derive(Default)]
pub(crate) struct Faults {
    /// So that a sandbox without faults pays one look.
    any: AtomicBool,
    standing: Mutex<Vec<Standing>>,
}

/// What a request met, for whoever tells it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Met {
    pub name: &'static str,
    /// Whether it was done all the same.
    pub reached: bool,
    /// Whether the answer was held back.
    pub dropped: bool,
}

impl Faults {
    /// Sets a rule and says its number.
    pub(crate) fn set(&self, rule: Rule) -> u32 {
        let mut standing = self.lock();
        let id = standing.iter().map(|rule| rule.id).max().unwrap_or(0) + 1;
        standing.push(Standing { id, rule, seen: 0, met: 0 });
        self.any.store(true, Ordering::Release);
        id
    }

    /// Lifts a rule; false if there is none of this number.
    pub(crate) fn lift(&self, id: u32) -> bool {
        let mut standing = self.lock();
        let before = standing.len();
        standing.retain(|rule| rule.id != id);
        self.any.store(!standing.is_empty(), Ordering::Release);
        standing.len() < before
    }

    pub(crate) fn lift_all(&self) {
        self.lock().clear();
        self.any.store(false, Ordering::Release);
    }

    pub(crate) fn list(&self) -> Vec<Standing> {
        self.lock().clone()
    }

    /// The fault that meets this request: of the first rule that has one left for it.
    fn meet(&self, method: &Method, path: &str) -> Option<Fault> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        self.lock().iter_mut().filter(|standing| standing.rule.concerns(method, path)).find_map(|standing| {
            standing.seen += 1;
            let left = standing.rule.times.is_none_or(|times| standing.met < times);
            if standing.seen <= standing.rule.skip || !left {
                return None;
            }
            standing.met += 1;
            Some(standing.rule.fault.clone())
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Standing>> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> Rule {
        serde_json::from_str(json).expect("a rule")
    }

    #[test]
    fn a_rule_meets_what_it_names_after_what_it_skips_and_no_more_often_than_it_says() {
        let faults = Faults::default();
        let meets = |method: Method, path: &str| faults.meet(&method, path).is_some();
        assert!(!meets(Method::POST, "/auth/v1/token"));
        let id = faults
            .set(rule(r#"{"method":"post","path":"/auth/v1/token","fault":{"kind":"refuse"},"skip":1,"times":2}"#));
        assert!(!meets(Method::GET, "/auth/v1/token"));
        assert!(!meets(Method::POST, "/auth/v1/tokens"));
        let met: Vec<bool> = (0..5).map(|_| meets(Method::POST, "/auth/v1/token")).collect();
        assert_eq!(met, [false, true, true, false, false]);
        let listed = faults.list();
        assert_eq!((listed[0].seen, listed[0].met), (5, 2));
        assert!(faults.lift(id) && !faults.lift(id));
        faults.set(rule(r#"{"path":"/rest/*","fault":{"kind":"html","status":502}}"#));
        assert!(meets(Method::GET, "/rest/v1/carts") && !meets(Method::GET, "/auth/v1/user"));
        faults.lift_all();
        assert!(!meets(Method::GET, "/rest/v1/carts"));
    }

    #[test]
    fn rules_that_say_nothing_or_too_much_are_refused() {
        for text in [
            r#"{"fault":{"kind":"refuse"}}"#,
            r#"{"path":"/x","fault":{"kind":"explode"}}"#,
            r#"{"path":"/x","fault":{"kind":"refuse"},"often":3}"#,
            r#"{"path":"/x","fault":{"kind":"delay"}}"#,
        ] {
            assert!(serde_json::from_str::<Rule>(text).is_err(), "{text}");
        }
        for text in [
            r#"{"path":"x","fault":{"kind":"refuse"}}"#,
            r#"{"path":"/x","fault":{"kind":"html","status":200}}"#,
            r#"{"path":"/x","fault":{"kind":"delay","ms":120001}}"#,
        ] {
            assert!(rule(text).flaw().is_some(), "{text}");
        }
    }
}
