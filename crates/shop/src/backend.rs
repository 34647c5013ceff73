//! Which Supabase the shop talks to.

use carryover_store::Scope;
use url::Url;

/// The backend's kind, known before its address is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackendKind {
    /// The one in the program itself.
    Sandbox,
    /// A Supabase project at this host.
    Hosted {
        /// Host name and port, which names the project.
        host: String,
    },
}

impl BackendKind {
    /// Rows of different backends never meet. The sandbox's port changes with every start, so it is not part of its name.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Sandbox => Scope::new("sandbox"),
            Self::Hosted { host } => Scope::new(host),
        }
    }
}

/// Where a backend listens.
#[derive(Debug, Clone)]
pub struct Backend {
    /// The project's URL, without `/auth/v1`.
    pub url: Url,
    /// Publishable key, or the legacy anon key. Not a secret: it is made to be shipped.
    pub publishable_key: String,
}

impl Backend {
    /// Host and port, which name the project.
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}
