//! The program is killed at every write to a file or a socket, and at random instants. Afterwards every change that was
//! acknowledged is there, none twice, and the guest is the same one with a session that works.
//!
//! Each life is a process of its own: this test program, started again with [`life::LIFE`] set. What it does it says on its
//! standard output before it does it and after it is done; what it said is all that the parent believes.

#![cfg(target_os = "linux")]

mod child;
mod crossing;
mod flows;
mod life;
mod person;
mod table;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context, Result, ensure};
use carryover_testkit::{ControlOptions, Desk, SandboxConfig, SandboxOptions};
use fastrand::Rng;
use tokio::{sync::Semaphore, task::JoinSet};

use life::Kill;
use person::{Backend, Person};
use table::Table;

/// Lives at the same time: the machine is busy with one while another one syncs.
const AT_ONCE: usize = 8;
/// Random kills of each person, and how many such persons there are.
const RANDOM: (usize, usize) = (45, 6);
/// Fewer kills than this show little.
const KILLS: usize = 500;

/// Writes to the database and its log, their way to the disk, and requests. Each is counted by itself.
const BOUNDARIES: [&str; 3] = ["pwrite64", "fsync", "writev"];

/// Every first life makes a guest, and tokens run out all the time.
const CONFIG: &str = "
[auth]
enable_anonymous_sign_ins = true
[auth.rate_limit]
anonymous_users = 100000
token_refresh = 100000
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_kills_the_program_takes_nothing() -> Result<()> {
    let config = SandboxConfig::parse("crash.toml", CONFIG)?;
    let options = SandboxOptions { config, control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    let backend = Arc::new(Backend::new(&sandbox, console));
    let persons = Arc::new(AtomicUsize::new(0));
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut runs = JoinSet::new();
    for boundary in BOUNDARIES {
        runs.spawn(first_lives(boundary, backend.clone(), persons.clone(), turns.clone()));
        runs.spawn(later_lives(boundary, backend.clone(), persons.clone(), turns.clone()));
    }
    for seed in 0..RANDOM.1 {
        runs.spawn(random_lives(seed, backend.clone(), persons.clone(), turns.clone()));
    }
    // Meanwhile tokens run out again and again.
    let desk = Desk::of(&sandbox)?;
    runs.spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            desk.advance_clock(3700).await?;
        }
    });
    let mut total = Table::default();
    while runs.len() > 1 {
        total.add(&runs.join_next().await.context("a run")???);
    }
    runs.abort_all();
    let guests = backend.guests().await?;
    let persons = persons.load(Ordering::Relaxed);
    total.print(guests, persons)?;
    ensure!(total.kills() >= KILLS, "only {} kills", total.kills());
    ensure!(total.is_clean(), "something was lost, doubled or somebody else's");
    ensure!(guests == persons, "{guests} guests of {persons} persons");
    Ok(())
}

/// Nothing is there yet: the file is made, the guest signs up. Each life is a new person's.
async fn first_lives(
    boundary: &'static str,
    backend: Arc<Backend>,
    persons: Arc<AtomicUsize>,
    turns: Arc<Semaphore>,
) -> Result<Table> {
    let mut table = Table::default();
    for nth in 1.. {
        let _turn = turns.acquire().await?;
        let mut person = Person::new(persons.fetch_add(1, Ordering::Relaxed))?;
        let lived = person.live(&backend, Kill::Before { boundary, nth }).await?;
        table.count(&format!("first life, before each {boundary}"), &lived);
        if !lived.killed {
            break;
        }
    }
    Ok(table)
}

/// One person's program, killed one write later in each of its lives.
async fn later_lives(
    boundary: &'static str,
    backend: Arc<Backend>,
    persons: Arc<AtomicUsize>,
    turns: Arc<Semaphore>,
) -> Result<Table> {
    let mut table = Table::default();
    let mut person = Person::new(persons.fetch_add(1, Ordering::Relaxed))?;
    for nth in 1.. {
        let _turn = turns.acquire().await?;
        let lived = person.live(&backend, Kill::Before { boundary, nth }).await?;
        table.count(&format!("later lives, before each {boundary}"), &lived);
        if !lived.killed && nth > 1 {
            break;
        }
    }
    Ok(table)
}

async fn random_lives(
    seed: usize,
    backend: Arc<Backend>,
    persons: Arc<AtomicUsize>,
    turns: Arc<Semaphore>,
) -> Result<Table> {
    let mut table = Table::default();
    let mut rng = Rng::with_seed(seed as u64);
    let mut person = Person::new(persons.fetch_add(1, Ordering::Relaxed))?;
    for _ in 0..RANDOM.0 {
        let _turn = turns.acquire().await?;
        let lived = person.live(&backend, Kill::AfterMs(rng.u64(20..420))).await?;
        table.count("at random instants", &lived);
    }
    Ok(table)
}
