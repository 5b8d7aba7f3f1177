//! Flags of `compare`.

use std::path::PathBuf;

use clap::Args;

use crate::units;

/// Flags of `compare`.
#[derive(Debug, Clone, Args)]
#[command(
    override_usage = "loadagent compare [OPTIONS] <BASE> <NEW>\n       loadagent compare [OPTIONS] --history DIR"
)]
pub struct CompareArgs {
    /// Baseline run: a directory, an ID in runs/, or three or more repeated runs, separated by commas; last-good is the newest
    /// run beside NEW that passed with the same load
    ///
    /// Baseline run: a directory, an ID in runs/, a summary of k6 (JSON), the statistics of Locust (CSV), or three or more repeated
    /// runs, separated by commas; last-good is the newest run beside NEW that passed with the same load.
    #[arg(required_unless_present = "history", num_args = 1, value_delimiter = ',', action = clap::ArgAction::Set)]
    pub base: Vec<PathBuf>,
    /// New run, or three or more repeated runs, as for BASE
    #[arg(required_unless_present = "history", num_args = 1, value_delimiter = ',', action = clap::ArgAction::Set)]
    pub new: Vec<PathBuf>,
    /// Find changes over all runs of a directory instead: steps and trends, from the oldest run to the newest
    #[arg(long, value_name = "DIR", conflicts_with_all = ["base", "new", "junit"])]
    pub history: Option<PathBuf>,
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
    /// Also write an XML file of test cases for CI systems (JUnit), one for each row
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Compare even if the loads differ or a run is invalid
    #[arg(long)]
    pub force: bool,
}

fn share(text: &str) -> Result<f64, String> {
    units::parse_share(text).map_err(|error| error.to_string())
}
