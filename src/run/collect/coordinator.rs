//! The coordinator: a second at a time it puts the workers' intervals together, writes them down, judges and shows them.

mod clock_steps;
mod search;
mod so_far;

use std::{rc::Rc, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};

use super::{
    compaction::Compactor,
    early_ends,
    generator::{self, GeneratorWatch},
    grace::Grace,
    live::{EventFilter, IntervalSnapshot},
    live_page::LivePage,
    outputs::Outputs,
    searching::Searching,
    standstill::Standstills,
    timetable::Timetable,
};
use crate::{
    analysis::{Generator, Judgement, Reason, RunFold, run_fold::Course},
    control::{Control, ControlEvents, EventKind, StopReason},
    exit::Exit,
    interval_log::{Event, Gap, Header},
    metric::{Assembler, Labels, Value, WorkerInterval, catalogue},
    report::{
        Summary, outputs,
        progress::{ProgressDisplay, Snapshot},
        summary::Events,
    },
    run::{
        clock::{RunClock, since, wall_ms},
        error::CommandError,
        folder::RunFolder,
        health::Health,
        logged_run::LoggedRun,
        prepare::Prepared,
        signals::Signals,
    },
    scraper::Scraper,
    threshold::Stat,
    units::{show_duration, show_several, was},
};

/// A worker that is this late has its second added to the next interval.
const GRACE: Duration = Duration::from_millis(500);

/// How long a second signal waits for the workers' last counts.
const CUT_OFF_TIME: Duration = Duration::from_secs(1);

const TOO_LONG_FULL: &str =
    "the disk was full for too long: the oldest intervals were dropped, and outputs that lag behind miss them";

/// Collects a run.
pub(crate) struct Coordinator {
    header: Header,
    folder: RunFolder,
    clock: RunClock,
    control: Control,
    outputs: Outputs,
    /// The search for the breaking point, in a run that is one.
    searching: Option<Searching>,
    /// What scrapes the targets, if there are any.
    scraper: Option<Scraper>,
    display: ProgressDisplay,
    timetable: Timetable,
    /// The time to end after a signal.
    grace: Grace,
    health: Arc<Health>,
    /// When the outputs' time is over.
    drain_end: Instant,
    assembler: Assembler,
    compactor: Compactor,
    fold: RunFold,
    has_load: bool,
    workers: usize,
    tick: u32,
    last_end: (Instant, i64),
    watch: GeneratorWatch,
    /// Costs of earlier processes of the run.
    before: Generator,
    filter: EventFilter,
    events: Events,
    errors: Vec<Reason>,
    standstills: Standstills,
    /// Warnings of the clock, for the summary.
    clock_steps: Vec<String>,
    elapsed: Duration,
    /// Statistics of trends that are shown.
    trend_stats: Vec<(String, Stat)>,
    /// The page that shows the run.
    page: Option<Rc<LivePage>>,
    /// Its length where it was over before.
    length: Option<Duration>,
}

/// How collecting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Every worker has ended.
    Whole,
    /// By a second signal: what was in flight is interrupted.
    CutOff,
    /// The time that `--grace` leaves for it was over: what was in flight is interrupted.
    OutOfTime,
}

impl Coordinator {
    /// A coordinator without intervals.
    #[must_use]
    pub(crate) fn new(
        prepared: &Prepared,
        header: Header,
        folder: RunFolder,
        clock: RunClock,
        control: Control,
        (outputs, scraper): (Outputs, Option<Scraper>),
        display: ProgressDisplay,
    ) -> Self {
        Self {
            timetable: Timetable::of(&prepared.plan),
            grace: Grace::default(),
            health: Arc::default(),
            drain_end: clock.start(),
            assembler: Assembler::new(prepared.workers),
            compactor: Compactor::default(),
            fold: RunFold::new(&prepared.plan.thresholds, prepared.plan.duration(), &header.scenarios)
                .after(Duration::from_millis(header.warm_up_ms)),
            has_load: true,
            workers: prepared.workers,
            tick: 1,
            last_end: (clock.start(), clock.started_at_ms()),
            watch: GeneratorWatch::default(),
            before: Generator::default(),
            filter: EventFilter::default(),
            events: Events::default(),
            errors: Vec::new(),
            standstills: Standstills::default(),
            clock_steps: Vec::new(),
            elapsed: Duration::ZERO,
            searching: Searching::of(&prepared.plan, prepared.workers, &control),
            trend_stats: prepared.trend_stats.clone(),
            page: None,
            length: None,
            header,
            folder,
            clock,
            control,
            outputs,
            scraper,
            display,
        }
    }

