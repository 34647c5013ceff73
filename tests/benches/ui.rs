//! What the window takes to answer: a keystroke in the search of 2,000 products, and two carts of 200 lines. Part of
//! `cargo xtask bench ui`.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use carryover_e2e::{
    Shopper, Window,
    measure::{percentile, print},
    story,
};
use carryover_testkit::{Console, SandboxOptions};
use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::Key;

/// Products to search in.
const PRODUCTS: u32 = 2_000;
/// What is typed, and taken back letter by letter.
const QUERY: &str = "towel 19";
/// How often.
const TIMES: u32 = 10;
/// As somebody types who knows the keys.
const BETWEEN_KEYS_MS: u32 = 120;
/// Lines of each cart; half of the products are in both.
const LINES: u32 = 200;
/// How often the dialog is opened.
const OPENINGS: u32 = 15;

const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery staple";

/// In the page: `painted` runs after the next frame is drawn.
const PAINTED: &str = r"
    window.painted = (then) => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = then;
        port2.postMessage(null);
    });
    return true;";

/// In the page: the times from the account's answer, when the form goes, to the painted table of both carts, and to its last line.
const WATCH_DIALOG: &str = r#"
    window.times = { first: [], last: [] };
    let form = false, began = { first: 0, last: 0 };
    new MutationObserver(() => {
        const asks = Boolean(document.querySelector('[data-testid="switch-password"]'));
        const now = performance.now();
        if (form && !asks) began = { first: now, last: now };
        form = asks;
        const lines = document.querySelectorAll('[data-testid^="conflict-line-"]').length;
        for (const [which, wanted] of [["first", 1], ["last", LINES]]) {
            if (began[which] === 0 || lines < wanted) continue;
            const since = began[which];
            began[which] = 0;
            painted(() => times[which].push(performance.now() - since));
        }
    }).observe(document.body, { childList: true, subtree: true });
    return true;"#;

/// In the page: what the shell needs to look at both carts on the server, without a dialog.
const LOOK: &str = r#"
    const done = arguments[arguments.length - 1];
    const began = performance.now();
    window.__TAURI_INTERNALS__.invoke("preview_hand_off").then(() => done([performance.now() - began]));"#;

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let (sandbox, console) = carryover_testkit::sandbox(SandboxOptions::default()).await?;
        let stock = format!(
            "insert into public.products (id, category_id, name, description, price_minor, currency, stock, max_per_order, picture, position)
             select 'p' || n, 'desk', (array['Lamp', 'Mug', 'Bowl', 'Towel', 'Clock', 'Chair', 'Vase', 'Tray'])[1 + n % 8] || ' ' || n,
                 'One of many.', 100 + n, 'EUR', 900, 900, 'desk-lamp', 100 + n
             from generate_series(0, {PRODUCTS} - 1 - (select count(*) from public.products)) n"
        );
        sandbox.execute(&stock).await?;
        let folder = tempfile::tempdir()?;
        let port = sandbox.url().port().context("a port")?;
        let window = Window::open_hosted(folder.path(), port).await?;
        Shopper(&window).looks().await?;
        window.reads("2,000 products").await?;
        window.script(PAINTED).await?;
        search(&window).await?;
        two_carts(&window, &console).await?;
        window.close().await
    })
}

/// Every letter changes what is found. The page types by itself: a driver's keys come at times of their own.
async fn search(window: &Window) -> Result<()> {
    let script = format!(
        r#"
        const done = arguments[arguments.length - 1];
        const bare = document.createElement("input");
        bare.style = "position: fixed; bottom: 0; left: 0; z-index: 9";
        document.body.append(bare);
        const search = document.querySelector('[data-testid="search"]');
        const type = (field, text) => new Promise((typed) => {{
            const began = performance.now();
            field.value = text;
            field.dispatchEvent(new Event("input", {{ bubbles: true }}));
            // What is not in sight comes later; the next key waits for a person's fingers.
            painted(() => {{
                const time = performance.now() - began;
                setTimeout(() => typed(time), {BETWEEN_KEYS_MS});
            }});
        }});
        const query = {QUERY:?};
        const typing = [...query].map((_, length) => query.slice(0, length + 1));
        const keys = [...typing, ...typing.toReversed().map((text) => text.slice(0, -1))];
        (async () => {{
            const times = {{ search: [], bare: [] }};
            for (let round = 0; round < {TIMES}; round++) {{
                for (const text of keys) times.search.push(await type(search, text));
                for (const text of keys) times.bare.push(await type(bare, text));
            }}
            bare.remove();
            done(times);
        }})();"#
    );
    window.driver.set_script_timeout(Duration::from_mins(3)).await?;
    let times = window.driver.execute_async(script, Vec::new()).await?.json().clone();
    let (search, bare) = (numbers(&times["search"])?, numbers(&times["bare"])?);
    println!("\na keystroke in the search of {PRODUCTS} products, until it is painted: {} keys", search.len());
    print("search", &search);
    print("a bare field", &bare);
    println!("    {:<26} {:>8.2} {:>8.2}", "ratio", ratio(&search, &bare, 0.5), ratio(&search, &bare, 0.99));
    Ok(())
}

