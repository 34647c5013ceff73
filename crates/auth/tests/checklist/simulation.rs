//! Chance: random interleavings of everything with faults at every request, and a month of ordinary life. Timers are paused,
//! so that hours pass in moments and every run is the same for its seed.

use std::{collections::HashSet, time::Duration};

use carryover_auth::{Engine, Error, Otp, OverGuest, Password, SignOut, SignedIn, UserUpdate};
use fastrand::Rng;
use uuid::Uuid;

use crate::support::{
    Device, Disk, Fault, ana, email,
    server::{CODE, PASSWORD},
    until,
};

/// How many worlds are tried; `CARRYOVER_AUTH_WORLDS` tries more.
const WORLDS: u64 = 400;
const STEPS: usize = 40;

fn worlds() -> u64 {
    std::env::var("CARRYOVER_AUTH_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(WORLDS)
}

/// A device in a world full of faults.
struct World {
    seed: u64,
    rng: Rng,
    device: Device,
    engine: Engine<Disk>,
    /// Another program on the same store.
    other: Engine<Disk>,
    /// Who must be signed in, if it is certain.
    expected: Option<Uuid>,
    /// Who signed out: never to be seen again.
    left: HashSet<Uuid>,
    /// Of [`PASSWORD`].
    account: Uuid,
    may_be_lost: usize,
    guests: usize,
    under_way: Vec<tokio::task::JoinHandle<()>>,
}

fn faults(seed: u64) -> impl FnMut(&str) -> Fault + Send + 'static {
    let mut rng = Rng::with_seed(seed);
    let share = rng.f32() * 0.5;
    move |_| {
        if rng.f32() > share {
            return Fault::None;
        }
        match rng.u8(0..9) {
            0 | 1 => Fault::Refuse,
            2 => Fault::LoseRequest,
            3 | 4 => Fault::LoseAnswer,
            5 => Fault::Instead(503, "<html>"),
            6 => Fault::Instead(200, "<html>"),
            7 => Fault::Instead(429, r#"{"code":"over_request_rate_limit","message":""}"#),
            _ => Fault::Hang,
        }
    }
}

impl World {
    async fn new(seed: u64) -> Self {
        let device = Device::new();
        let mut rng = Rng::with_seed(seed);
        device.server.plan(faults(seed ^ 0x5eed));
        let mut latency = rng.fork();
        device.server.latency(move || Duration::from_millis(latency.u64(0..3000)));
        let account = device.server.account("member@example.com");
        let (engine, other) = (device.start().await, device.start().await);
        if rng.bool() {
            engine.keep_fresh();
        }
        Self {
            seed,
            rng,
            device,
            engine,
            other,
            expected: None,
            left: HashSet::new(),
            account,
            may_be_lost: 0,
            guests: 0,
            under_way: Vec::new(),
        }
    }

    /// Something happens.
    async fn step(&mut self) {
        match self.rng.u8(0..16) {
            0..=7 => self.operation().await,
            8 | 9 => self.guest().await,
            10 if self.rng.bool() => self.sign_out().await,
            10 => self.hurry().await,
            11 => self.switch().await,
            12 => tokio::time::sleep(Duration::from_secs(self.rng.u64(0..7200))).await,
            13 => self.device.clock.set_wrong(self.rng.i64(-100_000..100_000)),
            14 => self.device.clock.sleep(self.rng.i64(0..20_000)),
            _ => self.restart().await,
        }
        self.check();
    }

    /// Anything that must not change who is signed in: waited for, left running, or dropped half-way.
    async fn operation(&mut self) {
        let engine = if self.rng.u8(0..4) == 0 { self.other.clone() } else { self.engine.clone() };
        let (which, patience) = (self.rng.u8(0..7), Duration::from_millis(self.rng.u64(0..4000)));
        let fills_up = self.rng.u8(0..8) == 0;
        self.device.disk.fill(fills_up);
        let work = async move {
            match which {
                0 => drop(engine.access_token().await),
                1 => drop(engine.refresh_now().await),
                2 => drop(engine.update_user(UserUpdate::default()).await),
                3 => drop(engine.link(ana()).await),
                4 => drop(engine.confirm_link(&Otp::new(CODE.into())).await),
                5 => drop(engine.confirm_link(&Otp::new("000000".into())).await),
                _ => drop(engine.check_link().await),
            }
        };
        match self.rng.u8(0..3) {
            0 => work.await,
            1 => self.under_way.push(tokio::spawn(work)),
            _ => drop(tokio::time::timeout(patience, work).await),
        }
        if fills_up {
            self.device.disk.fill(false);
            self.written().await;
        }
    }

    /// Somebody leaves and somebody comes while things are under way.
    async fn hurry(&mut self) {
        let (engine, which) = (self.engine.clone(), self.rng.u8(0..5));
        self.under_way.push(tokio::spawn(async move {
            match which {
                0 => drop(engine.refresh_now().await),
                1 => drop(engine.update_user(UserUpdate::default()).await),
                2 => drop(engine.link(ana()).await),
                3 => drop(engine.confirm_link(&Otp::new(CODE.into())).await),
                _ => drop(engine.check_link().await),
            }
        }));
        tokio::time::sleep(Duration::from_millis(self.rng.u64(0..1500))).await;
        self.sign_out().await;
        self.guest().await;
    }

    /// Until what is in memory is on the disk: what a kill before that means is the matter of item 23.
    async fn written(&self) {
        for work in &self.under_way {
            let _ = tokio::time::timeout(Duration::from_mins(2), async {
                while !work.is_finished() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            })
            .await;
        }
        tokio::time::sleep(Duration::from_mins(11)).await;
    }

    async fn guest(&mut self) {
        match self.engine.ensure_anonymous().await {
            Ok(session) => {
                if self.expected.is_none() {
                    self.guests += 1;
                }
                let user = session.user.id;
                assert!(!self.left.contains(&user), "seed {}: {user} is back", self.seed);
                assert!(self.expected.is_none_or(|expected| expected == user), "seed {}: another guest", self.seed);
                self.expected = Some(user);
            }
            Err(Error::AmbiguousSignUp) => {
                assert!(self.expected.is_none());
                self.may_be_lost += 1;
                self.engine.accept_lost_guest().await.expect("noted");
            }
            Err(_) => assert!(self.expected.is_none(), "seed {}: a guest was there", self.seed),
        }
    }

    /// Somebody goes over to an account that exists, from a guest's cart or from nothing.
    async fn switch(&mut self) {
        let password = Password::new(PASSWORD.into());
        let signed_in =
            self.engine.sign_in_with_password(email("member@example.com"), password, None, OverGuest::Park).await;
        match signed_in {
            // Over nobody, or over a member: a guest who was upgraded. The policy is for guests.
            Ok(SignedIn::Current(session)) => {
                assert_eq!(session.user.id, self.account, "seed {}", self.seed);
                self.left.extend(self.expected.replace(self.account).filter(|user| *user != self.account));
            }
            Ok(SignedIn::Candidate(_)) if self.rng.bool() => {
                let session = self.engine.switch_to_candidate().await.expect("it waits");
                assert_eq!(session.user.id, self.account, "seed {}", self.seed);
                self.left.extend(self.expected.replace(self.account));
            }
            Ok(SignedIn::Candidate(_)) => self.engine.drop_candidate().await.expect("given up"),
            Err(_) => {}
        }
    }

    async fn sign_out(&mut self) {
        let out = SignOut { lose_guest: true, ..SignOut::default() };
        self.engine.sign_out(out).await.expect("always possible");
        // A guest is gone for good; an account can come back.
        self.left.extend(self.expected.take().filter(|user| *user != self.account));
    }

    async fn restart(&mut self) {
        let grace = Duration::from_millis(self.rng.u64(0..1000));
        self.engine.shutdown(grace).await;
        self.engine = self.device.start().await;
        if self.rng.bool() {
            self.engine.keep_fresh();
        }
    }

    fn check(&self) {
        let seen = self.engine.session().map(|session| session.user.id);
        assert_eq!(seen, self.expected, "seed {}", self.seed);
        let stored = self.device.disk.session().map(|session| session.user.id);
        assert_eq!(stored, self.expected, "seed {}: on disk", self.seed);
    }

    /// The faults end, and everything still works.
    async fn finish(mut self) {
        self.device.server.plan(|_| Fault::None);
        self.device.server.latency(|| Duration::from_millis(10));
        for work in std::mem::take(&mut self.under_way) {
            let _ = work.await;
        }
        // Until the last request that met a fault has given up.
        tokio::time::sleep(Duration::from_mins(1)).await;
        self.engine.try_again();
        self.check();
        if let Some(expected) = self.expected {
            let session = self.engine.refresh_now().await.unwrap_or_else(|error| panic!("seed {}: {error}", self.seed));
            assert_eq!(session.user.id, expected, "seed {}", self.seed);
            assert!(self.device.server.lives(session.session_id));
            let restarted = self.device.start().await;
            restarted.refresh_now().await.expect("from the disk too");
        }
        assert_eq!(self.device.server.already_used(), 0, "seed {}", self.seed);
        assert!(self.device.server.users() <= 1 + self.guests + self.may_be_lost, "seed {}", self.seed);
        self.engine.keep_fresh();
        let engine = self.engine.clone();
        until("the server is told of every sign-out", move || engine.revocations_waiting() == 0).await;
        self.engine.shutdown(Duration::ZERO).await;
        self.other.shutdown(Duration::ZERO).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_interleaving_loses_or_resurrects_a_session() {
    for seed in 0..worlds() {
        let mut world = World::new(seed).await;
        for _ in 0..STEPS {
            world.step().await;
        }
        world.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn thirty_days_with_outages_sleep_and_clock_jumps() {
    for seed in 0..3 {
        let device = Device::new();
        let mut rng = Rng::with_seed(seed);
        let (mut engine, guest) = device.guest().await;
        engine.keep_fresh();
        let mut valid = 0;
        for _ in 0..30 * 24 {
            match rng.u8(0..24) {
                0 => device.server.plan(|_| Fault::Refuse),
                1 => device.server.plan(|_| Fault::Instead(503, "<html>")),
                2 => device.clock.sleep(rng.i64(0..12 * 3600)),
                3 => device.clock.set_wrong(rng.i64(-86_400..86_400)),
                4 => {
                    engine.shutdown(Duration::from_secs(1)).await;
                    engine = device.start().await;
                    engine.keep_fresh();
                }
                5..=12 => device.server.plan(|_| Fault::None),
                _ => {}
            }
            tokio::time::sleep(Duration::from_hours(1)).await;
            valid += usize::from(engine.access_token().await.is_ok());
            assert_eq!(engine.session().map(|session| session.user.id), Some(guest.user.id), "seed {seed}");
        }
        device.server.plan(|_| Fault::None);
        engine.refresh_now().await.expect("still signed in after a month");
        assert_eq!((device.server.already_used(), device.server.users()), (0, 1));
        let requests = device.server.requests("POST token");
        // Once an hour, and at most a dozen an hour in outages: what a month of this may cost.
        assert!(requests < 30 * 24 * 6, "{requests} requests");
        assert!(valid > 30 * 24 / 2, "{valid} of {} hours with a token", 30 * 24);
        engine.shutdown(Duration::ZERO).await;
    }
}
