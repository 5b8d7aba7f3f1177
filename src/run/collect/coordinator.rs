//! The coordinator: a second at a time it puts the workers' intervals together, writes them down, judges and shows them.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};

use super::{compaction::Compactor, generator::GeneratorWatch, outputs::Outputs, records::Unkept};
use crate::{
    analysis::Offered,
    control::{Control, StopReason},
    exit::Exit,
    interval_log::{Event, Header},
    metric::{Assembler, Totals, WorkerInterval},
    output::Account,
    plan::UserMetric,
    report::progress::{Display, Glance},
    run::{
        clock::{RunClock, since, wall_ms},
        error::CommandError,
        folder::RunFolder,
        prepare::Prepared,
        signals::Signals,
    },
    threshold::{
        Bearing,
        judge::{Finding, Judge},
    },
};

/// A worker that is this late has its second added to the next interval.
const GRACE: Duration = Duration::from_millis(500);

const TOO_LONG_FULL: &str =
    "the disk has been full for so long that the oldest intervals were given up: outputs that lag behind miss them";

/// Listens to the workers.
pub struct Coordinator {
    header: Header,
    folder: RunFolder,
    clock: RunClock,
    control: Control,
    sinks: Outputs,
    display: Display,
    assembler: Assembler,
    thinner: Compactor,
    totals: Totals,
    offered: Offered,
    judge: Judge,
    is_judging: bool,
    tick: u32,
    last_end: (Instant, i64),
    watch: GeneratorWatch,
    endings: Vec<(Exit, String)>,
    elapsed: Duration,
}

/// How listening ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every worker has ended.
    Whole,
    /// A second signal: without waiting for the workers.
    CutOff,
}

impl Ending {
    /// Whether the workers were left behind.
    #[must_use]
    pub fn is_cut_off(self) -> bool {
        self == Self::CutOff
    }
}

/// What was told.
pub struct RunResult {
    /// What the run was.
    pub header: Header,
    /// Its folder.
    pub folder: RunFolder,
    /// All series.
    pub totals: Totals,
    /// What was due.
    pub offered: Offered,
    /// How thresholds stand.
    pub findings: Vec<Finding>,
    /// What became of the exports.
    pub outputs: Vec<Account>,
    /// Whether the run was stopped, and by whom.
    pub stop: Option<StopReason>,
    /// Diagnostics of the telling side.
    pub endings: Vec<(Exit, String)>,
    /// CPU time of the worker threads.
    pub worker_cpu_seconds: f64,
    /// What the CPU quota had held back before the run.
    pub throttled_at_start: f64,
}

impl Coordinator {
    /// A coordinator that has heard nothing.
    #[must_use]
    pub fn new(
        prepared: &Prepared,
        header: Header,
        folder: RunFolder,
        clock: RunClock,
        control: Control,
        sinks: Outputs,
        display: Display,
    ) -> Self {
        Self {
            assembler: Assembler::new(prepared.workers, prepared.plan.metrics.iter().filter_map(UserMetric::gauging)),
            thinner: Compactor::default(),
            totals: Totals::default(),
            offered: Offered::default(),
            judge: Judge::new(&prepared.plan.thresholds, prepared.plan.duration()),
            is_judging: true,
            tick: 1,
            last_end: (clock.start(), clock.started_at_ms()),
            watch: GeneratorWatch::default(),
            endings: Vec::new(),
            elapsed: Duration::ZERO,
            header,
            folder,
            clock,
            control,
            sinks,
            display,
        }
    }

    /// Length of the run.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Listens until every worker has ended, or a second signal comes.
    pub async fn listen(&mut self, mut intervals: mpsc::Receiver<WorkerInterval>, signals: &mut Signals) -> Ending {
        let mut signalled = false;
        let ending = loop {
            let due = self.clock.start() + Duration::from_secs(self.tick.into()) + GRACE;
            tokio::select! {
                part = intervals.recv() => {
                    let Some(part) = part else { break Ending::Whole };
                    self.hear(part);
                    if self.assembler.all_ended() {
                        break Ending::Whole;
                    }
                    if self.assembler.is_complete(self.tick.into()) {
                        self.close(self.clock.start() + Duration::from_secs(self.tick.into()));
                    }
                }
                () = sleep_until(due) => self.close(due),
                () = signals.next() => {
                    if signalled {
                        break Ending::CutOff;
                    }
                    signalled = true;
                    self.control.stop(StopReason::Outside);
                    self.event("stop", "stopped by a signal: finishing requests in flight; a second signal ends at once".to_owned());
                }
            }
        };
        self.elapsed = since(self.clock.start());
        self.close(Instant::now());
        self.display.finish();
        ending
    }

    fn hear(&mut self, part: WorkerInterval) {
        let unkept = self.folder.records.keep(&part);
        self.note_unkept(unkept);
        self.sinks.lost_spans(part.spans.lost);
        self.assembler.take(part);
    }

    /// Takes over what teardown recorded, when the workers are not there any more, as an interval of its own.
    pub fn hear_alone(&mut self, part: WorkerInterval) {
        self.hear(part);
        self.close(Instant::now());
    }

    /// The orders of the run.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Takes thresholds for what was not run, because there is no load to judge.
    pub fn judge_nothing(&mut self) {
        self.is_judging = false;
    }