    /// Ends within this time after a signal, and shows that it lives.
    #[must_use]
    pub(crate) fn watched(self, grace: Grace, health: Arc<Health>) -> Self {
        Self { grace, health, ..self }
    }

    /// Goes on with a run that an earlier process began, `since` after its start.
    pub(crate) fn go_on(&mut self, earlier: LoggedRun, gap: Gap, since: Duration) {
        let from = self.clock.start() + since;
        self.assembler = Assembler::continuing(self.workers, &earlier.fold.totals, earlier.next_sequence);
        self.before = Generator::of_totals(&earlier.fold.totals);
        (self.fold, self.events) = (earlier.fold, earlier.events);
        self.tick = u32::try_from(since.as_secs()).unwrap_or(u32::MAX - 1) + 1;
        self.last_end = (from, self.clock.wall_of(from));
        self.fold.coverage.note(gap);
        let length = Duration::from_millis(gap.length_ms());
        self.assembler.record(&catalogue::RUN_GAP, &Labels::default(), &Value::Counter(length.as_secs_f64()));
        let text = format!("the run goes on after an interruption: {} without load", show_duration(length));
        self.note_event(&Event { at_ms: wall_ms(), kind: "gap".to_owned(), text, gap: Some(gap) });
    }

    /// Its planned time was over before this process began: the run has this length.
    pub(crate) fn set_length(&mut self, length: Duration) {
        self.length = Some(length);
    }

    /// Collects until every worker has ended. After a second signal they have a second for it.
    pub(crate) async fn listen(
        &mut self,
        mut intervals: mpsc::Receiver<WorkerInterval>,
        signals: &mut Signals,
    ) -> Ending {
        let mut signalled = false;
        let mut cut_off_by: Option<(Instant, Ending)> = None;
        let ending = loop {
            let out_of_time = self.grace.load_end();
            let due = self.clock.start() + Duration::from_secs(self.tick.into()) + GRACE;
            tokio::select! {
                part = intervals.recv() => {
                    let Some(part) = part else { break Ending::Whole };
                    self.ingest(part);
                    if self.assembler.all_ended() {
                        break Ending::Whole;
                    }
                    if self.assembler.is_complete(self.tick.into()) {
                        self.close(self.clock.start() + Duration::from_secs(self.tick.into()));
                    }
                }
                () = sleep_until(due) => self.close(due),
                () = sleep_until(cut_off_by.map_or(due, |(at, _)| at)), if cut_off_by.is_some() => break Ending::CutOff,
                () = sleep_until(out_of_time.unwrap_or(due)), if out_of_time.is_some() && cut_off_by.is_none() => {
                    cut_off_by = Some((Instant::now() + CUT_OFF_TIME, Ending::OutOfTime));
                    self.control.stop_at_once();
                }
                () = signals.next() => {
                    if signalled {
                        // What is in flight is still counted, unless the workers are too busy, or a third signal comes.
                        if cut_off_by.is_some() {
                            break Ending::CutOff;
                        }
                        cut_off_by = Some((Instant::now() + CUT_OFF_TIME, Ending::CutOff));
                        self.control.stop_at_once();
                        continue;
                    }
                    signalled = true;
                    self.grace.begin();
                    self.control.stop(StopReason::Outside);
                    self.event("stop", "stopping: finishing requests in flight; a second signal stops at once".to_owned());
                }
            }
        };
        self.elapsed = self.length.unwrap_or_else(|| since(self.clock.start()));
        self.close(Instant::now());
        self.display.ending();
        cut_off_by.map_or(ending, |(_, ending)| ending)
    }

    /// The time to end after a signal.
    #[must_use]
    pub(crate) fn grace(&self) -> Grace {
        self.grace
    }

    fn ingest(&mut self, part: WorkerInterval) {
        let lost = self.folder.records.keep(&part, &mut |frame| self.outputs.lost_frame(frame));
        self.outputs.lost_samples(part.records.lost);
        self.note_lost_records(lost);
        self.outputs.lost_spans(part.spans.lost);
        if let Some(message) = self.standstills.see(part.late, part.was_busy, since(self.clock.start())) {
            self.event("standstill", message);
        }
        self.assembler.take(part);
    }

    /// Ingests what teardown recorded after the workers have ended, as an interval of its own.
    pub(crate) fn ingest_single(&mut self, part: WorkerInterval) {
        self.ingest(part);
        self.close(Instant::now());
    }

    /// Control commands of the run.
    #[must_use]
    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    /// There is no load, because setup failed: no threshold counts.
    pub(crate) fn skip_load(&mut self) {
        self.has_load = false;
    }

