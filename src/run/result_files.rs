//! The files that a run leaves: written when the load has ended, so that a kill while the outputs drain leaves the verdict,
//! and completed when they have drained.

use std::{fs, path::Path, time::Duration};

use tokio::time::timeout;

use super::{
    collect::live_page::LivePage,
    console::terminals,
    error::CommandError,
    folder::{self, RunFolder},
    locust,
    logged_run::LoggedRun,
    report_files,
    run_end::RunEnd,
};
use crate::{
    analysis::Reason,
    cli::RunArgs,
    exit::Exit,
    practice_target::Target,
    report::{
        Summary,
        html::{self, ProfileText},
        timeline::Timeline,
    },
};

/// Longest time to send the report to the pages that are open.
const SEND_TIME: Duration = Duration::from_secs(5);

/// Where the files go.
pub(crate) struct ResultFiles<'r> {
    /// `--csv`, `--summary-export` and the reports.
    pub args: &'r RunArgs,
    /// The practice target of this process.
    pub target: Option<&'r Target>,
    /// The run over time, once the HTML report was asked for and the log was read.
    pub timeline: Option<Timeline>,
}

impl ResultFiles<'_> {
    /// Writes everything that is known when the load has ended. What can't be written is a reason of the summary.
    pub(crate) fn before_drain(&mut self, summary: &mut Summary, folder: &mut RunFolder) {
        // These don't change any more, and are written even when the run's folder takes nothing.
        let csv = self.args.csv.as_ref().map(|prefix| locust::write(&folder::log_path(&summary.run_dir), prefix));
        let target = self.target.map(|target| folder.write_target_log(&target.report()));
        for error in [csv, target].into_iter().flatten().filter_map(Result::err) {
            not_written(summary, error);
        }
        if self.args.reports.html.is_some() {
            match report_files::timeline(&summary.run_dir, &summary.header) {
                Ok(timeline) => self.timeline = Some(timeline),
                Err(error) => not_written(summary, error),
            }
        }
        if !summary.outputs_pending {
            return;
        }
        // Both are written again after the drain; what is wrong is said then.
        if self.args.summary_export.as_ref().is_some_and(|file| folder::can_be_replaced(file)) {
            drop(self.export(summary));
        }
        drop(folder.conclude(&render(summary), &RunEnd::of(summary)));
        drop(self.report(summary, folder::can_be_replaced));
    }

    /// Completes them. What can't be written is a reason, so the summary is printed after this: files, text and exit code
    /// agree.
    pub(crate) fn after_drain(&mut self, summary: &mut Summary, folder: &mut RunFolder) {
        if let Some(Err(error)) = self.export(summary) {
            not_written(summary, error);
        }
        if let Err(error) = folder.conclude(&render(summary), &RunEnd::of(summary)) {
            not_written(summary, error);
            // The export has the last word; an error of its own is known by now.
            drop(self.export(summary));
        }
        for error in self.report(summary, |_| true) {
            not_written(summary, error);
        }
    }

    fn report(&self, summary: &Summary, wanted: impl Fn(&Path) -> bool) -> Vec<CommandError> {
        report_files::write(&self.args.reports, summary, self.timeline.as_ref(), wanted)
    }

    /// Turns the live page into the report, and waits until everybody who looks has it.
    pub(crate) async fn end_page(&mut self, page: &LivePage, summary: &Summary) {
        if !page.is_watched() {
            return;
        }
        let read = || report_files::timeline(&summary.run_dir, &summary.header);
        // Without a log there is nothing to see over time; the verdict is there all the same.
        let timeline = self.timeline.take().map_or_else(read, Ok).unwrap_or_else(|_| Timeline::new(&summary.header));
        let profile = ProfileText(folder::profile_text(&summary.run_dir));
        page.end(&html::live::report(summary, &timeline, &profile));
        // One that is too slow keeps what it has.
        drop(timeout(SEND_TIME, page.ended()).await);
    }

    /// Where they are, for people.
    pub(crate) fn shown(&self, folder: &RunFolder) -> String {
        let export = self.args.summary_export.as_ref().map(|file| file.display().to_string());
        let csv = self.args.csv.as_ref().map(|prefix| format!("{}_*.csv", prefix.display()));
        let reports = self.args.reports.named().map(|(_, file)| file.display().to_string());
        [Some(folder.shown()), export, csv].into_iter().flatten().chain(reports).collect::<Vec<_>>().join(", ")
    }

    fn export(&self, summary: &Summary) -> Option<Result<(), CommandError>> {
        self.args.summary_export.as_ref().map(|file| folder::write_json(file, &render(summary)))
    }
}

/// Brings the summary of a run up to date after a replay: what its outputs have now, and what follows from that. A run that
/// was killed has no summary.
///
/// # Errors
/// When the log can't be read or the file can't be written.
pub(crate) fn after_replay(run: &Path) -> Result<(), CommandError> {
    let file = folder::summary_path(run);
    let written = fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    let Some(mut written) = written else { return Ok(()) };
    let Some(summary) = LoggedRun::read(&folder::log_path(run), |_, _| Ok(()))?.summary(run.to_owned()) else {
        return Ok(());
    };
    let now = render(&summary);
    for name in ["outputs", "outputs_pending", "reasons", "exit_code"] {
        written["loadagent"][name] = now["loadagent"][name].clone();
    }
    folder::write_json(&file, &written)
}

fn render(summary: &Summary) -> serde_json::Value {
    crate::report::json::render(summary, terminals())
}

/// Counts an error of a file that the run leaves: the summary says it.
fn not_written(summary: &mut Summary, CommandError { message, .. }: CommandError) {
    summary.outcome.add(Reason::new(Exit::TelemetryIncomplete, message));
}
