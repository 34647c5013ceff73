//! PostgreSQL 18 in this process, joined to `tokio_postgres` by a pipe in memory.

use std::{
    future::Future,
    io,
    path::PathBuf,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use deadpool_postgres::{Connect, Manager};
use oliphaunt_wasix::{AsyncOliphaunt, DatabaseStorage};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    task::JoinHandle,
};
use tokio_postgres::{Client, Config, NoTls};

use super::sessions;

/// The engine has one session: its users take turns.
pub(super) const SESSIONS: usize = 1;
/// Room in the pipe, each way.
const PIPE: usize = 1 << 20;
/// What a client is told at the start, as a server would (PostgreSQL documentation, "Message Flow").
const PARAMETERS: [(&str, &str); 6] = [
    ("server_version", "18.0"),
    ("server_encoding", "UTF8"),
    ("client_encoding", "UTF8"),
    ("DateStyle", "ISO, MDY"),
    ("integer_datetimes", "on"),
    ("standard_conforming_strings", "on"),
];

/// Opens the database, in a folder or in memory. The task ends when it is closed.
pub(super) async fn open(folder: Option<PathBuf>) -> Result<(Manager, Option<JoinHandle<()>>), String> {
    let storage = folder.map_or(DatabaseStorage::Memory, DatabaseStorage::Directory);
    let engine = AsyncOliphaunt::builder().storage(storage).open().await.map_err(|error| error.to_string())?;
    let (ours, theirs) = tokio::io::duplex(PIPE);
    let task = tokio::spawn(async move {
        if let Err(error) = serve(theirs, &engine).await {
            tracing::debug!(%error, "the session with the embedded engine ended");
        }
        if let Err(error) = engine.close().await {
            tracing::warn!(%error, "the embedded engine did not close in order");
        }
    });
    let mut config = Config::new();
    config.user("postgres").dbname("postgres");
    Ok((sessions(config, Only(Mutex::new(Some(ours)))), Some(task)))
}

/// Makes the one session that the engine has.
struct Only(Mutex<Option<DuplexStream>>);

impl Connect for Only {
    fn connect(
        &self,
        config: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), tokio_postgres::Error>> + Send + '_>> {
        let config = config.clone();
        let pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The session broke and there is no other: a pipe without another end says so in the protocol's own way.
        let pipe = pipe.unwrap_or_else(|| tokio::io::duplex(1).0);
        Box::pin(async move {
            let (client, connection) = config.connect_raw(pipe, NoTls).await?;
            let task = tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::error!(%error, "the connection to the embedded engine broke");
                }
            });
            Ok((client, task))
        })
    }
}

/// Plays the server's side: greets the client, then hands every run of messages up to Sync or Query to the engine.
async fn serve(mut pipe: DuplexStream, engine: &AsyncOliphaunt) -> io::Result<()> {
    greet(&mut pipe).await?;
    let mut batch = Vec::new();
    loop {
        let kind = match pipe.read_u8().await {
            Ok(kind) => kind,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        };
        let length = pipe.read_i32().await?;
        let body = usize::try_from(length - 4).map_err(io::Error::other)?;
        if kind == b'X' {
            return Ok(());
        }
        batch.push(kind);
        batch.extend_from_slice(&length.to_be_bytes());
        let start = batch.len();
        batch.resize(start + body, 0);
        pipe.read_exact(&mut batch[start..]).await?;
        if matches!(kind, b'S' | b'Q') {
            let answer = engine.exec_protocol_raw(&batch).await.map_err(io::Error::other)?;
            pipe.write_all(&answer).await?;
            batch.clear();
        }
    }
}

async fn greet(pipe: &mut DuplexStream) -> io::Result<()> {
    let length = pipe.read_i32().await?;
    let mut startup = vec![0; usize::try_from(length - 4).map_err(io::Error::other)?];
    pipe.read_exact(&mut startup).await?;
    let mut hello = Vec::new();
    message(&mut hello, b'R', &0_i32.to_be_bytes());
    for (name, value) in PARAMETERS {
        message(&mut hello, b'S', format!("{name}\0{value}\0").as_bytes());
    }
    message(&mut hello, b'K', &[0; 8]);
    message(&mut hello, b'Z', b"I");
    pipe.write_all(&hello).await
}

fn message(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    // Ours are a few bytes long.
    let length = i32::try_from(body.len() + 4).unwrap_or(i32::MAX);
    out.push(kind);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(body);
}
