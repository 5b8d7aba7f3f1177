//! `--html`, `--junit` and `--markdown`: a summary as files.

use std::path::Path;

use super::{error::CommandError, folder, logged_run::LoggedRun};
use crate::{
    cli::ReportFiles,
    interval_log::Header,
    report::{Summary, html, html::ProfileText, junit, markdown, timeline::Timeline},
};

/// The timeline of a run, from its log.
///
/// # Errors
/// When the log can't be read.
pub(crate) fn timeline(run_dir: &Path, header: &Header) -> Result<Timeline, CommandError> {
    let mut timeline = Timeline::new(header);
    LoggedRun::read(&folder::log_path(run_dir), |interval, _| {
        timeline.fold(interval);
        Ok(())
    })?;
    Ok(timeline)
}

/// Writes the files that `wanted` accepts, and gives what could not be written. Without a timeline there is no HTML.
pub(crate) fn write(
    files: &ReportFiles,
    summary: &Summary,
    timeline: Option<&Timeline>,
    wanted: impl Fn(&Path) -> bool,
) -> Vec<CommandError> {
    let mut errors = Vec::new();
    for (flag, file) in files.named().filter(|(_, file)| wanted(file)) {
        let text = match (flag, timeline) {
            ("--junit", _) => junit::render(summary),
            ("--markdown", _) => markdown::render(summary),
            (_, Some(timeline)) => {
                html::render(summary, timeline, &ProfileText(folder::profile_text(&summary.run_dir)))
            }
            (_, None) => continue,
        };
        errors.extend(folder::write_whole(file, &text).err());
    }
    errors
}
