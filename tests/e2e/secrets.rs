//! Secrets stay in Rust: the whole path, then a search of everything that a script or another program could read.

use anyhow::Result;
use carryover_auth::Session;
use carryover_e2e::{Device, Shopper, Window};

const EMAIL: &str = "quiet.person@example.com";

/// Records what goes through the page's side of the IPC, both ways, and every event.
const RECORD: &str = r"
    window.__recorded = [];
    const keep = (...parts) => window.__recorded.push(parts.map((p) => typeof p === 'string' ? p : p instanceof Uint8Array || p instanceof ArrayBuffer
        ? new TextDecoder().decode(p) : JSON.stringify(p) ?? String(p)).join(' '));
    const send = window.fetch;
    window.fetch = async (input, options) => {
        keep(String(input?.url ?? input), options?.body ?? '', options?.headers ? [...new Headers(options.headers)] : '');
        const answer = await send(input, options);
        answer.clone().text().then((text) => keep('answer', text));
        return answer;
    };
    const run = window.__TAURI_INTERNALS__.transformCallback((event) => keep('event', event));
    return window.__TAURI_INTERNALS__.invoke('plugin:event|listen', { event: 'snapshot-changed', target: { kind: 'Any' }, handler: run }).then(() => true);
";

/// All text that a script can reach: the document, storage, cookies, and every value hanging off `window`.
const REACHABLE: &str = r"
    const texts = new Set([document.documentElement.outerHTML, document.cookie, location.href, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]);
    for (const field of document.querySelectorAll('input, textarea')) texts.add(field.value);
    const seen = new WeakSet();
    const queue = [window, document.body, ...document.querySelectorAll('*')];
    let steps = 0;
    while (queue.length && steps++ < 200000) {
        const value = queue.pop();
        if (typeof value === 'string') { texts.add(value); continue; }
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
        seen.add(value);
        if (value instanceof Map || value instanceof Set) queue.push(...value.keys(), ...value.values());
        for (const key of Reflect.ownKeys(value)) {
            if (typeof key === 'string') texts.add(key);
            try { queue.push(Reflect.get(value, key)); } catch { /* a getter that wants another receiver */ }
        }
    }
    return [...texts].join('\n');
";

struct Haystack {
    name: String,
    bytes: Vec<u8>,
}

impl Haystack {
    fn holds(&self, needle: &str) -> bool {
        self.bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    }
}

#[tokio::test]
async fn no_token_and_no_code_is_anywhere_but_sealed() -> Result<()> {
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    window.script(RECORD).await?;
    shopper.fills_the_cart().await?;
    let guest = device.session().await?;
    shopper.asks_for_a_code(EMAIL).await?;
    let code = window.console.code(EMAIL).await?;
    shopper.types_the_code(&code).await?;
    let member = device.session().await?;
    window
        .script(
            "localStorage.setItem('planted', 'canary-in-storage'); window.planted = { deep: ['canary-in-memory'] };",
        )
        .await?;

    let page = Haystack { name: "the web view".into(), bytes: text(&window, REACHABLE).await?.into_bytes() };
    let messages = Haystack {
        name: "the IPC".into(),
        bytes: text(&window, "return window.__recorded.join('\\n')").await?.into_bytes(),
    };
    let files: Vec<_> = device.files()?.into_iter().map(|(name, bytes)| Haystack { name, bytes }).collect();

    // The control: each search finds what is there in the clear.
    let user_id = member.user.id.to_string();
    for needle in ["canary-in-storage", "canary-in-memory", &user_id] {
        assert!(page.holds(needle), "the search of the web view misses {needle}");
    }
    for needle in [EMAIL, &user_id, &code] {
        assert!(messages.holds(needle), "the search of the IPC misses {needle}");
    }
    let database: Vec<_> = files.iter().filter(|file| file.name.contains("carryover.db")).collect();
    assert!(database.iter().any(|file| file.holds(&user_id)), "the search of SQLite misses the user id");
    assert!(database.iter().any(|file| file.name.ends_with("-wal")), "the write-ahead log is searched");
    assert!(files.iter().any(|file| file.name.contains(".log") && file.holds("carryover")), "the log is searched");

    let secrets: Vec<_> = [&guest, &member].into_iter().flat_map(|session| tokens(session)).collect();
    for (secret, value) in &secrets {
        for place in files.iter().chain([&page, &messages]) {
            assert!(!place.holds(value), "{} holds {secret}", place.name);
        }
    }
    // The code travels from the field where a person typed it, through the IPC, and is written nowhere.
    for file in &files {
        assert!(!file.holds(&code), "{} holds the code", file.name);
    }
    window.close().await
}

async fn text(window: &Window, script: &str) -> Result<String> {
    Ok(window.script(script).await?.as_str().unwrap_or_default().to_owned())
}

/// The tokens, and of the access token its parts: a signature alone is a secret too.
fn tokens(session: &Session) -> Vec<(&'static str, String)> {
    let access = session.access_token.expose();
    let mut tokens =
        vec![("an access token", access.to_owned()), ("a refresh token", session.refresh_token.expose().to_owned())];
    tokens.extend(access.split('.').skip(1).map(|part| ("a part of an access token", part.to_owned())));
    tokens
}
