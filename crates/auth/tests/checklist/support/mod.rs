//! What the tests share: a clock to turn, a disk that can fail, a server in memory, and one that is scripted.

pub(crate) mod clock;
pub(crate) mod disk;
pub(crate) mod scripted;
pub(crate) mod server;
pub(crate) mod truth;

use std::{sync::Arc, time::Duration};

use carryover_auth::{Api, Contact, Email, Engine, Session};
use uuid::Uuid;

pub(crate) use clock::TestClock;
pub(crate) use disk::Disk;
pub(crate) use scripted::Scripted;
pub(crate) use server::{Fault, Server};

pub(crate) const GUEST: Uuid = Uuid::from_u128(1);
pub(crate) const OTHER: Uuid = Uuid::from_u128(2);

pub(crate) fn email(address: &str) -> Email {
    Email::parse(address).expect("an address")
}

pub(crate) fn ana() -> Contact {
    email("ana@example.com").into()
}

/// A device: its disk and clock outlive the programs that run on it. Its server is in memory and keeps time with it, so tests
/// with paused timers go through days in moments.
#[derive(Clone)]
pub(crate) struct Device {
    pub server: Server,
    pub disk: Disk,
    pub clock: TestClock,
}

impl Device {
    pub(crate) fn new() -> Self {
        let clock = TestClock::new();
        Self { server: Server::new(clock.clone()), disk: Disk::default(), clock }
    }

    /// Another start of the program.
    pub(crate) async fn start(&self) -> Engine<Disk> {
        let url = "http://server.test".parse().expect("a URL");
        let api = Api::with_transport(&url, "publishable", Arc::new(self.server.clone())).expect("a client");
        Engine::load(api, self.disk.clone(), Arc::new(self.clock.clone())).await
    }

    pub(crate) async fn guest(&self) -> (Engine<Disk>, Arc<Session>) {
        let engine = self.start().await;
        let guest = engine.ensure_anonymous().await.expect("a guest");
        (engine, guest)
    }
}

/// Until something holds; with paused timers no time at all.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..20_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never came: {what}");
}
