//! The program is killed in the middle of becoming a member. Afterwards it is the guest, whole, or the member, whole; and whoever goes
//! on from there, or gives up, loses nothing.

use std::{
    collections::BTreeMap,
    env,
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use carryover_shop::{Identity, SaveState, Shop, ShopError};
use carryover_testkit::{ControlOptions, Desk, SandboxConfig, SandboxOptions};
use fastrand::Rng;
use tokio::{sync::Semaphore, task::JoinSet};
use uuid::Uuid;

use crate::{
    child::{open, quantities},
    flows::{Flow, PASSWORD, drive},
    life::{self, Kill, Plan},
    person::{Backend, Cart, differences},
};

/// Writes to the disk, requests on their way, and answers before they are read: the server has done its part by then.
const BOUNDARIES: [&str; 4] = ["pwrite64", "fsync", "writev", "recvfrom"];
/// Lives at the same time.
const AT_ONCE: usize = 8;
/// So many kills belong to the test; `cargo xtask crash` asks for more.
const KILLS: usize = 500;
/// In the environment: how many kills there are to be.
const WANTED: &str = "CARRYOVER_KILLS";

const CONFIG: &str = "
[auth]
enable_anonymous_sign_ins = true
enable_manual_linking = true
[auth.rate_limit]
anonymous_users = 1000000
token_refresh = 1000000
sign_in_sign_ups = 1000000
token_verifications = 1000000
[auth.email]
enable_confirmations = true
max_frequency = '0s'
[auth.external.google]
enabled = true
client_id = 'shop'
secret = 'shop'
";

/// The ways to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Code,
    Provider,
    Switch,
}

const WAYS: [Way; 3] = [Way::Code, Way::Provider, Way::Switch];

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Code => "upgrade by code",
            Self::Provider => "upgrade by provider",
            Self::Switch => "switch",
        }
    }
}

/// What the guest has, what the account has, and what becomes of both.
const GUEST: [(&str, u32); 3] = [("teapot", 2), ("desk-lamp", 1), ("house-blend", 4)];
const ACCOUNT: [(&str, u32); 2] = [("teapot", 1), ("enamel-mug", 3)];
const MERGED: [(&str, u32); 4] = [("teapot", 3), ("desk-lamp", 1), ("house-blend", 4), ("enamel-mug", 3)];

fn cart(lines: &[(&str, u32)]) -> Cart {
    lines.iter().map(|(product, quantity)| ((*product).to_owned(), *quantity)).collect()
}

/// What was found after a life.
#[derive(Debug, Default, Clone, Copy)]
struct Row {
    kills: usize,
    guest_whole: usize,
    member_whole: usize,
    neither: usize,
    lost: usize,
    doubled: usize,
    orphans: usize,
}

impl Row {
    fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.guest_whole += other.guest_whole;
        self.member_whole += other.member_whole;
        self.neither += other.neither;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.orphans += other.orphans;
    }

    fn is_clean(self) -> bool {
        (self.neither, self.lost, self.doubled, self.orphans) == (0, 0, 0, 0)
    }
}

type Table = BTreeMap<String, Row>;

/// What all lives share.
struct Scene {
    backend: Backend,
    turns: Semaphore,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_kills_the_program_on_the_way_to_an_account_finds_the_guest_whole_or_the_member() -> Result<()> {
    let wanted = env::var(WANTED).ok().and_then(|wanted| wanted.parse().ok()).unwrap_or(KILLS);
    let config = SandboxConfig::parse("crossing.toml", CONFIG)?;
    let options = SandboxOptions { config, control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, console) = carryover_testkit::sandbox(options).await?;
    // The control API is only there so that a later reader can look on; the clock stands still for nobody here.
    let _desk = Desk::of(&sandbox)?;
    let scene = Arc::new(Scene { backend: Backend::new(&sandbox, console), turns: Semaphore::new(AT_ONCE) });
    let mut runs = JoinSet::new();
    for way in WAYS {
        for boundary in BOUNDARIES {
            runs.spawn(each_boundary(scene.clone(), way, boundary));
        }
    }
    let mut total = Table::new();
    let take = |total: &mut Table, table: Table| {
        for (how, row) in table {
            total.entry(how).or_default().add(row);
        }
    };
    while let Some(table) = runs.join_next().await {
        take(&mut total, table??);
    }
    let killed = |total: &Table| total.values().map(|row| row.kills).sum::<usize>();
    let mut seed = 0;
    while killed(&total) < wanted {
        for _ in 0..(wanted - killed(&total)).min(64) {
            seed += 1;
            runs.spawn(random_instant(scene.clone(), seed));
        }
        while let Some(table) = runs.join_next().await {
            take(&mut total, table??);
        }
    }
    print(&total)?;
    ensure!(total.values().all(|row| row.is_clean()), "something was lost, doubled, orphaned or neither");
    Ok(())
}

/// One kill before each call of a kind, until a life outlives it. Every second person gives up afterwards.
async fn each_boundary(scene: Arc<Scene>, way: Way, boundary: &'static str) -> Result<Table> {
    let how = format!("{}, before each {boundary}", way.name());
    let mut row = Row::default();
    for nth in 1.. {
        let _turn = scene.turns.acquire().await?;
        let crossed = cross(&scene.backend, way, Kill::Before { boundary, nth }, nth % 2 == 0).await;
        let crossed = crossed.with_context(|| format!("{how} {nth}"))?;
        row.add(crossed);
        if crossed.kills == 0 {
            break;
        }
    }
    Ok(Table::from([(how, row)]))
}

async fn random_instant(scene: Arc<Scene>, seed: u64) -> Result<Table> {
    let mut rng = Rng::with_seed(seed);
    let way = WAYS[rng.usize(0..WAYS.len())];
    let how = format!("{}, at random instants", way.name());
    let _turn = scene.turns.acquire().await?;
    let crossed = cross(&scene.backend, way, Kill::AfterMs(rng.u64(40..500)), rng.bool()).await;
    Ok(Table::from([(how.clone(), crossed.with_context(|| format!("{how}, seed {seed}"))?)]))
}

/// A guest with a cart, and for a switch an account with another; one life, a look, and the way to the end.
async fn cross(backend: &Backend, way: Way, kill: Kill, gives_up: bool) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let email = format!("{}@example.com", Uuid::new_v4().simple());
    let guest_id = prepare(backend, folder.path()).await?;
    let (flow, member_id, result) = match way {
        Way::Code => (Flow::Upgrade { email }, guest_id, cart(&GUEST)),
        Way::Provider => (Flow::Provider { email }, guest_id, cart(&GUEST)),
        Way::Switch => {
            let account = backend.account(&email, PASSWORD, &cart(&ACCOUNT)).await?;
            (Flow::Switch { email }, account, cart(&MERGED))
        }
    };
    let switches = way == Way::Switch;
    let plan = Plan { folder: folder.path().to_owned(), seed: 0, flow: flow.clone(), ..backend.plan() };
    let ended = tokio::task::spawn_blocking(move || life::live(&plan, kill)).await??;
    let mut row = Row { kills: usize::from(ended.killed), ..Row::default() };

