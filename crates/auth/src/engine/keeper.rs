//! The keeper: refreshes in time, tells the server what waits to be told, looks whether a link was confirmed elsewhere, and
//! notices that the computer slept. Whatever fails, there is always a next time (item 17).

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

use super::{Inner, memory::Memory};
use crate::{Engine, Error, SessionStore, pause};

/// How long it looks away at most. Timers stand still while a computer sleeps: this bounds how late it notices.
const LOOK_AWAY: Duration = Duration::from_secs(10);
/// The clock that counts sleep ran ahead of the timers by this: the computer slept.
const SLEPT: Duration = Duration::from_secs(5);
/// Between two looks at a link that waits for its code. People confirm in a browser, too.
const PENDING_LOOK: Duration = Duration::from_secs(15);
/// How long a link is looked at: as long as codes live by default.
const PENDING_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);
/// At the least between two rounds.
const BREATH: Duration = Duration::from_millis(200);

/// How the keeper is doing.
#[derive(Debug, Clone, Default)]
pub struct KeeperStatus {
    /// Whether it runs.
    pub running: bool,
    /// When it will refresh next, by this computer's clock. While it runs there is always such a time.
    pub next_refresh: Option<Timestamp>,
    /// What the last refresh met, if it failed.
    pub last_error: Option<Error>,
}

impl<S: SessionStore> Engine<S> {
    /// Starts the keeper, once. It ends with [`Engine::shutdown`], or with the last clone of the engine.
    pub fn keep_fresh(&self) {
        let was_running = self.0.keeper.send_replace(KeeperStatus { running: true, ..KeeperStatus::default() }).running;
        if was_running || self.0.tasks.is_closed() {
            return;
        }
        let inner = self.0.clone();
        self.0.spawn(async move {
            let mut delays = pause::delays();
            loop {
                let keeper = inner.clone();
                match inner.spawn(async move { keeper.keep().await }).await {
                    Ok(ended) => return ended,
                    Err(broken) => tracing::error!(%broken, "the keeper broke off and starts anew"),
                }
                tokio::time::sleep(delays.next().unwrap_or(LOOK_AWAY)).await;
            }
        });
    }

    /// How the keeper is doing, and word of every change.
    pub fn keeper(&self) -> tokio::sync::watch::Receiver<KeeperStatus> {
        self.0.keeper.subscribe()
    }
}

/// When what was last done, by the timers' clock.
struct Rounds {
    revoking: Option<Instant>,
    revoke_delays: Box<dyn Iterator<Item = Duration> + Send>,
}

impl<S: SessionStore> Inner<S> {
    async fn keep(self: Arc<Self>) -> Result<(), Error> {
        let mut rounds = Rounds { revoking: None, revoke_delays: Box::new(pause::delays()) };
        while !self.quit.is_cancelled() {
            self.round(&mut rounds).await;
            let wait = self.next_look();
            self.publish(wait);
            let wait = wait.clamp(BREATH, LOOK_AWAY);
            let (elapsed, timer) = (self.clock.elapsed(), Instant::now());
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.poke.notified() => tokio::time::sleep(BREATH).await,
                () = self.quit.cancelled() => break,
            }
            let counted = self.clock.elapsed().saturating_sub(elapsed);
            if counted > timer.elapsed() + SLEPT {
                tracing::info!("the computer slept; looking at the session at once");
                if let Some(failing) = &mut self.memory().failing {
                    failing.not_before = Duration::ZERO;
                }
            }
        }
        self.keeper.send_replace(KeeperStatus::default());
        Ok(())
    }

    async fn round(self: &Arc<Self>, rounds: &mut Rounds) {
        let due = {
            let memory = self.memory();
            memory
                .session()
                .ok()
                .filter(|session| !memory.is_fresh(session, &*self.clock) && self.cooling(&memory).is_none())
        };
        if let Some(session) = due {
            // Its failure is noted where everybody sees it.
            let _ = self.refresh(&session, false).await;
        }
        let now = Instant::now();
        if self.should_look_at_link(now) {
            let _ = self.look_at_link().await;
        }
        if self.memory().document.revocations.is_empty() {
            (rounds.revoking, rounds.revoke_delays) = (None, Box::new(pause::delays()));
        } else if rounds.revoking.is_none_or(|not_before| now >= not_before) {
            let _ = self.revoke_all().await;
            rounds.revoking = rounds.revoke_delays.next().map(|delay| Instant::now() + delay);
        }
    }

    fn should_look_at_link(&self, now: Instant) -> bool {
        let mut memory = self.memory();
        let sent = memory.document.pending.as_ref().map(|pending| pending.sent_at);
        let waits = sent.is_some_and(|sent| self.clock.now().duration_since(sent) < PENDING_FOR);
        let due = memory.looked_at.is_none_or(|last| now - last >= PENDING_LOOK);
        let look = waits && due && memory.failing.is_none();
        if look {
            memory.looked_at = Some(now);
        }
        look
    }

    /// How long until the session wants something.
    fn next_look(&self) -> Duration {
        let memory = self.memory();
        let Ok(session) = memory.session() else { return LOOK_AWAY };
        match (memory.fresh_for(&session, &*self.clock), &memory.failing) {
            (Some(left), _) => left,
            (None, Some(failing)) => failing.not_before.saturating_sub(self.clock.elapsed()),
            (None, None) => Duration::ZERO,
        }
    }

    fn publish(&self, wait: Duration) {
        let memory: &Memory = &self.memory();
        let last_error = memory.failing.as_ref().map(|failing| failing.error.clone());
        let next_refresh = self.clock.now().checked_add(wait).ok();
        self.keeper.send_replace(KeeperStatus { running: true, next_refresh, last_error });
    }
}
