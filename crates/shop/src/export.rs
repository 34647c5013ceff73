//! A person's data, in a file of their own.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{Identity, Shop, ShopError, sync::with_token};

/// So long the server may take to say what it keeps. Without it the file says what is here.
const PATIENCE: Duration = Duration::from_secs(5);

impl Shop {
    /// Writes all that is known of the person, here and on the server, to a new JSON file in `folder`, readable by its owner
    /// only. Works offline: the file then says that the server's part is missing. Returns the file.
    pub async fn export(&self, folder: &Path) -> Result<PathBuf, ShopError> {
        let inner = &*self.inner;
        let now = inner.clock.now();
        let server = self.kept_on_server().await;
        let (who, backend, cart) = {
            let model = inner.model();
            (who(&model.identity), model.backend.scope().as_str().to_owned(), json!(model.cart()))
        };
        let export = json!({
            "exported_at": now.to_string(),
            "backend": backend,
            "who": who,
            "on_this_device": { "cart": cart },
            "on_the_server": server.as_ref().ok(),
            "server_not_asked": server.as_ref().err(),
        });
        let file = folder.join(format!("carryover-{}.json", now.strftime("%Y-%m-%d-%H%M%S")));
        let written = file.clone();
        tokio::task::spawn_blocking(move || write(&written, &export))
            .await
            .map_err(io::Error::from)
            .flatten()
            .map_err(ShopError::Export)?;
        Ok(file)
    }

    /// The server's part, or why there is none.
    async fn kept_on_server(&self) -> Result<Value, String> {
        let Ok(link) = self.inner.link() else { return Err(ShopError::Starting.to_string()) };
        if link.engine.session().is_none() {
            return Err("nobody is signed in".to_owned());
        }
        let asked = with_token(&link, |token| link.remote.export_me(token));
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err("the server took too long".to_owned()),
        }
    }
}

fn who(identity: &Identity) -> Value {
    match identity {
        Identity::Visitor => json!({ "kind": "visitor" }),
        Identity::Guest { user_id } => json!({ "kind": "guest", "user_id": user_id }),
        Identity::Member { user_id, email, phone } => {
            json!({ "kind": "member", "user_id": user_id, "email": email, "phone": phone })
        }
    }
}

fn write(file: &Path, export: &Value) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut handle = options.open(file)?;
    serde_json::to_writer_pretty(&mut handle, export)?;
    handle.write_all(b"\n")?;
    handle.sync_all()
}
