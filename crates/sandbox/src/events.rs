//! What happens, as it happens: every request, and what it meant for somebody's account.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::control::Claims;

/// How many are kept for whoever comes late or falls behind.
const KEPT: usize = 1000;

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event {
    /// Counts from 1, without gaps.
    pub id: u64,
    /// By the sandbox's clock, in milliseconds since 1970.
    pub at: f64,
    #[serde(flatten)]
    pub what: What,
}

/// What it was. Nothing in here is a secret: no token, no code, no address.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum What {
    /// A request was answered, or its answer was dropped.
    Request {
        method: String,
        /// Without its query.
        path: String,
        /// The harmless part of the query, as it was asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        query: Option<String>,
        /// `None` when no answer was sent.
        status: Option<u16>,
        /// How long it took, in milliseconds.
        ms: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        error_code: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<Uuid>,
        /// What it meant for the user, in the words of Supabase Auth's audit log.
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<&'static str>,
        /// The fault that was in its way.
        #[serde(skip_serializing_if = "Option::is_none")]
        fault: Option<&'static str>,
    },
    /// Somebody moved something from the console.
    Control { did: String },
    /// Guests who did not come back were removed.
    CleanUp { guests: u64, carts: u64 },
}

/// Where events are told and heard. Nobody who tells one ever waits for those who listen.
pub(crate) struct Events {
    /// What the tokens said that came with the requests.
    pub claims: Claims,
    kept: Mutex<VecDeque<Event>>,
    news: broadcast::Sender<Event>,
}

impl Default for Events {
    fn default() -> Self {
        Self { claims: Claims::default(), kept: Mutex::default(), news: broadcast::Sender::new(KEPT) }
    }
}

impl Events {
    /// Tells one that happened at `now` (seconds).
    pub(crate) fn tell(&self, now: f64, what: What) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let id = kept.back().map_or(0, |last| last.id) + 1;
        let event = Event { id, at: (now * 1000.0).round(), what };
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(event.clone());
        // Under the lock, so that all hear them in their order. Nobody listening is no error.
        let _ = self.news.send(event);
    }

    /// Those after `id` that are still kept, and all that come from here on: none is missed in between.
    pub(crate) fn after(&self, id: u64) -> (Vec<Event>, broadcast::Receiver<Event>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.iter().filter(|event| event.id > id).cloned().collect(), self.news.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_thousand_are_kept_and_the_numbers_have_no_gaps() {
        let events = Events::default();
        for _ in 0..KEPT + 5 {
            events.tell(1.5, What::Control { did: "nothing".to_owned() });
        }
        let (kept, mut news) = events.after(0);
        let ids: Vec<u64> = kept.iter().map(|event| event.id).collect();
        assert_eq!(ids, (6..=KEPT as u64 + 5).collect::<Vec<_>>());
        assert!(events.after(KEPT as u64 + 4).0.len() == 1);
        events.tell(2.0, What::CleanUp { guests: 1, carts: 0 });
        let heard = news.try_recv().expect("the news");
        assert_eq!((heard.id, heard.at), (KEPT as u64 + 6, 2000.0));
    }
}
