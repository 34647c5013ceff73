//! The command line.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
};

use carryover_shop::{Backend, BackendError};
use clap::Parser;
use url::Url;

/// Carryover: shop as a guest, sign up later, and everything carries over.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Folder for everything the program keeps [default: the platform's folder for application data].
    #[arg(long, value_name = "FOLDER", env = "CARRYOVER_DATA_DIR")]
    data_dir: Option<PathBuf>,

    /// Port of the sandbox on 127.0.0.1 [default: a free one].
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    pub(crate) sandbox_port: u16,

    /// A Supabase project to use instead of the sandbox, such as `https://abc.supabase.co`.
    #[arg(long, value_name = "URL", env = "CARRYOVER_SUPABASE_URL", requires = "publishable_key")]
    supabase_url: Option<Url>,

    /// The project's publishable key (or legacy anon key). Never its secret key.
    #[arg(long, value_name = "KEY", env = "CARRYOVER_PUBLISHABLE_KEY")]
    publishable_key: Option<String>,

    /// Which of several devices of a tester this is; its window says so.
    #[arg(long, value_name = "NUMBER", hide = true)]
    pub(crate) device: Option<u32>,

    /// Print `painted` when the catalog is on screen, for measuring.
    #[arg(long)]
    pub(crate) startup_probe: bool,
}

impl Args {
    /// Where everything is kept.
    pub(crate) fn data_dir(&self) -> PathBuf {
        let platform = || dirs::data_dir().unwrap_or_else(std::env::temp_dir).join("org.carryover.desktop");
        self.data_dir.clone().unwrap_or_else(platform)
    }

    /// The project that is named, if one is.
    pub(crate) fn hosted(&self) -> Result<Option<Backend>, BackendError> {
        let (Some(url), Some(publishable_key)) = (&self.supabase_url, &self.publishable_key) else {
            return Ok(None);
        };
        Backend::parse(url.as_str(), publishable_key).map(Some)
    }

    /// A D-Bus name for the instance on this data folder.
    #[cfg(target_os = "linux")]
    pub(crate) fn instance_name(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.data_dir().hash(&mut hasher);
        format!("org.carryover.desktop.d{:x}", hasher.finish())
    }
}
