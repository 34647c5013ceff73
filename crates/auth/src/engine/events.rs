//! Telling others: a state to look at, and events in order. Both go through channels after the change is made, so that a
//! listener can call anything, be slow, or panic (items 45 and 46).

use tokio::sync::{broadcast, watch};

use super::{Inner, memory::Memory};
use crate::{Cause, Engine, Event, SessionStore, State};

/// Events from the moment of listening.
pub struct Events {
    initial: Option<Event>,
    later: broadcast::Receiver<Event>,
}

impl Events {
    /// The next event: first how things stand ([`Cause::Initial`], once), then every change. `None` when the engine is gone.
    /// Whoever falls far behind misses some, which shows as a gap in [`Event::seq`].
    pub async fn next(&mut self) -> Option<Event> {
        if let Some(initial) = self.initial.take() {
            return Some(initial);
        }
        loop {
            match self.later.recv().await {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

impl<S: SessionStore> Engine<S> {
    /// The state now, and word of every change.
    pub fn watch(&self) -> watch::Receiver<State> {
        self.0.state.subscribe()
    }

    /// Events from now on.
    pub fn events(&self) -> Events {
        // Under the lock that events are sent under: none is missed and none comes twice.
        let memory = self.0.memory();
        let state = memory.told.clone();
        let initial = Event { seq: memory.seq, previous: State::Absent, next: state, cause: Cause::Initial };
        Events { initial: Some(initial), later: self.0.events.subscribe() }
    }
}

impl<S: SessionStore> Inner<S> {
    /// Tells what changed, if a listener would see a difference.
    pub(super) fn tell(&self, memory: &mut Memory, cause: Cause) {
        let next = match cause {
            Cause::EndedByServer | Cause::SignedOut => {
                memory.document.ended.last().cloned().map_or(State::Absent, State::Ended)
            }
            _ => memory.state(&*self.clock),
        };
        let always = matches!(cause, Cause::StoreDegraded | Cause::StoreRecovered);
        if !always && next.same(&memory.told) {
            return;
        }
        memory.seq += 1;
        let previous = std::mem::replace(&mut memory.told, next.clone());
        // Nobody listening is fine.
        let _ = self.events.send(Event { seq: memory.seq, previous, next: next.clone(), cause });
        self.state.send_replace(next);
        self.poke.notify_one();
    }
}
