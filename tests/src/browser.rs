//! The browser of the system: a stand-in for `xdg-open` that only notes the address, and a real Chromium that goes there.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use thirtyfour::{By, ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver};

use crate::window::{SETTLE, STEP, free_port, root, wait_for_port};

/// How long the program may take to open the browser.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the program finds on its path in place of the desktop's opener.
pub(crate) struct Opener {
    folder: tempfile::TempDir,
}

impl Opener {
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let script = folder.path().join("xdg-open");
        fs::write(&script, "#!/bin/sh\nprintf '%s\\n' \"$1\" >> \"$(dirname \"$0\")/opened\"\n")?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        Ok(Self { folder })
    }

    /// The search path with it in front.
    pub(crate) fn path(&self) -> Result<std::ffi::OsString> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.folder.path().to_owned()).chain(env::split_paths(&path));
        Ok(env::join_paths(folders)?)
    }

    /// The nth address that was opened, counted from 1.
    pub(crate) async fn opened(&self, nth: usize) -> Result<String> {
        let file = self.folder.path().join("opened");
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let opened = fs::read_to_string(&file).unwrap_or_default();
            if let Some(address) = opened.lines().nth(nth - 1) {
                return Ok(address.to_owned());
            }
            ensure!(tokio::time::Instant::now() < deadline, "the browser was opened {} times", opened.lines().count());
            tokio::time::sleep(STEP).await;
        }
    }
}

/// A real Chromium, driven.
pub struct Browser {
    /// What it shows.
    pub driver: WebDriver,
    chromedriver: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts it, with a profile of its own.
    pub async fn start() -> Result<Self> {
        let port = free_port()?;
        let chromedriver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver does not start (Debian: chromium-driver)")?;
        let profile = tempfile::tempdir()?;
        wait_for_port(port).await?;
        let mut capabilities = DesiredCapabilities::chrome();
        let folder = format!("--user-data-dir={}", profile.path().display());
        // No sandbox: as root there is none. The rest keeps it from asking the network for anything by itself.
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=900,900",
            &folder,
        ] {
            capabilities.add_arg(argument)?;
        }
        let driver = WebDriver::new(&format!("http://127.0.0.1:{port}"), capabilities).await?;
        Ok(Self { driver, chromedriver, _profile: profile })
    }

    /// Shows pages so large, in this colour scheme.
    pub async fn wears(&self, scheme: &str, width: u32, height: u32) -> Result<()> {
        let tools = self.driver.cdp();
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        tools.send_raw("Emulation.setEmulatedMedia", media).await?;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        tools.send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        // Colours fade into each other.
        tokio::time::sleep(SETTLE).await;
        Ok(())
    }

    /// Saves what it shows.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        fs::create_dir_all(file.parent().context("a folder")?)?;
        Ok(self.driver.screenshot(file).await?)
    }

    /// Goes to a provider's consent page and says yes, as somebody with this address.
    pub async fn consents(&self, address: &str, email: &str) -> Result<()> {
        self.driver.goto(address).await?;
        let field = self.driver.find(By::Css("input[name=email]")).await?;
        field.clear().await?;
        field.send_keys(email).await?;
        self.screenshot("browser-consent").await?;
        self.driver.find(By::Css("button[value=allow]")).await?.click().await?;
        self.comes_back().await?;
        self.screenshot("browser-back").await
    }

    /// Goes to a provider's consent page and says no.
    pub async fn denies(&self, address: &str) -> Result<()> {
        self.driver.goto(address).await?;
        self.driver.find(By::Css("button[value=deny]")).await?.click().await?;
        self.comes_back().await
    }

    /// Waits for the page that sends people back to the program.
    async fn comes_back(&self) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !self.driver.source().await?.contains("go back to Carryover") {
            ensure!(tokio::time::Instant::now() < deadline, "never came back: {}", self.driver.current_url().await?);
            tokio::time::sleep(STEP).await;
        }
        let landed = self.driver.current_url().await?;
        ensure!(landed.host_str() == Some("127.0.0.1"), "{landed}");
        ensure!(!landed.as_str().contains("_token"), "a token in the browser's address: {landed}");
        Ok(())
    }

    pub(crate) async fn screenshot(&self, name: &str) -> Result<()> {
        self.picture(&root().join("test-results").join(format!("{name}.png"))).await
    }

    /// Ends it in order.
    pub async fn close(mut self) -> Result<()> {
        self.driver.clone().quit().await?;
        self.chromedriver.kill()?;
        self.chromedriver.wait()?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // As with the window: never the last owner of a session whose driver is gone.
        std::mem::forget(self.driver.clone());
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}