    let (shop, browser) = open(folder.path()).await?;
    let mut count = |expected: &Cart, found: &Cart| {
        let (less, more) = differences(expected, found);
        (row.lost, row.doubled) = (row.lost + less, row.doubled + more);
    };
    let found = shop.snapshot();
    match found.identity {
        Identity::Guest { user_id } if user_id == guest_id => count(&cart(&GUEST), &quantities(&found)),
        Identity::Member { user_id, .. } if user_id == member_id => count(&result, &quantities(&found)),
        _ => row.neither += 1,
    }
    shop.connect(backend.address()?);
    if gives_up {
        give_up(&shop, &flow).await?;
    } else {
        drive(&shop, &browser, &backend.console, &flow).await?;
    }
    let saved = saved(&shop).await?;
    match saved.identity {
        Identity::Guest { user_id } if user_id == guest_id => {
            row.guest_whole += 1;
            count_server(&mut row, &cart(&GUEST), &backend.cart(guest_id).await?);
            if switches {
                count_server(&mut row, &cart(&ACCOUNT), &backend.cart(member_id).await?);
            }
        }
        Identity::Member { user_id, .. } if user_id == member_id => {
            row.member_whole += 1;
            count_server(&mut row, &result, &quantities(&saved));
            count_server(&mut row, &result, &backend.cart(member_id).await?);
            row.orphans += usize::from(switches && !backend.is_gone(guest_id).await?);
        }
        _ => row.neither += 1,
    }
    shop.close().await;
    Ok(row)
}

fn count_server(row: &mut Row, expected: &Cart, found: &Cart) {
    let (less, more) = differences(expected, found);
    (row.lost, row.doubled) = (row.lost + less, row.doubled + more);
}

/// A guest whose cart the server has.
async fn prepare(backend: &Backend, folder: &std::path::Path) -> Result<Uuid> {
    let (shop, _) = open(folder).await?;
    for (product, quantity) in GUEST {
        shop.set_quantity(&carryover_shop::ProductId::new(product), quantity).await?;
    }
    shop.connect(backend.address()?);
    let guest = saved(&shop).await?;
    shop.close().await;
    let Identity::Guest { user_id } = guest.identity else { anyhow::bail!("no guest: {guest:?}") };
    Ok(user_id)
}

/// "Not now", until it is heard.
async fn give_up(shop: &Shop, flow: &Flow) -> Result<()> {
    let given_up = async {
        loop {
            let done = match flow {
                Flow::Shop => return Ok(()),
                Flow::Upgrade { .. } | Flow::Provider { .. } => shop.cancel_upgrade().await,
                Flow::Switch { .. } => shop.cancel_switch().await,
            };
            match done {
                Err(ShopError::Starting) => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(error) if error.is_retryable() => tokio::time::sleep(Duration::from_millis(50)).await,
                done => return done.context("giving up"),
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), given_up).await.context("never given up")?
}

async fn saved(shop: &Shop) -> Result<Arc<carryover_shop::Snapshot>> {
    let mut snapshots = shop.watch();
    // Joined, too: what was under way is taken up by then.
    let saved = snapshots.wait_for(|s| s.cart.unsaved == 0 && s.save == SaveState::AllSaved);
    let saved = tokio::time::timeout(Duration::from_mins(1), saved).await;
    Ok(saved.with_context(|| format!("never saved: {:?}", shop.snapshot()))??.clone())
}

/// Past the capture of output: a table that only failures show is no table.
fn print(total: &Table) -> io::Result<()> {
    let mut out = io::stderr().lock();
    writeln!(out, "{:32} | kills | guest whole | member whole | neither | lost | doubled | orphans", "killed")?;
    for (how, row) in total {
        let Row { kills, guest_whole, member_whole, neither, lost, doubled, orphans } = row;
        writeln!(
            out,
            "{how:32} | {kills:5} | {guest_whole:11} | {member_whole:12} | {neither:7} | {lost:4} | {doubled:7} | {orphans:7}"
        )?;
    }
    writeln!(out, "{} kills", total.values().map(|row| row.kills).sum::<usize>())
}
