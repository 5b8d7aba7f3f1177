//! Flags of `merge`.

use std::path::PathBuf;

use clap::Args;

use super::ReportFiles;

/// Flags of `merge`.
#[derive(Debug, Clone, Args)]
pub struct MergeArgs {
    /// Directories of the segments, or one that holds them
    #[arg(required = true)]
    pub runs: Vec<PathBuf>,
    /// Directory of the merged run [default: runs/RUN_ID-merged]
    #[arg(long, value_name = "DIR")]
    pub run_dir: Option<PathBuf>,
    /// Also write the summary as JSON to this file
    #[arg(long, value_name = "FILE")]
    pub summary_export: Option<PathBuf>,
    /// Files that report the run.
    #[command(flatten)]
    pub reports: ReportFiles,
    /// Show a row for each stage of a step, and one for the step
    #[arg(long)]
    pub summary_by_stage: bool,
    /// Write the verdict and its reasons to this file, for example /dev/termination-log
    #[arg(long, value_name = "FILE", env = "LOADAGENT_TERMINATION_MESSAGE")]
    pub termination_message: Option<PathBuf>,
}
