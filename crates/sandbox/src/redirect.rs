//! Where a person may be sent (wire reference, section 8.4). Whoever can choose that freely gets other people's tokens, so an
//! address that reads in two ways is refused, even where upstream would pass it.

use std::net::IpAddr;

use url::Url;

use crate::glob::{Glob, authority};

/// Schemes that run or show what stands in the address itself.
const NEVER: [&str; 6] = ["javascript", "data", "vbscript", "file", "blob", "about"];
/// Hosts whose port does not matter when they are the project's own site.
const THIS_COMPUTER: [&str; 5] = ["localhost", "127.0.0.1", "::1", "0.0.0.0", "::"];

/// The project's own site and the addresses it allows besides.
pub(crate) struct Redirects {
    site: String,
    allowed: Vec<Glob>,
}

impl Redirects {
    pub(crate) fn new(site: &str, patterns: &[String]) -> Self {
        let read = |pattern: &String| {
            let glob = Glob::new(pattern);
            if glob.is_none() {
                tracing::warn!(pattern, "no pattern of an address: it allows nothing");
            }
            glob
        };
        Self { site: site.to_owned(), allowed: patterns.iter().filter_map(read).collect() }
    }

    /// The first candidate that is allowed, as it was written, or the project's own site.
    pub(crate) fn resolve<'a>(&self, candidates: impl IntoIterator<Item = &'a str>) -> String {
        candidates.into_iter().find(|candidate| self.allows(candidate)).unwrap_or(&self.site).to_owned()
    }

    /// The project's own site.
    pub(crate) fn site(&self) -> &str {
        &self.site
    }

    fn allows(&self, address: &str) -> bool {
        let Some(target) = Target::read(address) else { return false };
        if Target::read(&self.site).is_some_and(|site| site.is_home_of(&target)) {
            return true;
        }
        match target.ip() {
            Some(ip) => ip.is_loopback(),
            None if target.host_is_only(|c| c.is_ascii_digit()) => false,
            None if target.is_web() && !target.host_is_only(|c| c.is_ascii_alphanumeric() || ".-".contains(c)) => false,
            None => {
                let bare = address.split('#').next().unwrap_or(address);
                self.allowed.iter().any(|glob| glob.allows(bare))
            }
        }
    }
}

/// An address taken apart.
struct Target {
    scheme: String,
    /// In lower case, without brackets.
    host: String,
    port: Option<u16>,
}

impl Target {
    /// `None` for everything that browsers, this program and the one who wrote the list could read differently.
    fn read(address: &str) -> Option<Self> {
        let plain = address.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"\\<>\"`".contains(c));
        let url = Url::parse(address).ok().filter(|_| plain)?;
        let scheme = url.scheme().to_owned();
        let spelt = address.get(..scheme.len())?.eq_ignore_ascii_case(&scheme);
        let authority = authority(address)?;
        if !spelt
            || !address[scheme.len()..].starts_with("://")
            || NEVER.contains(&scheme.as_str())
            || authority.contains('@')
        {
            return None;
        }
        let (host, port) = split_port(authority)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let port = port.or_else(|| url.port_or_known_default());
        let target = Self { scheme, host, port };
        // Browsers read more than one spelling of a host: 0x7f.1, 2130706433, escapes, other alphabets. Only the plain one passes.
        let read_by_browsers = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let agreed = target.host == read_by_browsers
            || target.ip().is_some_and(|ip| read_by_browsers.parse() == Ok(ip))
            || (!target.is_web() && read_by_browsers.eq_ignore_ascii_case(&target.host));
        agreed.then_some(target)
    }

    /// Whether `other` lies on this site.
    fn is_home_of(&self, other: &Self) -> bool {
        let same_port = self.port == other.port || THIS_COMPUTER.contains(&self.host.as_str());
        !self.host.is_empty() && self.scheme == other.scheme && self.host == other.host && same_port
    }

    fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    fn is_web(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https")
    }

    fn host_is_only(&self, accepts: impl Fn(char) -> bool) -> bool {
        !self.host.is_empty() && self.host.chars().all(accepts)
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            let port = if port.is_empty() { None } else { Some(port.parse().ok()?) };
            Some((host, port))
        }
        _ => Some((authority, None)),
    }
}

#[cfg(test)]
#[path = "redirect_tests.rs"]
mod tests;
