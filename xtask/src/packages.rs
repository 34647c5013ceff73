//! The system's package manager: which one, its exact command, and running it where that is allowed.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{
    needs::{self, Need, Purpose},
    sh,
};

/// A package manager whose package names are known here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Manager {
    Apt,
    Dnf,
    Pacman,
}

impl Manager {
    /// The one of this machine.
    pub(crate) fn find() -> Option<Self> {
        [(Self::Apt, "apt-get"), (Self::Dnf, "dnf"), (Self::Pacman, "pacman")]
            .into_iter()
            .find_map(|(manager, program)| sh::on_path(program).then_some(manager))
    }

    /// The package that holds a need.
    fn package(self, need: &Need) -> &'static str {
        match self {
            Self::Apt => need.apt,
            Self::Dnf => need.dnf,
            Self::Pacman => need.pacman,
        }
    }

    /// The command that installs these needs, as one would type it.
    pub(crate) fn command(self, needs: &[&Need]) -> String {
        let install = match self {
            Self::Apt => "sudo apt-get update && sudo apt-get install -y",
            Self::Dnf => "sudo dnf install",
            Self::Pacman => "sudo pacman -S --needed",
        };
        format!("{install} {}", self.packages(needs).join(" "))
    }

    fn packages(self, needs: &[&Need]) -> Vec<&'static str> {
        let mut packages: Vec<_> = needs.iter().map(|need| self.package(need)).collect();
        packages.sort_unstable();
        packages.dedup();
        packages
    }
}

/// Installs what is missing where that can be done, and says so; elsewhere an error that holds the exact command.
pub(crate) fn ensure(purpose: Purpose) -> Result<&'static str> {
    node()?;
    let missing = needs::missing(purpose);
    if missing.is_empty() {
        return Ok("all there");
    }
    let names: Vec<_> = missing.iter().map(|need| need.name()).collect();
    let names = names.join(", ");
    match Manager::find() {
        Some(Manager::Apt) => apt(&missing, &names)?,
        Some(manager) => bail!("Missing: {names}. Install them with\n  {}", manager.command(&missing)),
        None => bail!("Missing: {names}. Install them with your system's package manager."),
    }
    let left = needs::missing(purpose);
    if left.is_empty() {
        return Ok("installed");
    }
    let left: Vec<_> = left.iter().map(|need| need.name()).collect();
    bail!("Still missing after the installation: {}.", left.join(", "))
}

fn node() -> Result<()> {
    let (major, minor) = needs::NODE;
    let get = format!("{major}.{minor} or newer is needed. See https://nodejs.org/en/download.");
    match needs::node() {
        Some(version) if version >= needs::NODE => Ok(()),
        Some((major, minor)) => bail!("Node {major}.{minor} is too old: {get}"),
        None => bail!("Node is missing: {get}"),
    }
}

fn apt(missing: &[&Need], names: &str) -> Result<()> {
    let packages = Manager::Apt.packages(missing);
    println!("    Missing: {names}");
    let sudo: &[&str] = match () {
        () if is_root() => &[],
        () if sh::on_path("sudo") => &["sudo"],
        () => bail!("Install them as root with\n  apt-get update && apt-get install -y {}", packages.join(" ")),
    };
    println!("    Installing with apt: {}", packages.join(" "));
    sh::succeed(apt_get(sudo).arg("update").arg("--quiet=2"))?;
    sh::succeed(apt_get(sudo).args(["install", "--yes", "--quiet=2", "--no-install-recommends"]).args(packages))
}

/// apt-get that asks no questions. The variable goes through `env`, since sudo clears the environment.
fn apt_get(sudo: &[&str]) -> Command {
    let words = [sudo, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

fn is_root() -> bool {
    sh::output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needs::Sign;

    const NEED: Need =
        Need { sign: Sign::Program("x"), purpose: Purpose::Run, apt: "x-apt", dnf: "x-dnf", pacman: "x-pacman" };

    #[test]
    fn a_package_that_holds_two_things_is_named_once() {
        assert_eq!(Manager::Dnf.command(&[&NEED, &NEED]), "sudo dnf install x-dnf");
        assert_eq!(Manager::Apt.packages(&[&NEED, &NEED]), ["x-apt"]);
        assert_eq!(Manager::Pacman.packages(&[&NEED]), ["x-pacman"]);
    }
}
