//! Flags for files that report a run, of `run` and of `report`.

use std::path::{Path, PathBuf};

use clap::Args;

/// Files that report a run.
#[derive(Debug, Clone, Default, Args)]
pub struct ReportFiles {
    /// Write an HTML report to this file: one page that needs no network
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// For CI systems.
    #[arg(long, value_name = "FILE", help = "Write thresholds and validity as JUnit XML to this file, for CI systems")]
    pub junit: Option<PathBuf>,
    /// Write the summary as Markdown to this file, for pull requests
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

impl ReportFiles {
    /// The files that were asked for, each with its flag.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let all = [("--html", &self.html), ("--junit", &self.junit), ("--markdown", &self.markdown)];
        all.into_iter().filter_map(|(flag, file)| Some((flag, file.as_deref()?)))
    }

    /// Whether any was asked for.
    #[must_use]
    pub(crate) fn is_any(&self) -> bool {
        self.named().next().is_some()
    }
}
