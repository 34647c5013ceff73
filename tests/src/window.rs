//! The real window: WebKitWebDriver starts the program and speaks to its web view.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use carryover_sandbox::Config;
use carryover_testkit::Console;
use serde_json::{Value, json};
use thirtyfour::{Capabilities, Key, TypingData, WebDriver};

use crate::browser::Opener;

/// How long anything on screen may take to come. Generous: a slow machine is no error.
const PATIENCE: Duration = Duration::from_mins(1);
/// Longer than any transition of the UI.
pub(crate) const SETTLE: Duration = Duration::from_millis(500);
pub(crate) const STEP: Duration = Duration::from_millis(50);
/// So many looks in a row must find an element at the same place before it is clicked.
const STILL: u32 = 3;
/// In the page: whether something on screen is on its way. What is not drawn stands still in the middle of it.
const MOVES: &str = "document.getAnimations().some(({ effect }) => \
    effect?.getComputedTiming().endTime !== Infinity && effect?.target?.checkVisibility({ contentVisibilityAuto: true }))";
/// The window's title, as a pattern.
const TITLE: &str = "^Carryover$";

/// The program, running, with its window.
pub struct Window {
    /// The web view.
    pub driver: WebDriver,
    /// The sandbox inside the program, or the server it was given.
    pub console: Console,
    webdriver: Child,
    opener: Opener,
    data_dir: PathBuf,
}

impl Window {
    /// Starts the program on a data folder, with the sandbox inside.
    pub async fn open(data_dir: &Path) -> Result<Self> {
        let port = free_port()?;
        let window = Self::start(data_dir, port, &["--sandbox-port".to_owned(), port.to_string()]).await?;
        window.server().await?;
        Ok(window)
    }

