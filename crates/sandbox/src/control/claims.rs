//! What the newest access token of each session says. Its claims only: they are no secret, the token is.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;
use uuid::Uuid;

/// How many sessions are remembered: more than one screen can show.
const KEPT: usize = 200;

/// By session; the one that was heard last stands at the end. In memory: a restart forgets them, the next request tells them again.
#[derive(Default)]
pub(crate) struct Claims(Mutex<VecDeque<(Uuid, Value)>>);

impl Claims {
    /// Keeps the claims of a token that was checked, unless a newer one of its session is known.
    pub(crate) fn remember(&self, claims: Value) {
        let session = claims["session_id"].as_str().and_then(|id| Uuid::parse_str(id).ok());
        let Some(session) = session else { return };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(id, _)| *id == session).and_then(|at| kept.remove(at));
        let newest = match known {
            Some((_, known)) if known["iat"].as_i64() > claims["iat"].as_i64() => known,
            _ => claims,
        };
        kept.push_back((session, newest));
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }

    /// Those of a session, as long as they are remembered.
    pub(super) fn of(&self, session: Uuid) -> Option<Value> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(id, _)| *id == session).map(|(_, claims)| claims.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_claims_of_the_last_sessions_are_kept() {
        let (claims, first) = (Claims::default(), Uuid::new_v4());
        let say = |session: Uuid, issued: i64| claims.remember(json!({ "session_id": session, "iat": issued }));
        say(first, 2);
        say(first, 1);
        assert_eq!(claims.of(first).expect("claims")["iat"], 2, "an older token tells nothing new");
        say(first, 3);
        assert_eq!(claims.of(first).expect("claims")["iat"], 3);
        claims.remember(json!({ "sub": "without a session" }));
        for _ in 0..KEPT {
            say(Uuid::new_v4(), 1);
        }
        assert_eq!(claims.of(first), None, "no more than {KEPT}");
    }
}
