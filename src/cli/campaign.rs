//! Flags of `campaign`.

use std::path::PathBuf;

use clap::Args;

use super::pair;

/// Flags of `campaign`.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct CampaignArgs {
    /// The campaign
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Go on with a campaign that was interrupted
    ///
    /// Go on with a campaign that was interrupted: the one in --dir, or else the newest one of this name in campaigns/.
    /// Runs that have ended are not repeated.
    #[arg(long)]
    pub resume: bool,
    /// Directory of the campaign [default: campaigns/NAME-TIME]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Set a variable of every profile (repeatable)
    #[arg(short = 'e', long = "env", value_name = "NAME=VALUE", value_parser = pair)]
    pub variables: Vec<(String, String)>,
    /// Send the metrics of every run to this output (repeatable)
    #[arg(short = 'o', long = "out", value_name = "OUTPUT")]
    pub outputs: Vec<String>,
    /// Print only the table, and why runs failed
    #[arg(short = 'q', long)]
    pub quiet: bool,
    /// No colours.
    #[arg(long, help = "Disable colours (also with $NO_COLOR)")]
    pub no_color: bool,
    /// Disable live progress; messages are still printed
    #[arg(long)]
    pub no_progress: bool,
}
