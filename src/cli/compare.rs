//! Flags of `compare`.

use std::path::PathBuf;

use clap::Args;

use crate::units;

/// Flags of `compare`.
#[derive(Debug, Clone, Args)]
#[command(override_usage = "loadagent compare [OPTIONS] <BASE> <NEW>")]
pub struct CompareArgs {
    /// Baseline run: a directory, an ID in runs/, or three or more repeated runs, separated by commas; last-good is the newest
    /// run beside NEW that passed with the same load
    #[arg(required = true, num_args = 1, value_delimiter = ',')]
    pub base: Vec<PathBuf>,
    /// New run, or three or more repeated runs, as for BASE
    #[arg(required = true, num_args = 1, value_delimiter = ',')]
    pub new: Vec<PathBuf>,
    /// Smallest difference of times and rates that matters
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    pub margin: f64,
    /// Smallest difference that matters in shares such as failed requests, in percentage points
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = share)]
    pub share_margin: f64,
    /// Print JSON
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// Print Markdown, for a comment on a pull request
    #[arg(long)]
    pub markdown: bool,
    /// Compare even if the loads differ or a run is invalid
    #[arg(long)]
    pub force: bool,
}

fn share(text: &str) -> Result<f64, String> {
    units::parse_share(text).map_err(|error| error.to_string())
}
