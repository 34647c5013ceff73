//! A desktop of one's own: a virtual display, a session bus, a Secret Service and a home folder, gone when dropped.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio, id},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

/// A process that ends with its owner.
struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Xvfb on a display number that was free.
pub(crate) struct Display {
    /// What `DISPLAY` is to be.
    pub(crate) name: String,
    _server: Held,
}

impl Display {
    pub(crate) fn start() -> Result<Self> {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]);
        let (server, number) = announced(server.stderr(Stdio::null())).context("Xvfb did not start")?;
        Ok(Self { name: format!(":{number}"), _server: server })
    }

    /// Has a program open its windows here.
    pub(crate) fn show(&self, command: &mut Command) {
        command.env("DISPLAY", &self.name).env("GDK_BACKEND", "x11").env_remove("WAYLAND_DISPLAY");
        // The bus has no accessibility service; without this GTK complains of that at each start.
        command.env("NO_AT_BRIDGE", "1");
    }
}

/// A session bus that starts nothing by itself: no key store that asks on a screen nobody sees, no desktop portal.
pub(crate) struct Bus {
    /// What `DBUS_SESSION_BUS_ADDRESS` is to be.
    pub(crate) address: String,
    _daemon: Held,
    _folder: Scratch,
}

/// As the system's own `session.conf`, without its service folders.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:dir=FOLDER</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

impl Bus {
    pub(crate) fn start() -> Result<Self> {
        let folder = Scratch::new("bus")?;
        let config = folder.path.join("session.conf");
        fs::write(&config, BUS.replace("FOLDER", &folder.path.display().to_string()))?;
        let mut daemon = Command::new("dbus-daemon");
        daemon
            .args(["--nofork", "--nopidfile", "--print-address=1", "--config-file"])
            .arg(config)
            .stderr(Stdio::null());
        let (daemon, address) = announced(&mut daemon).context("dbus-daemon did not start")?;
        Ok(Self { address, _daemon: daemon, _folder: folder })
    }

    /// Whether somebody on the bus answers to a name.
    fn has(&self, name: &str) -> bool {
        let ask = ["--print-reply=literal", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner"];
        let reply = Command::new("dbus-send")
            .arg(format!("--bus={}", self.address))
            .args(ask)
            .arg(format!("string:{name}"))
            .output();
        reply.is_ok_and(|reply| String::from_utf8_lossy(&reply.stdout).contains("true"))
    }
}

/// Display, bus, unlocked Secret Service and an empty home: what tests and measurements run on.
pub(crate) struct Stage {
    // Dropped in this order: the key store before its bus, the home last.
    _secrets: Held,
    display: Display,
    bus: Bus,
    home: Scratch,
}

impl Stage {
    pub(crate) fn set() -> Result<Self> {
        ensure!(cfg!(target_os = "linux"), "the window is driven on Linux only");
        let home = Scratch::new("home")?;
        for folder in ["data", "config", "cache", "state", "runtime"] {
            private_folder(&home.path.join(folder))?;
        }
        let display = Display::start()?;
        let bus = Bus::start()?;
        let secrets = secret_service(&bus, &home)?;
        Ok(Self { _secrets: secrets, display, bus, home })
    }

    /// Puts a program on this stage.
    pub(crate) fn enter(&self, command: &mut Command) {
        at_home(command, &self.home.path, &self.bus);
        self.display.show(command);
    }

    /// A new folder's path inside the home.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.home.path.join(name)
    }
}

/// gnome-keyring with a keyring made for this session; its password is worth nothing beyond it.
fn secret_service(bus: &Bus, home: &Scratch) -> Result<Held> {
    let mut daemon = Command::new("gnome-keyring-daemon");
    daemon.args(["--foreground", "--unlock", "--components=secrets"]);
    at_home(&mut daemon, &home.path, bus);
    let mut daemon = daemon
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("gnome-keyring-daemon did not start")?;
    if let Some(mut stdin) = daemon.stdin.take() {
        stdin.write_all(b"for-this-session-only")?;
    }
    let daemon = Held(daemon);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !bus.has("org.freedesktop.secrets") {
        ensure!(Instant::now() < deadline, "gnome-keyring-daemon did not offer its Secret Service within 20 s");
        thread::sleep(Duration::from_millis(50));
    }
    Ok(daemon)
}

fn at_home(command: &mut Command, home: &Path, bus: &Bus) {
    // Rust's own folders stay where they are.
    for (variable, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let real = env::var_os(variable).map(PathBuf::from);
        if let Some(real) = real.or_else(|| env::home_dir().map(|home| home.join(folder))) {
            command.env(variable, real);
        }
    }
    command
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_RUNTIME_DIR", home.join("runtime"))
        .env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
}

/// Starts a server that announces itself with one line on standard output.
fn announced(server: &mut Command) -> Result<(Held, String)> {
    let mut child = Held(server.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?);
    let mut line = String::new();
    if let Some(stdout) = child.0.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let line = line.trim();
    if line.is_empty() {
        bail!("it ended before it was ready");
    }
    Ok((child, line.to_owned()))
}

/// A folder below the system's folder for temporary files, removed when dropped.
pub(crate) struct Scratch {
    pub(crate) path: PathBuf,
}

impl Scratch {
    pub(crate) fn new(name: &str) -> Result<Self> {
        let path = env::temp_dir().join(format!("carryover-{}-{name}", id()));
        private_folder(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder left behind is the worst that can happen.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A folder that only its owner may enter, as XDG_RUNTIME_DIR must be.
fn private_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_stage_has_all_that_it_promises_and_leaves_nothing() {
        let stage = Stage::set().unwrap();
        assert!(stage.bus.has("org.freedesktop.secrets"));
        assert!(!stage.bus.has("org.example.nobody"));
        let mut env = Command::new("env");
        stage.enter(&mut env);
        let env = String::from_utf8(env.output().unwrap().stdout).unwrap();
        assert!(env.contains(&format!("HOME={}\n", stage.home.path.display())));
        assert!(env.contains(&format!("DISPLAY={}\n", stage.display.name)));
        let home = stage.home.path.clone();
        drop(stage);
        assert!(!home.exists());
    }
}
