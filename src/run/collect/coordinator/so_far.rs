//! Summaries: of a run in progress, for the live page, and of one whose load has ended.

use std::{mem::take, rc::Rc, time::Duration};

use serde_json::Value as Json;

use super::Coordinator;
use crate::{
    analysis::{Judgement, Reason, RunFold, run_fold::Course},
    exit::Exit,
    metric::Interval,
    report::{Summary, html, summary::TextLayout},
    run::{clock::since, collect::live_page::LivePage, console, prepare::Prepared},
};

impl Coordinator {
    /// Shows the run on a page from now on.
    pub(crate) fn show_on(&mut self, page: Option<Rc<LivePage>>) {
        self.page = page;
    }

    /// The page that shows the run.
    #[must_use]
    pub(crate) fn page(&self) -> Option<Rc<LivePage>> {
        self.page.clone()
    }

    /// Brings the page up to date after an interval.
    pub(super) fn update_page(&mut self, interval: &Interval) {
        let Some(page) = self.page.clone() else { return };
        let report = page.take(interval, interval.values.len()).then(|| self.so_far());
        page.publish(report);
    }

    fn so_far(&mut self) -> Json {
        let elapsed = since(self.clock.start());
        // What only an end shows is not judged yet: missing work, and what is found beside the verdict.
        let course = Course { elapsed, has_load: self.has_load, was_controlled: true };
        let in_progress = Reason::new(Exit::Stopped, "the run is in progress");
        let mut judgement = self.fold.judge(&self.header, self.generator(), course, vec![in_progress]);
        judgement.outcome.reasons.retain(|reason| reason.exit != Exit::Stopped);
        let summary = Summary {
            header: self.header.clone(),
            elapsed,
            scenario_ends: self.control.ends(),
            // Lent: they may be large.
            totals: take(&mut self.fold.totals),
            offered: take(&mut self.fold.offered),
            coverage: self.fold.coverage.clone(),
            findings: judgement.findings,
            validity: judgement.validity,
            outcome: judgement.outcome,
            analysis: judgement.analysis,
            has_ended: false,
            events: self.events.clone(),
            outputs: self.outputs.stats(),
            outputs_pending: true,
            run_dir: self.folder.path().to_owned(),
            trend_stats: self.trend_stats.clone(),
            view: TextLayout::default(),
        };
        let report = html::live::so_far(&summary);
        (self.fold.totals, self.fold.offered) = (summary.totals, summary.offered);
        report
    }

    /// The summary of the load, while the outputs drain.
    #[must_use]
    pub(crate) fn summary(&mut self, judgement: Judgement, prepared: &Prepared, by_stage: bool) -> Summary {
        let fold = std::mem::replace(&mut self.fold, RunFold::new(&[], Duration::ZERO, &[]));
        let outputs = self.outputs.stats();
        Summary {
            header: self.header.clone(),
            elapsed: self.elapsed,
            scenario_ends: self.control.ends(),
            totals: fold.totals,
            offered: fold.offered,
            coverage: fold.coverage,
            findings: judgement.findings,
            validity: judgement.validity,
            outcome: judgement.outcome,
            analysis: judgement.analysis,
            has_ended: true,
            events: self.events.clone(),
            outputs_pending: !outputs.is_empty(),
            outputs,
            run_dir: prepared.run_dir.clone(),
            trend_stats: self.trend_stats.clone(),
            view: TextLayout { width: console::width(), by_stage },
        }
    }
}
