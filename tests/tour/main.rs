//! The shop's story, for people or for a camera. `cargo xtask tour` builds what it needs and runs it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use carryover_e2e::{
    Browser, Tester, Window,
    story::{self, Audience, Scene},
};
use carryover_testkit::{ControlOptions, SandboxOptions};

/// Long enough to read a caption and look at the screen.
const PAUSE: Duration = Duration::from_secs(5);
/// The smallest window that is promised to work, and a laptop's.
const SIZES: [(u32, u32); 2] = [(800, 600), (1440, 900)];
/// The scenes that the README shows, and under which name.
const README: [(&str, &str); 4] =
    [("guest", "shop.png"), ("code", "code.png"), ("two-carts", "two-carts.png"), ("merged", "member.png")];

#[tokio::main]
async fn main() -> Result<()> {
    if env::args().nth(1).as_deref() == Some("pictures") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images/tour");
        story::tell_all(&mut Camera { folder: folder.clone(), taken: 0 }).await?;
        return console(&folder).await;
    }
    story::tell(&mut People).await
}

/// Takes a picture of each part of the console, in a browser, while something is going on.
async fn console(folder: &Path) -> Result<()> {
    let options = SandboxOptions { control: Some(ControlOptions::default()), ..SandboxOptions::default() };
    let (sandbox, _) = carryover_testkit::sandbox(options).await?;
    let browser = Browser::start().await?;
    let tester = Tester::opens(&browser, &sandbox.control().context("a console")?.console()).await?;
    for scenario in ["existing-account-with-cart", "guest-31-days-old", "email-pending"] {
        tester.sets(scenario).await?;
    }
    for tab in ["inbox", "people", "probe", "scenarios", "timeline", "dials"] {
        println!("console: {tab}");
        tester.goes_to(tab).await?;
        for (width, height) in SIZES {
            for theme in ["dark", "light"] {
                browser.wears(theme, width, height).await?;
                browser.picture(&folder.join(format!("{theme}-{width}x{height}/console-{tab}.png"))).await?;
            }
        }
    }
    browser.close().await?;
    sandbox.shutdown().await;
    Ok(())
}

/// Sits before the screen.
struct People;

impl Audience for People {
    async fn see(&mut self, window: &Window, scene: Scene) -> Result<()> {
        let show = format!(
            r##"const caption = document.createElement("div");
            caption.id = "tour-caption";
            caption.textContent = {:?};
            caption.popover = "manual";
            Object.assign(caption.style, {{ position: "fixed", inset: "auto 0 2rem", margin: "0 auto", width: "fit-content",
                maxWidth: "80vw", padding: "0.75rem 1.25rem", border: "0", borderRadius: "999px", background: "#1c1a17",
                color: "#fff", font: "600 1.125rem/1.4 system-ui", boxShadow: "0 0.5rem 2rem #0006" }});
            document.body.append(caption);
            caption.showPopover();
            return true;"##,
            scene.caption
        );
        window.script(&show).await?;
        tokio::time::sleep(PAUSE).await;
        window.script(r#"document.getElementById("tour-caption")?.remove(); return true;"#).await.map(drop)
    }
}

/// Takes a picture of each scene in every theme and size.
struct Camera {
    folder: PathBuf,
    taken: usize,
}

impl Audience for Camera {
    async fn see(&mut self, window: &Window, scene: Scene) -> Result<()> {
        self.taken += 1;
        println!("{:02} {}: {}", self.taken, scene.name, scene.caption);
        for (width, height) in SIZES {
            window.resize(width, height).await?;
            for theme in ["dark", "light"] {
                window.wear(theme).await?;
                let file = format!("{theme}-{width}x{height}/{:02}-{}.png", self.taken, scene.name);
                window.picture(&self.folder.join(&file)).await?;
                let readme = README.iter().find(|(name, _)| *name == scene.name);
                if let Some((_, name)) = readme.filter(|_| theme == "light" && width == SIZES[1].0) {
                    fs::copy(self.folder.join(&file), self.folder.join("..").join(name))?;
                }
            }
        }
        Ok(())
    }
}
