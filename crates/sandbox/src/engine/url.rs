//! `--database-url`, read once.

use std::{fmt, net::IpAddr, str::FromStr};

use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

/// Where a PostgreSQL server is, whose database it is and how to sign in there: `postgres://user@host:port/database`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Box<Config>);

/// Why an address is none. It does not repeat the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseUrlError {
    /// Neither a URL nor `key=value` pairs.
    #[error("not the address of a database: {0}; what it should look like: postgres://user@127.0.0.1:5432/carryover")]
    Syntax(#[source] tokio_postgres::Error),
    /// No host, no user or no database.
    #[error(
        "the address of the database names no {0}; what it should look like: postgres://user@127.0.0.1:5432/carryover"
    )]
    Missing(&'static str),
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut config: Config = text.parse().map_err(DatabaseUrlError::Syntax)?;
        for (there, what) in [
            (!config.get_hosts().is_empty() || !config.get_hostaddrs().is_empty(), "host"),
            (config.get_user().is_some(), "user"),
            (config.get_dbname().is_some(), "database"),
        ] {
            if !there {
                return Err(DatabaseUrlError::Missing(what));
            }
        }
        // On this computer there is nobody in between, and a server's certificate is one that it made up.
        if config.get_ssl_mode() == SslMode::Prefer && config.get_hosts().iter().all(is_here) {
            config.ssl_mode(SslMode::Disable);
        }
        Ok(Self(Box::new(config)))
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

impl DatabaseUrl {
    /// Whether the address itself tells a password.
    pub fn has_password(&self) -> bool {
        self.0.get_password().is_some()
    }

    /// With this password, unless the address tells one.
    #[must_use]
    pub fn or_password(mut self, password: &str) -> Self {
        if !self.has_password() {
            self.0.password(password);
        }
        self
    }

    /// The database's name.
    pub(super) fn database(&self) -> &str {
        self.0.get_dbname().unwrap_or_default()
    }

    /// What `tokio_postgres` connects with.
    pub(super) fn config(&self) -> Config {
        (*self.0).clone()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseUrl").field("database", &self.database()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DatabaseUrl, String> {
        text.parse().map_err(|error: DatabaseUrlError| error.to_string())
    }

    #[test]
    fn this_computers_server_is_spoken_to_in_the_clear_and_any_other_is_not() {
        for (text, mode) in [
            ("postgres://ana@127.0.0.1/shop", SslMode::Disable),
            ("postgres://ana@localhost:5433/shop", SslMode::Disable),
            ("postgres://ana@[::1]/shop", SslMode::Disable),
            ("postgres://ana@127.0.0.1/shop?sslmode=require", SslMode::Require),
            ("postgres://ana@db.example.com/shop", SslMode::Prefer),
            ("host=db.example.com user=ana dbname=shop sslmode=require", SslMode::Require),
        ] {
            assert_eq!(read(text).map(|url| url.config().get_ssl_mode()), Ok(mode), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_named_and_no_password_is_shown() {
        for (text, word) in [
            ("", "host"),
            ("postgres://127.0.0.1/shop", "user"),
            ("postgres://ana:secret@127.0.0.1", "database"),
            ("postgres://ana:secret@127.0.0.1:x/shop", "should look like"),
        ] {
            let words = read(text).expect_err("refused");
            assert!(words.contains(word) && !words.contains("secret"), "{text}: {words}");
        }
        let url = read("postgres://ana:secret@127.0.0.1/shop").expect("an address");
        assert!(url.has_password());
        assert!(!format!("{url:?}").contains("secret"));
    }
}