    /// Decides the verdict when the load has ended: by thresholds, validity, and `reasons` that intervals don't show.
    pub(crate) fn judge(&mut self, mut reasons: Vec<Reason>) -> Judgement {
        reasons.append(&mut self.errors);
        let was_controlled = !self.events.commands.is_empty();
        let course = Course { elapsed: self.elapsed, has_load: self.has_load, was_controlled };
        reasons.extend(self.searching.as_ref().filter(|_| !was_controlled).and_then(Searching::invalid));
        let mut judgement = self.judged(course, reasons.clone());
        let gauges = judgement.analysis.gauges();
        if !gauges.is_empty() {
            // Findings are metrics, too: outputs get them, and thresholds judge them.
            let none = Labels::default();
            gauges.iter().for_each(|(metric, value)| self.assembler.record(metric, &none, &Value::Gauge(Some(*value))));
            self.close(Instant::now());
            judgement = self.judged(course, reasons);
        }
        judgement.validity.warnings.extend(self.standstills.warning().into_iter().chain(self.clock_steps.drain(..)));
        // Nothing is scraped after the load.
        judgement.validity.warnings.extend(self.scraper.take().map(|scraper| scraper.warnings()).unwrap_or_default());
        judgement
    }

    fn judged(&self, course: Course, reasons: Vec<Reason>) -> Judgement {
        let mut judgement = self.fold.judge(&self.header, self.generator(), course, reasons);
        let search = self.searching.as_ref().filter(|_| course.has_load && !course.was_controlled);
        judgement.analysis.search = search.map(Searching::findings);
        judgement
    }

    fn generator(&self) -> Generator {
        let own = generator::sample(self.assembler.worker_cpu_seconds(), self.workers, self.watch.throttled_at_start());
        Generator {
            cpu_seconds: own.cpu_seconds + self.before.cpu_seconds,
            worker_cpu_seconds: own.worker_cpu_seconds + self.before.worker_cpu_seconds,
            throttled_seconds: own.throttled_seconds + self.before.throttled_seconds,
            ..own
        }
    }

    /// Closes the interval that ends at `end`.
    fn close(&mut self, end: Instant) {
        self.health.beat();
        // Two closes in one millisecond (a worker's final flush right after a tick) are one interval.
        let end_ms = self.clock.wall_of(end).max(self.last_end.1 + 1);
        self.watch.record(&mut self.assembler);
        self.outputs.record(&mut self.assembler);
        self.scraper.iter().for_each(|scraper| scraper.record(&mut self.assembler));
        let interval = self.assembler.close(self.last_end.1, end_ms);
        self.last_end = (end, end_ms);
        self.tick = u32::try_from(since(self.clock.start()).as_secs()).unwrap_or(u32::MAX - 1) + 1;
        self.fold.take(&interval);
        self.search(&interval);
        let records = &mut self.folder.records;
        let lost = records.keep_gauges(&interval, &self.fold.totals, &mut |frame| self.outputs.lost_frame(frame));
        records.flush();
        self.note_lost_records(lost);
        let written = self.folder.log.interval(&interval);
        let kept = self.outputs.advance(&interval, written.is_ok());
        if let Err(error) = written {
            self.report_error(Exit::TelemetryIncomplete, &CommandError::internal(&error).message);
        }
        if !kept {
            self.report_error(Exit::TelemetryIncomplete, TOO_LONG_FULL);
        }
        self.emit_warnings();
        self.release_records();
        let delivered = self.outputs.delivered_intervals();
        if let Some(message) = self.compactor.advance(&mut self.folder.log, end_ms, &delivered, self.folder.log_limit) {
            self.event("log", message);
        }
        let elapsed = since(self.clock.start());
        let activity = self.timetable.activity(&self.control.current(), elapsed);
        self.display.show(&Snapshot::of(&interval, &self.fold.totals, elapsed, activity));
        self.control.publish(|before| {
            let (totals, header) = (&self.fold.totals, &self.header);
            let findings = self.fold.findings(elapsed);
            IntervalSnapshot { interval: &interval, totals, header, findings, elapsed }.status(before)
        });
        self.update_page(&interval);
        let ControlEvents { kept, dropped } = self.control.take_events();
        for event in kept {
            // Workers report the same command, but each message is one of a user.
            if event.kind == EventKind::Message || self.filter.is_new(event.worker, &event.what) {
                self.event(event.kind.as_str(), event.what);
            }
        }
        if dropped > 0 {
            self.event("control", format!("{} {} not kept", show_several(dropped, "further event"), was(dropped)));
        }
        self.note_clock_step();
        self.abort_if_asked();
    }

    /// Says what the outputs have to say.
    pub(crate) fn emit_warnings(&mut self) {
        for warning in self.outputs.take_notices() {
            self.event("output", warning);
        }
        for notice in self.scraper.as_ref().map(Scraper::take_notices).unwrap_or_default() {
            self.event("target", notice);
        }
    }