    /// Waits for the sandbox, which lets the window go first.
    async fn server(&self) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.console.users().await.is_err() {
            ensure!(tokio::time::Instant::now() < deadline, "the sandbox does not answer");
            tokio::time::sleep(STEP).await;
        }
        Ok(())
    }

    /// Starts the program on a data folder for a project at a port of this computer, where there may be none.
    pub async fn open_hosted(data_dir: &Path, port: u16) -> Result<Self> {
        let (url, (publishable, _)) = (format!("http://127.0.0.1:{port}"), Config::default().keys());
        let args = ["--supabase-url".to_owned(), url, "--publishable-key".to_owned(), publishable];
        Self::start(data_dir, port, &args).await
    }

    /// Starts the program on a data folder with the backend that was chosen in its settings, which is at a port of this computer.
    pub async fn open_chosen(data_dir: &Path, port: u16) -> Result<Self> {
        Self::start(data_dir, port, &[]).await
    }

    async fn start(data_dir: &Path, server_port: u16, more: &[String]) -> Result<Self> {
        let (driver_port, opener) = (free_port()?, Opener::new()?);
        let webdriver = Command::new("WebKitWebDriver")
            .arg(format!("--port={driver_port}"))
            // Tauri lets itself be driven only when this is set; the program inherits it.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("PATH", opener.path()?)
            .stdout(Stdio::null())
            .spawn()
            .context("WebKitWebDriver does not start (Debian: webkit2gtk-driver)")?;
        let mut window = Started(Some(webdriver));
        let mut capabilities = Capabilities::new();
        let mut args = vec!["--data-dir".to_owned(), data_dir.display().to_string()];
        args.extend_from_slice(more);
        capabilities.set("webkitgtk:browserOptions", json!({ "binary": program()?, "args": args }))?;
        let address = format!("http://127.0.0.1:{driver_port}");
        wait_for_port(driver_port).await?;
        let driver = WebDriver::new(&address, capabilities).await.context("no session with the window")?;
        let (publishable, service_role) = Config::default().keys();
        let console = Console::new(&format!("http://127.0.0.1:{server_port}"), &publishable, &service_role);
        let webdriver = window.0.take().context("the driver runs")?;
        Ok(Self { driver, console, webdriver, opener, data_dir: data_dir.to_owned() })
    }

    /// The nth address that the program had the system's browser open, counted from 1.
    pub async fn opened(&self, nth: usize) -> Result<String> {
        self.opener.opened(nth).await
    }

    /// Waits until a script's answer is true, and tells what was waited for if it never is.
    pub async fn until(&self, what: &str, script: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if self.script(&format!("return Boolean({script})")).await? == Value::Bool(true) {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                self.screenshot("never-came").await?;
                anyhow::bail!("never came: {what}");
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Runs a script in the page.
    pub async fn script(&self, script: &str) -> Result<Value> {
        Ok(self.driver.execute(script, Vec::new()).await?.json().clone())
    }

    /// Waits for an element by its test id.
    pub async fn find(&self, id: &str) -> Result<thirtyfour::WebElement> {
        self.until(id, &format!("document.querySelector({:?})", selector(id))).await?;
        Ok(self.driver.find(thirtyfour::By::Css(selector(id))).await?)
    }

    /// Waits until an alert or a status has these words.
    pub async fn says(&self, words: &str) -> Result<()> {
        let script = format!(
            r#"[...document.querySelectorAll('[role="alert"], [role="status"]')].some((e) => e.textContent.includes({words:?}))"#
        );
        self.until(words, &script).await
    }

    /// Waits until these words are to be read.
    pub async fn reads(&self, words: &str) -> Result<()> {
        self.until(words, &format!("document.body.innerText.includes({words:?})")).await
    }

    /// Waits until no element has a test id.
    pub async fn gone(&self, id: &str) -> Result<()> {
        self.until(&format!("the end of {id}"), &format!("!document.querySelector({:?})", selector(id))).await
    }

    /// Chooses a value of a select, as the keyboard would.
    pub async fn select(&self, id: &str, value: &str) -> Result<()> {
        self.find(id).await?;
        let script = format!(
            r#"const select = document.querySelector({:?}); select.value = {value:?};
            select.dispatchEvent(new Event("change", {{ bubbles: true }})); return true;"#,
            selector(id)
        );
        self.script(&script).await.map(drop)
    }

    /// Clicks an element by its test id, as a pointer would: once it has stopped moving.
    pub async fn click(&self, id: &str) -> Result<()> {
        self.find(id).await?;
        // Products far away are not drawn, and what is not drawn can't be clicked.
        let bring = format!(
            r#"document.querySelector({:?}).scrollIntoView({{ block: "nearest" }}); return true;"#,
            selector(id)
        );
        self.script(&bring).await?;
        let place = format!(
            "const box = document.querySelector({:?})?.getBoundingClientRect();
            return {MOVES} || !box ? null : JSON.stringify(box);",
            selector(id)
        );
        let (mut before, mut still) = (Value::Null, 0);
        while still < STILL {
            tokio::time::sleep(STEP).await;
            let now = self.script(&place).await?;
            still = if now == before && !now.is_null() { still + 1 } else { 0 };
            before = now;
        }
        self.find(id).await?.click().await.with_context(|| format!("click {id}"))
    }

    /// Types into an element by its test id, key by key.
    pub async fn type_into(&self, id: &str, text: &str) -> Result<()> {
        self.find(id).await?.send_keys(text).await.with_context(|| format!("type into {id}"))
    }

    /// Empties a field by its test id, character by character.
    pub async fn clear(&self, id: &str) -> Result<()> {
        let field = self.find(id).await?;
        let length = field.prop("value").await?.unwrap_or_default().chars().count();
        for _ in 0..length {
            field.send_keys(Key::Backspace).await.with_context(|| format!("clear {id}"))?;
        }
        Ok(())
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        self.driver.active_element().await?.send_keys(keys).await.context("a key")
    }

    /// Presses Escape where the focus is.
    pub async fn escape(&self) -> Result<()> {
        self.press(Key::Escape).await
    }

    /// Makes the window so large.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let (wide, high) = (width.to_string(), height.to_string());
        let steps = ["search", "--onlyvisible", "--name", TITLE, "windowsize", "--sync", &wide, &high];
        let status = Command::new("xdotool").args(steps).status().context("xdotool does not start")?;
        ensure!(status.success(), "xdotool {steps:?}");
        self.until(&format!("a window {width} wide"), &format!("window.innerWidth === {width}")).await
    }

    /// Puts the page into a theme, until the next start, and waits for its colours.
    pub async fn wear(&self, theme: &str) -> Result<()> {
        self.script(&format!("document.documentElement.dataset.theme = {theme:?}; return true;")).await?;
        self.until(&format!("{theme} colours"), &format!("!({MOVES})")).await
    }

    /// An attribute of an element.
    pub async fn attribute(&self, id: &str, name: &str) -> Result<String> {
        self.find(id).await?.attr(name).await?.with_context(|| format!("{id} has no {name}"))
    }

    /// Brings the window to the front, as somebody does who comes back to it.
    pub fn focus(&self) -> Result<()> {
        // Away from every window first: who has the focus can't come back to it. 1 is X11's PointerRoot.
        for steps in [["windowfocus", "1"].as_slice(), &["search", "--onlyvisible", "--name", TITLE, "windowfocus"]] {
            let status = Command::new("xdotool").args(steps).status().context("xdotool does not start")?;
            ensure!(status.success(), "xdotool {steps:?}");
        }
        Ok(())
    }

    /// Saves what the window shows, under `test-results`.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        self.picture(&root().join("test-results").join(format!("{name}.png"))).await
    }

    /// Saves what the window shows.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        fs::create_dir_all(file.parent().context("a folder")?)?;
        // What is in the document may not be painted yet, and dialogs fade in.
        tokio::time::sleep(SETTLE).await;
        Ok(self.driver.screenshot(file).await?)
    }

    /// Waits until the program has started itself again, and ends that one: WebDriver knows the first alone.
    pub async fn restarts(mut self) -> Result<()> {
        let first = self.pids()?;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.pids()?.iter().all(|pid| first.contains(pid)) {
            ensure!(tokio::time::Instant::now() < deadline, "the program does not start again");
            tokio::time::sleep(STEP).await;
        }
        for pid in self.pids()? {
            // The first one may be gone already.
            let _ = Command::new("kill").arg(&pid).status();
            while lives(&pid) {
                tokio::time::sleep(STEP).await;
            }
        }
        self.webdriver.kill()?;
        self.webdriver.wait()?;
        Ok(())
    }

    /// Waits until a window of the program has these words in its title.
    pub async fn sees_window(&self, title: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let search = ["search", "--onlyvisible", "--name", title];
        while !Command::new("xdotool").args(search).stdout(Stdio::null()).status()?.success() {
            ensure!(tokio::time::Instant::now() < deadline, "there is no window {title}");
            tokio::time::sleep(STEP).await;
        }
        Ok(())
    }

    /// Kills the program as the system would: no farewell, no flush.
    pub async fn kill(mut self) -> Result<()> {
        let pids = self.pids()?;
        ensure!(!pids.is_empty(), "the program does not run");
        for pid in &pids {
            let status = Command::new("kill").args(["-9", pid]).status()?;
            ensure!(status.success(), "kill -9 {pid}");
        }
        self.webdriver.kill()?;
        self.webdriver.wait()?;
        while pids.iter().any(|pid| lives(pid)) {
            tokio::time::sleep(STEP).await;
        }
        Ok(())
    }

    /// Closes the window in order.
    pub async fn close(mut self) -> Result<()> {
        self.driver.clone().quit().await?;
        self.webdriver.kill()?;
        self.webdriver.wait()?;
        Ok(())
    }

    /// The processes of the program on this data folder, by their command lines.
    fn pids(&self) -> Result<Vec<String>> {
        let folder = self.data_dir.to_string_lossy().into_owned();
        let mut pids = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let Ok(command) = fs::read(format!("/proc/{name}/cmdline")) else { continue };
            let words: Vec<_> = command.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
            if words.first().is_some_and(|program| program.ends_with("/carryover"))
                && words.iter().any(|word| *word == folder)
            {
                pids.push(name);
            }
        }
        Ok(pids)
    }
}

/// Kills the driver if no session comes about.
struct Started(Option<Child>);

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may be gone already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // The last owner of a session says good-bye to a driver that is gone, and waits for its answer: be never the last.
        std::mem::forget(self.driver.clone());
        // After a failed test: no program is left behind. Both may be gone already.
        for pid in self.pids().unwrap_or_default() {
            let _ = Command::new("kill").args(["-9", &pid]).status();
        }
        let _ = self.webdriver.kill();
        let _ = self.webdriver.wait();
    }
}

/// Whether a process still holds its files and sockets: a zombie does not.
fn lives(pid: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
    state.and_then(|stat| stat.rsplit_once(") ").map(|(_, rest)| !rest.starts_with(['Z', 'X']))).unwrap_or(false)
}

fn selector(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn program() -> Result<PathBuf> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("debug/carryover").canonicalize().context("the program is not built: cargo build --workspace")
}

/// A port of this computer where nothing listens.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

pub(crate) async fn wait_for_port(port: u16) -> Result<()> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        ensure!(tokio::time::Instant::now() < deadline, "nothing listens on port {port}");
        tokio::time::sleep(STEP).await;
    }
    Ok(())
}
