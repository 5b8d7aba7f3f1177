//! Flags of `compare`.

use std::path::PathBuf;

use clap::Args;

use crate::units;

/// Flags of `compare`.
#[derive(Debug, Clone, Args)]
#[command(override_usage = "loadagent compare [OPTIONS] <BASE> <NEW>")]
pub struct CompareArgs {
    /// Run to compare with: its directory, or its ID in runs/; at least three separated by commas are one side; last-good is
    /// the newest run beside NEW that passed with the same load
    #[arg(required = true, num_args = 1, value_delimiter = ',')]
    pub base: Vec<PathBuf>,
    /// Run to judge, or several like BASE
    #[arg(required = true, num_args = 1, value_delimiter = ',')]
    pub new: Vec<PathBuf>,
    /// Smallest difference of times and rates that matters
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    pub margin: f64,
    /// Smallest difference of shares that matters, such as failed requests: 1% is one percentage point
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = share)]
    pub share_margin: f64,
    /// Print JSON
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// Print Markdown, for a comment on a pull request
    #[arg(long)]
    pub markdown: bool,
    /// Compare runs whose load differs, or that are invalid
    #[arg(long)]
    pub force: bool,
}

fn share(text: &str) -> Result<f64, String> {
    units::parse_share(text).map_err(|error| error.to_string())
}
