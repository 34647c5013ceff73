//! A PostgreSQL server of one's own: made for a run, gone when dropped.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{sh, stage::Scratch};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// Speed over safety: what is in it is gone with it. Many sessions, since every test's sandbox has a pool of its own.
const SETTINGS: [&str; 5] =
    ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=400", "autovacuum=off"];

/// A running server.
pub(crate) struct Postgres {
    /// Its address without a database: `postgres://postgres@127.0.0.1:PORT`.
    pub(crate) address: String,
    server: Child,
    _folder: Scratch,
}

impl Postgres {
    /// Makes a cluster on a free port and waits until it answers.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs().context("there is no PostgreSQL server on this machine")?;
        let folder = Scratch::new("postgres")?;
        let user = User::for_servers()?;
        user.give(&folder.path)?;
        let data = folder.path.join("data");
        let mut initdb = user.command(&programs.join("initdb"));
        initdb.arg("--pgdata").arg(&data).args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"]);
        sh::output(initdb.arg("--locale=C").stdin(Stdio::null()))?;
        let port = free_port()?;
        let mut postgres = user.command(&programs.join("postgres"));
        postgres.arg("-D").arg(&data).arg("-p").arg(port.to_string());
        for setting in SETTINGS {
            postgres.args(["-c", setting]);
        }
        let log = fs::File::create(folder.path.join("log"))?;
        let server = postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?;
        let address = format!("postgres://postgres@127.0.0.1:{port}");
        let mut this = Self { address, server, _folder: folder };
        this.wait(&data)?;
        Ok(this)
    }

    /// As pg_ctl waits: the server writes how it does into the last line of a file.
    fn wait(&mut self, data: &Path) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let state = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            if state.lines().last().is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            ensure!(self.server.try_wait()?.is_none(), "PostgreSQL stopped at once");
            thread::sleep(Duration::from_millis(50));
        }
        bail!("PostgreSQL did not answer within {} seconds", PATIENCE.as_secs())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // An immediate stop: nothing in it is worth more, and what it shares with its own processes is given back.
        let id = self.server.id().to_string();
        if !sh::succeeds(Command::new("kill").args(["-s", "QUIT", &id])) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// The folder of the newest server's programs: on the path, or where Debian and Red Hat put them.
pub(crate) fn programs() -> Option<PathBuf> {
    let on_path: Vec<PathBuf> = env::var_os("PATH").map_or_else(Vec::new, |path| env::split_paths(&path).collect());
    let has_server = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    on_path.into_iter().find(has_server).or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut folders: Vec<(u32, PathBuf)> = versions
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
            .filter(|(_, folder)| has_server(folder))
            .collect();
        folders.sort();
        folders.pop().map(|(_, folder)| folder)
    })
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Who runs the server: whoever runs this, but never root, whom PostgreSQL refuses.
struct User(Option<(u32, u32)>);

impl User {
    fn for_servers() -> Result<Self> {
        let id =
            |arguments: &[&str]| -> Result<u32> { Ok(sh::output(Command::new("id").args(arguments))?.trim().parse()?) };
        if id(&["-u"])? != 0 {
            return Ok(Self(None));
        }
        let missing = "PostgreSQL does not run as root, and there is no user postgres";
        Ok(Self(Some((id(&["-u", "postgres"]).context(missing)?, id(&["-g", "postgres"]).context(missing)?))))
    }

    #[cfg(unix)]
    fn give(&self, folder: &Path) -> Result<()> {
        if let Some((user, group)) = self.0 {
            std::os::unix::fs::chown(folder, Some(user), Some(group))?;
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn give(&self, _: &Path) -> Result<()> {
        Ok(())
    }

    /// A program as this user.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // Where the user may look around.
        command.current_dir("/");
        #[cfg(unix)]
        if let Some((user, group)) = self.0 {
            std::os::unix::process::CommandExt::uid(&mut command, user);
            std::os::unix::process::CommandExt::gid(&mut command, group);
        }
        command
    }
}
