//! What the engine knows, and what it reckons from it: the server's time, and how good the session is now.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{Clock, Error, Session, Standing, State, document::Document};

/// A token is renewed this long before it runs out, so that a request under way does not outlive it. Shorter for tokens
/// that live but minutes.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// A clock that was set back by more than this between two starts says nothing about the age of a token.
const SET_BACK: SignedDuration = SignedDuration::from_secs(5);

/// Everything the engine knows. Locked for moments only, never across anything that waits.
pub(super) struct Memory {
    pub document: Document,
    /// Of the record in the store that `document` follows on; 0 when there is none.
    pub generation: u64,
    /// Whether the store has `document`. If not, it is to be written again.
    pub durable: bool,
    /// Why the record can't be read, if it can't. Then nothing is changed.
    pub unreadable: Option<Error>,
    /// The state that listeners were told last.
    pub told: State,
    pub seq: u64,
    pub failing: Option<Failing>,
    /// When the keeper last looked whether a link was confirmed elsewhere, by the timers' clock.
    pub looked_at: Option<tokio::time::Instant>,
    anchor: Option<Anchor>,
    clock_was_set_back: bool,
}

/// A moment known by both clocks.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    server: Timestamp,
    elapsed: Duration,
}

/// Refreshing does not work for now.
pub(super) struct Failing {
    pub error: Error,
    /// By [`Clock::elapsed`]: before this nobody tries unless asked to in so many words.
    pub not_before: Duration,
    pub delays: Box<dyn Iterator<Item = Duration> + Send>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            document: Document::default(),
            generation: 0,
            durable: true,
            unreadable: None,
            told: State::Absent,
            seq: 0,
            failing: None,
            looked_at: None,
            anchor: None,
            clock_was_set_back: false,
        }
    }

    pub(super) fn session(&self) -> Result<Arc<Session>, Error> {
        match (&self.unreadable, &self.document.session) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(kept)) => Ok(kept.0.clone()),
            (None, None) => Err(Error::NoSession),
        }
    }

    /// Takes over what the store holds.
    pub(super) fn adopt(&mut self, document: Document, generation: u64, clock: &dyn Clock) {
        let written = document.written_at.unwrap_or(Timestamp::MIN);
        // Anchored: this process has heard from the server, and the computer's clock no longer matters.
        self.clock_was_set_back =
            self.anchor.is_none() && clock.now() < written.saturating_sub(SET_BACK).unwrap_or(written);
        self.document = document;
        self.generation = generation;
        self.durable = true;
        self.unreadable = None;
    }

    /// A token was just issued: its `iat` is the server's time at some moment after the request was `sent`. Taking the
    /// earlier moment makes tokens look a little older than they are, never younger (item 51).
    pub(super) fn hear_server_time(&mut self, session: &Session, sent: Duration, now: Timestamp) {
        self.anchor = Some(Anchor { server: session.issued_at, elapsed: sent });
        self.clock_was_set_back = false;
        self.document.server_ahead = session.issued_at.duration_since(now).as_secs();
    }

    /// What time it is at the server: reckoned from the last token that was issued to this process, by the clock that nobody
    /// sets; before that, from how far apart the clocks were when the record was written.
    pub(super) fn server_now(&self, clock: &dyn Clock) -> Timestamp {
        let now = if let Some(Anchor { server, elapsed }) = self.anchor {
            server.checked_add(clock.elapsed().saturating_sub(elapsed))
        } else {
            clock.now().checked_add(SignedDuration::from_secs(self.document.server_ahead))
        };
        now.unwrap_or(Timestamp::MAX)
    }

    /// Whether requests may go out with the access token without renewing it first.
    pub(super) fn is_fresh(&self, session: &Session, clock: &dyn Clock) -> bool {
        self.fresh_for(session, clock).is_some()
    }

    /// How long until the access token should be renewed; `None` if it should be now.
    pub(super) fn fresh_for(&self, session: &Session, clock: &dyn Clock) -> Option<Duration> {
        if self.clock_was_set_back {
            return None;
        }
        let margin = MARGIN.min(session.lifetime() / 4);
        let left = session.expires_at.duration_since(self.server_now(clock)) - margin;
        Duration::try_from(left).ok().filter(|left| !left.is_zero())
    }

    /// Whether the server would still take the access token.
    pub(super) fn is_valid(&self, session: &Session, clock: &dyn Clock) -> bool {
        self.server_now(clock) < session.expires_at
    }

    pub(super) fn standing(&self, session: &Session, clock: &dyn Clock) -> Standing {
        let banned =
            self.failing.as_ref().is_some_and(|failing| failing.error.code() == Some(&crate::Code::UserBanned));
        if banned {
            Standing::Blocked
        } else if self.is_valid(session, clock) {
            Standing::Valid
        } else {
            Standing::Stale
        }
    }

    /// The state as it is now. Without a session, the end that was told stays told.
    pub(super) fn state(&self, clock: &dyn Clock) -> State {
        match (self.session(), &self.told) {
            (Ok(session), _) => State::Present { standing: self.standing(&session, clock), session },
            (Err(Error::NoSession), State::Ended(ended)) => State::Ended(ended.clone()),
            (Err(Error::NoSession), _) => State::Absent,
            (Err(error), _) => State::Unreadable(error),
        }
    }
}