    /// Closes the interval that ends at `end`.
    fn close(&mut self, end: Instant) {
        // Two closes in one millisecond (a worker's last word right after a tick) are one interval.
        let end_ms = self.clock.wall_of(end).max(self.last_end.1 + 1);
        self.watch.record(&mut self.assembler);
        self.sinks.record(&mut self.assembler);
        let interval = self.assembler.close(self.last_end.1, end_ms);
        self.last_end = (end, end_ms);
        self.tick = u32::try_from(since(self.clock.start()).as_secs()).unwrap_or(u32::MAX - 1) + 1;
        self.totals.fold(&interval);
        self.offered.fold(&interval);
        self.judge.observe(&interval);
        let unkept = self.folder.records.keep_users(&interval, &self.totals);
        self.note_unkept(unkept);
        let written = self.folder.log.interval(&interval);
        let kept = self.sinks.advance(&interval, written.is_ok());
        if let Err(error) = written {
            self.fault(Exit::TelemetryIncomplete, CommandError::internal(&error).message);
        }
        if !kept {
            self.fault(Exit::TelemetryIncomplete, TOO_LONG_FULL.to_owned());
        }
        self.tell_notices();
        self.release_records();
        let delivered = self.sinks.delivered_intervals();
        if let Some(told) = self.thinner.turn(&mut self.folder.log, end_ms, &delivered, self.folder.log_limit) {
            self.event("log", told);
        }
        self.display.show(&Glance::of(&interval, &self.totals, since(self.clock.start())));
        for applied in self.control.take_applied() {
            self.event("control", format!("worker {}: {}", applied.worker, applied.what));
        }
        if let Some(ahead) = self.clock.re_anchor() {
            self.event("clock", format!("the wall clock was set forward by {ahead:?}; followed"));
        }
        self.abort_if_asked();
    }

    fn tell_notices(&mut self) {
        for notice in self.sinks.take_notices() {
            self.event("output", notice);
        }
    }

    fn note_unkept(&mut self, unkept: Unkept) {
        if unkept.lost > 0 {
            self.sinks.lost_records(unkept.lost);
        }
        if let Some(fault) = unkept.fault {
            self.fault(Exit::TelemetryIncomplete, fault);
        }
    }

    fn release_records(&mut self) {
        if let Err(error) = self.folder.records.release(self.sinks.delivered_records()) {
            self.fault(Exit::TelemetryIncomplete, format!("record log: {error}"));
        }
    }

    fn abort_if_asked(&mut self) {
        let elapsed = since(self.clock.start());
        if self.is_judging
            && self.control.current().stop.is_none()
            && let Some(finding) = self.judge.wants_abort(elapsed)
        {
            self.control.stop(StopReason::Aborted);
            let threshold = &finding.threshold;
            self.event(
                "abort",
                format!("threshold {} on {} failed and asks to abort", threshold.expression, threshold.key),
            );
        }
    }

    /// Says what has happened, and writes it down.
    pub fn event(&mut self, kind: &str, text: String) {
        self.display.say(&format!("  {text}"));
        let event = Event { at_ms: wall_ms(), kind: kind.to_owned(), text };
        if let Err(message) = self.folder.event(&event) {
            self.fault(Exit::TelemetryIncomplete, message);
        }
    }

    /// Notes a fault of the telling side once, however often it comes.
    fn fault(&mut self, exit: Exit, message: String) {
        if !self.endings.iter().any(|(_, known)| *known == message) {
            self.display.say(&format!("  {message}"));
            self.endings.push((exit, message));
        }
    }

    /// Gives the sinks time to deliver what is left; a signal ends the waiting.
    pub async fn drain(&mut self, limit: Duration, signals: &mut Signals) {
        // A disk that has room again takes what waited for it, and sinks read it there.
        let unwritten = self.folder.log.flush().is_err();
        self.sinks.settle(!unwritten);
        self.sinks.end(limit);
        let slow = sleep(Duration::from_secs(1));
        tokio::pin!(slow);
        let mut told = false;
        loop {
            tokio::select! {
                () = self.sinks.ended() => return,
                () = signals.next() => self.sinks.end(Duration::ZERO),
                () = sleep(GRACE) => self.tell_notices(),
                () = &mut slow, if !told => {
                    told = true;
                    self.display.say("  delivering what outputs have not taken yet; Ctrl-C leaves it in the run's folder");
                }
            }
        }
    }

    /// Ends the telling.
    #[must_use]
    pub fn finish(mut self) -> RunResult {
        self.tell_notices();
        self.release_records();
        if let Some(told) = self.thinner.end(&mut self.folder.log) {
            self.event("log", told);
        }
        let mut findings = self.judge.findings(self.elapsed);
        if !self.is_judging {
            findings.iter_mut().for_each(|finding| finding.threshold.bearing = Bearing::NotRun);
        }
        RunResult {
            findings,
            outputs: self.sinks.accounts(),
            stop: self.control.current().stop,
            worker_cpu_seconds: self.assembler.worker_cpu_seconds(),
            throttled_at_start: self.watch.throttled_at_start(),
            header: self.header,
            folder: self.folder,
            totals: self.totals,
            offered: self.offered,
            endings: self.endings,
        }
    }
}
