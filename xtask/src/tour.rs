//! `cargo xtask tour`: drives the real window through the shop's story.

use std::process::ExitCode;

use anyhow::Result;

use crate::{app, needs::Purpose, packages, sh, stage::Stage, ui};

/// For whom.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// For a camera: no pauses, on a display of its own; pictures of every scene, light and dark, small and large.
    #[arg(long)]
    pictures: bool,
}

/// Tells the story.
pub(crate) fn tour(options: &Options) -> Result<ExitCode> {
    println!("1/4 System packages: {}", packages::ensure(Purpose::Test)?);
    println!("2/4 UI packages: {}", ui::packages()?);
    println!("3/4 UI: {}", ui::build()?);
    println!("4/4 App: building");
    let mut build = app::command();
    build.args(["--bin=carryover", "--example=bare_window", "--example=tour"]);
    sh::succeed(&mut build)?;
    let mut tour = sh::command(sh::built("debug", "examples/tour"));
    let stage = options.pictures.then(Stage::set).transpose()?;
    if let Some(stage) = &stage {
        stage.enter(&mut tour);
        tour.arg("pictures");
    }
    Ok(if tour.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