    fn note_lost_records(&mut self, why: Option<String>) {
        if let Some(error) = why {
            self.report_error(Exit::TelemetryIncomplete, &error);
        }
    }

    fn release_records(&mut self) {
        if let Err(error) = self.folder.records.release(self.outputs.delivered_records()) {
            self.report_error(Exit::TelemetryIncomplete, &format!("record log: {error}"));
        }
    }

    fn abort_if_asked(&mut self) {
        let elapsed = since(self.clock.start());
        if self.has_load
            && self.control.current().stop.is_none()
            && let Some(finding) = self.fold.wants_abort(elapsed)
        {
            let threshold = &finding.threshold;
            let which = format!("threshold {} on {} (abortOnFail)", threshold.expression, threshold.key);
            let text = format!("aborted after {} by {which}", show_duration(elapsed));
            self.control.stop(StopReason::Aborted(text.into()));
            self.event("abort", format!("aborting: {which} failed"));
        }
    }

    /// Prints an event and writes it to both logs.
    pub(crate) fn event(&mut self, kind: &str, text: String) {
        self.note_event(&Event { at_ms: wall_ms(), kind: kind.to_owned(), text, gap: None });
    }

    fn note_event(&mut self, event: &Event) {
        self.display.message(&format!("  {}", event.text));
        self.events.note(event);
        if let Err(error) = self.folder.event(event) {
            self.report_error(Exit::TelemetryIncomplete, &error.to_string());
        }
    }

    /// Reports scenarios whose users all ended by themselves.
    pub(crate) fn note_early_ends(&mut self) {
        let texts = early_ends::texts(&self.header, &self.control.ends(), &self.events);
        texts.into_iter().for_each(|text| self.event(EventKind::Scenario.as_str(), text));
    }

    /// Reports an error of telemetry; the same one only once.
    fn report_error(&mut self, exit: Exit, message: &str) {
        // The verdict names it in one line.
        let line = message.replace("\n  ", "; ");
        if !self.errors.iter().any(|known| known.text == line) {
            self.display.message(&format!("  {message}"));
            self.errors.push(Reason::new(exit, line));
        }
    }

    /// Ends the input of the outputs: they have `limit` to deliver the rest.
    pub(crate) fn begin_drain(&mut self, limit: Duration) {
        let limit = self.grace.drain(limit);
        self.health.end();
        // A disk that has space again takes the pending frames, and outputs read them there.
        let unwritten = self.folder.log.flush().is_err();
        self.outputs.settle(!unwritten);
        self.folder.records.flush();
        self.outputs.end(limit);
        self.drain_end = Instant::now() + limit;
    }

    /// The run's folder.
    pub(crate) fn folder(&mut self) -> &mut RunFolder {
        &mut self.folder
    }

    /// Waits until the outputs have delivered the rest, or their time is over; a signal ends it.
    pub(crate) async fn drain_outputs(&mut self, signals: &mut Signals) {
        let slow = sleep(Duration::from_secs(1));
        tokio::pin!(slow);
        let mut announced = false;
        loop {
            let left = self.drain_end.saturating_duration_since(Instant::now());
            tokio::select! {
                () = self.outputs.ended() => break,
                () = signals.next() => self.outputs.end(Duration::ZERO),
                () = sleep(GRACE) => {
                    self.emit_warnings();
                    if announced {
                        self.display.draining(left);
                    }
                }
                () = &mut slow, if !announced => {
                    announced = true;
                    let most = show_duration(Duration::from_secs(left.as_secs() + 1));
                    self.display.message(&format!(
                        "  delivering the remaining metrics, for at most {most}; Ctrl-C leaves them for `loadagent replay`"
                    ));
                }
            }
        }
        self.display.finish();
    }

    /// Ends collecting, and completes the summary: outputs, errors since the judgement, costs of draining.
    #[must_use]
    pub(crate) fn finish(mut self, summary: &mut Summary) -> RunFolder {
        self.emit_warnings();
        self.release_records();
        if let Some(message) = self.compactor.end(&mut self.folder.log) {
            self.event("log", message);
        }
        summary.validity.generator = self.generator();
        summary.outputs = self.outputs.stats();
        summary.outputs_pending = false;
        let incomplete = summary.outputs.iter().filter_map(outputs::incomplete);
        let incomplete = incomplete.map(|text| Reason::new(Exit::TelemetryIncomplete, text));
        self.errors.into_iter().chain(incomplete).for_each(|reason| summary.outcome.add(reason));
        self.folder
    }
}
