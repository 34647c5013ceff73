//! Access tokens that run out before their time, at a tester's word: those of one session that were given out until then.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;
use uuid::Uuid;

/// An end that lies farther ahead than this many seconds was set before the clock went back, and is over.
const AHEAD: i64 = 60;

/// By session, the second up to which its tokens were ended. In memory: a restart forgets it.
#[derive(Default)]
pub(crate) struct EarlyEnds(Mutex<HashMap<Uuid, i64>>);

impl EarlyEnds {
    /// Ends all tokens that the session got until now.
    pub(crate) fn end(&self, session: Uuid, now: i64) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(session)
            // The one that was given out after an end within this very second carries the next one.
            .and_modify(|end| *end = if *end > now + AHEAD { now } else { now.max(*end + 1) })
            .or_insert(now);
    }

    /// Whether these claims are of a token that was ended.
    pub(crate) fn has_ended(&self, claims: &Value) -> bool {
        let session = claims["session_id"].as_str().and_then(|id| Uuid::parse_str(id).ok());
        let end = session.and_then(|session| self.of(session));
        end.is_some_and(|end| claims["iat"].as_i64().is_some_and(|issued| issued <= end))
    }

    /// The second that a new token of a session carries: later than those that were ended, even if the clock stands still.
    pub(crate) fn issue(&self, session: Uuid, now: i64) -> i64 {
        self.of(session).filter(|end| *end <= now + AHEAD).map_or(now, |end| now.max(end + 1))
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn of(&self, session: Uuid) -> Option<i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&session).copied()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_given_out_until_now_has_ended_and_what_comes_next_has_not() {
        let (ends, session) = (EarlyEnds::default(), Uuid::new_v4());
        let ended = |issued: i64| ends.has_ended(&json!({ "session_id": session, "iat": issued }));
        assert!(!ended(100));
        assert_eq!(ends.issue(session, 100), 100);
        // Again and again within one second.
        for next in 101..105 {
            ends.end(session, 100);
            assert!(ended(next - 1));
            assert_eq!(ends.issue(session, 100), next);
            assert!(!ended(next));
        }
        assert!(!ends.has_ended(&json!({ "session_id": Uuid::new_v4(), "iat": 1 })), "another session's");
        assert!(!ends.has_ended(&json!({ "role": "service_role" })), "a key");
        assert_eq!(ends.issue(session, 200), 200);
    }
}
