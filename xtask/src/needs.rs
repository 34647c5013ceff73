//! What a machine must have, and how to tell.

use std::process::Command;

use crate::{postgres, sh};

/// What something is needed for. Each purpose includes the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Purpose {
    /// Building the shop and opening its window.
    Run,
    /// The same without a screen.
    Headless,
    /// The test suites.
    Test,
}

/// How to tell that something is there.
#[derive(Clone, Copy)]
pub(crate) enum Sign {
    /// A program on the path.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// The programs of a PostgreSQL server, which lie beside the path on some systems.
    PostgreSql,
}

/// One thing that the system's package manager provides, with its package by manager.
pub(crate) struct Need {
    pub(crate) sign: Sign,
    pub(crate) purpose: Purpose,
    pub(crate) apt: &'static str,
    pub(crate) dnf: &'static str,
    pub(crate) pacman: &'static str,
}

impl Need {
    pub(crate) fn name(&self) -> &'static str {
        match self.sign {
            Sign::Program(name) | Sign::Library(name) => name,
            Sign::PostgreSql => "postgres",
        }
    }

    pub(crate) fn found(&self) -> bool {
        match self.sign {
            Sign::Program(name) => sh::on_path(name),
            Sign::Library(name) => sh::succeeds(Command::new("pkg-config").args(["--exists", name])),
            Sign::PostgreSql => postgres::programs().is_some(),
        }
    }
}

const LINUX: &[Need] = &[
    Need { sign: Sign::Program("cc"), purpose: Purpose::Run, apt: "build-essential", dnf: "gcc", pacman: "base-devel" },
    Need {
        sign: Sign::Program("pkg-config"),
        purpose: Purpose::Run,
        apt: "pkg-config",
        dnf: "pkgconf-pkg-config",
        pacman: "pkgconf",
    },
    Need {
        sign: Sign::Library("webkit2gtk-4.1"),
        purpose: Purpose::Run,
        apt: "libwebkit2gtk-4.1-dev",
        dnf: "webkit2gtk4.1-devel",
        pacman: "webkit2gtk-4.1",
    },
    Need {
        sign: Sign::Library("librsvg-2.0"),
        purpose: Purpose::Run,
        apt: "librsvg2-dev",
        dnf: "librsvg2-devel",
        pacman: "librsvg",
    },
    Need {
        sign: Sign::Library("ayatana-appindicator3-0.1"),
        purpose: Purpose::Run,
        apt: "libayatana-appindicator3-dev",
        dnf: "libayatana-appindicator-gtk3-devel",
        pacman: "libayatana-appindicator",
    },
    Need {
        sign: Sign::Program("Xvfb"),
        purpose: Purpose::Headless,
        apt: "xvfb",
        dnf: "xorg-x11-server-Xvfb",
        pacman: "xorg-server-xvfb",
    },
    Need {
        sign: Sign::Program("dbus-daemon"),
        purpose: Purpose::Headless,
        apt: "dbus",
        dnf: "dbus-daemon",
        pacman: "dbus",
    },
    Need { sign: Sign::Program("dbus-send"), purpose: Purpose::Test, apt: "dbus", dnf: "dbus-tools", pacman: "dbus" },
    Need {
        sign: Sign::Program("gnome-keyring-daemon"),
        purpose: Purpose::Test,
        apt: "gnome-keyring",
        dnf: "gnome-keyring",
        pacman: "gnome-keyring",
    },
    Need {
        sign: Sign::Program("chromedriver"),
        purpose: Purpose::Test,
        apt: "chromium-driver",
        dnf: "chromedriver",
        pacman: "chromium",
    },
    Need { sign: Sign::Program("strace"), purpose: Purpose::Test, apt: "strace", dnf: "strace", pacman: "strace" },
    Need { sign: Sign::Program("xdotool"), purpose: Purpose::Test, apt: "xdotool", dnf: "xdotool", pacman: "xdotool" },
    Need {
        sign: Sign::Program("WebKitWebDriver"),
        purpose: Purpose::Test,
        apt: "webkit2gtk-driver",
        dnf: "webkitgtk6.0",
        pacman: "webkitgtk-6.0",
    },
    Need {
        sign: Sign::PostgreSql,
        purpose: Purpose::Test,
        apt: "postgresql",
        dnf: "postgresql-server",
        pacman: "postgresql",
    },
];

/// All needs of this system. On macOS and Windows the web view and the linker come with the system's own tools.
pub(crate) fn needs() -> &'static [Need] {
    if cfg!(target_os = "linux") { LINUX } else { &[] }
}

/// What is missing for a purpose.
pub(crate) fn missing(purpose: Purpose) -> Vec<&'static Need> {
    needs().iter().filter(|need| need.purpose <= purpose && !need.found()).collect()
}

/// Node's version, if there is a Node.
pub(crate) fn node() -> Option<(u32, u32)> {
    let output = Command::new("node").arg("--version").output().ok()?;
    major_minor(&String::from_utf8_lossy(&output.stdout))
}

fn major_minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The oldest Node that Vite runs on.
pub(crate) const NODE: (u32, u32) = (20, 19);

#[cfg(test)]
mod tests {
    use super::major_minor;

    #[test]
    fn reads_nodes_version() {
        assert_eq!(major_minor("v20.19.1\n"), Some((20, 19)));
        assert_eq!(major_minor(""), None);
    }
}