/// Signs in, looks at both carts, and walks away again.
async fn two_carts(window: &Window, console: &Console) -> Result<()> {
    let account = console.member(EMAIL).await?;
    let request = console.request(Method::PUT, "/auth/v1/user", Some(&account.access_token));
    let (status, body) = Console::send(request.json(&json!({ "password": PASSWORD }))).await?;
    ensure!(status == 200, "{status} {body}");
    let there: Vec<_> = (LINES / 2..LINES * 3 / 2).map(|n| format!("p{n}")).collect();
    let lines: Vec<_> = there.iter().map(|id| (id.as_str(), 2)).collect();
    story::put(console, &account, &lines).await?;
    fill(window).await?;

    window.script(&WATCH_DIALOG.replace("LINES", &(LINES * 3 / 2).to_string())).await?;
    let mut looks = Vec::new();
    for _ in 0..OPENINGS {
        window.click("identity-badge").await?;
        window.click("account-sign-in").await?;
        // It is still there from the last time.
        window.clear("switch-email").await?;
        window.type_into("switch-email", EMAIL).await?;
        window.type_into("switch-password", PASSWORD).await?;
        window.press(Key::Enter).await?;
        window.find("conflict-confirm").await?;
        let lines =
            format!(r#"document.querySelectorAll('[data-testid^="conflict-line-"]').length === {}"#, LINES * 3 / 2);
        window.until("all lines", &lines).await?;
        looks.extend(numbers(window.driver.execute_async(LOOK, Vec::new()).await?.json())?);
        window.click("conflict-not-now").await?;
        window.gone("conflict-dialog").await?;
    }
    let times = window.script("return times;").await?;
    let (dialog, last) = (numbers(&times["first"])?, numbers(&times["last"])?);
    ensure!(dialog.len() == OPENINGS as usize, "{} of {OPENINGS} openings were seen", dialog.len());
    let bare = bare_table(window).await?;
    println!("\ntwo carts of {LINES} lines, from the account's answer to the painted dialog: {OPENINGS} times");
    print("conflict dialog", &dialog);
    print("its last line", &last);
    print("the shell's look alone", &looks);
    print("a bare table of as many", &bare);
    let both = |p: f64| percentile(&looks, p) + percentile(&bare, p);
    let ratio = |p: f64| percentile(&dialog, p) / both(p);
    println!("    {:<26} {:>8.2} {:>8.2}", "ratio to the sum of both", ratio(0.5), ratio(0.99));
    Ok(())
}

/// The guest's cart, by the page's own door to the shell.
async fn fill(window: &Window) -> Result<()> {
    let script = format!(
        r#"
        const done = arguments[arguments.length - 1];
        (async () => {{
            for (let n = 0; n < {LINES}; n++) {{
                await window.__TAURI_INTERNALS__.invoke("set_quantity", {{ productId: `p${{n}}`, quantity: 1 }});
            }}
            done(true);
        }})();"#
    );
    window.driver.set_script_timeout(Duration::from_mins(1)).await?;
    window.driver.execute_async(script, Vec::new()).await?;
    Shopper(window).saved().await
}

/// As many rows as both carts have products, each with a name and three numbers, in a box over the page.
async fn bare_table(window: &Window) -> Result<Vec<f64>> {
    let rows = LINES * 3 / 2;
    let script = format!(
        r#"
        const done = arguments[arguments.length - 1];
        const times = [];
        const again = () => {{
            if (times.length === {OPENINGS}) return done(times);
            const began = performance.now();
            const box = document.createElement("div");
            box.style = "position: fixed; inset: 2rem; z-index: 9; overflow: auto; background: Canvas; color: CanvasText";
            const table = box.appendChild(document.createElement("table"));
            for (let n = 0; n < {rows}; n++) {{
                const row = table.insertRow();
                for (const text of [`Thing ${{n}}`, 1, 2, 3]) row.insertCell().textContent = text;
            }}
            document.body.append(box);
            painted(() => {{
                times.push(performance.now() - began);
                box.remove();
                setTimeout(again, 200);
            }});
        }};
        again();"#
    );
    numbers(window.driver.execute_async(script, Vec::new()).await?.json())
}

fn numbers(value: &Value) -> Result<Vec<f64>> {
    Ok(value.as_array().context("no times")?.iter().filter_map(Value::as_f64).collect())
}

fn ratio(ours: &[f64], theirs: &[f64], p: f64) -> f64 {
    percentile(ours, p) / percentile(theirs, p)
}
