//! The teller: a second at a time it puts the workers' intervals together, writes them down, judges and shows them.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};

use super::{
    clock::RunClock, folder::RunFolder, generator, prepare::Prepared, signals::Signals, since, sinks::Sinks,
    thinner::Thinner,
};
use crate::{
    analysis::Offered,
    control::{Control, StopReason},
    exit::Exit,
    interval_log::{Event, Header},
    metric::{Assembler, Interval, Labels, MetricDef, Totals, Value, WorkerInterval, catalogue},
    output::Account,
    record_log::Appended,
    report::progress::{Display, Glance},
    threshold::judge::{Finding, Judge},
};

/// A worker that is this late has its second added to the next interval.
const GRACE: Duration = Duration::from_millis(500);

const TOO_LONG_FULL: &str =
    "the disk has been full for so long that the oldest intervals were given up: outputs that lag behind miss them";
const RECORDS_LOST: &str = "the disk limit, or the memory for a second of records, is used up: records of requests are \
                            lost\n  hint: --disk-limit SIZE, or fewer of them (influxdb mode=sampled)";

/// Listens to the workers.
pub struct Teller {
    header: Header,
    folder: RunFolder,
    clock: RunClock,
    control: Control,
    sinks: Sinks,
    display: Display,
    assembler: Assembler,
    thinner: Thinner,
    totals: Totals,
    offered: Offered,
    judge: Judge,
    tick: u32,
    last_end: (Instant, i64),
    cpu_told: (f64, f64),
    throttled: (f64, f64),
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
pub struct Told {
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
    /// Faults of the telling side.
    pub endings: Vec<(Exit, String)>,
    /// CPU time of the worker threads.
    pub worker_cpu_seconds: f64,
    /// What the CPU quota had held back before the run.
    pub throttled_at_start: f64,
}

impl Teller {
    /// A teller that has heard nothing.
    #[must_use]
    pub fn new(
        prepared: &Prepared,
        header: Header,
        folder: RunFolder,
        clock: RunClock,
        control: Control,
        sinks: Sinks,
        display: Display,
    ) -> Self {
        let throttled = generator::throttled_seconds();
        Self {
            assembler: Assembler::new(prepared.workers),
            thinner: Thinner::default(),
            totals: Totals::default(),
            offered: Offered::default(),
            judge: Judge::new(&prepared.plan.thresholds),
            tick: 1,
            last_end: (clock.start(), clock.started_at_ms()),
            cpu_told: (generator::cpu_seconds(), 0.0),
            throttled: (throttled, throttled),
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
                    self.keep_records(&part);
                    self.assembler.take(part);
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

    /// Closes the interval that ends at `end`.
    fn close(&mut self, end: Instant) {
        // Two closes in one millisecond (a worker's last word right after a tick) are one interval.
        let end_ms = self.clock.wall_of(end).max(self.last_end.1 + 1);
        self.record_generator();
        self.sinks.record(&mut self.assembler);
        let interval = self.assembler.close(self.last_end.1, end_ms);
        self.last_end = (end, end_ms);
        self.tick = u32::try_from(since(self.clock.start()).as_secs()).unwrap_or(u32::MAX - 1) + 1;
        self.totals.fold(&interval);
        self.offered.fold(&interval);
        self.judge.observe(&interval);
        self.keep_gauges(&interval);
        let written = self.folder.log.interval(&interval);
        let kept = self.sinks.advance(&interval, written.is_ok());
        if let Err(error) = written {
            self.fault(Exit::TelemetryIncomplete, super::Trouble::internal(&error).message);
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
        let glance = self.glance(&interval);
        self.display.show(&glance);
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

    /// Writes down what each request of a worker's interval left behind, where a sink wants it.
    fn keep_records(&mut self, part: &WorkerInterval) {
        let Some(log) = &mut self.folder.records else { return };
        let all = part.records.count + part.records.lost;
        let kept = log.append(part.worker, &part.records);
        self.count_lost(kept, all);
    }

    /// Writes the users down as samples, one of all scenarios, as k6 does: their sum is known on this side only.
    fn keep_gauges(&mut self, interval: &Interval) {
        let Some(log) = &mut self.folder.records else { return };
        // A sample a second: the last moments of a run, in which users leave, are none.
        if interval.end_ms - interval.start_ms < 500 {
            return;
        }
        let sum = |wanted: &'static MetricDef| {
            let values = interval.values.iter().filter_map(|(id, value)| {
                let (series, _) = self.totals.get(*id)?;
                match value {
                    Value::Gauge(last) if series.metric.name == wanted.name => *last,
                    _ => None,
                }
            });
            (wanted, Labels::default(), values.sum::<f64>())
        };
        let gauges = [&catalogue::VUS, &catalogue::VUS_MAX].map(sum);
        let kept = log.append_gauges(interval.end_ms * 1_000_000, &gauges);
        self.count_lost(kept, gauges.len() as u64);
    }

    /// Counts what was lost of so many records.
    fn count_lost(&mut self, kept: std::io::Result<Appended>, all: u64) {
        match kept {
            Ok(Appended { lost: 0, .. }) => {}
            Ok(Appended { lost, .. }) => {
                self.sinks.lost_records(lost);
                self.fault(Exit::TelemetryIncomplete, RECORDS_LOST.to_owned());
            }
            Err(error) => {
                self.sinks.lost_records(all);
                self.fault(Exit::TelemetryIncomplete, format!("record log: {error}"));
            }
        }
    }

    /// Gives back the room of records that every sink has delivered.
    fn release_records(&mut self) {
        let (Some(log), Some(position)) = (&mut self.folder.records, self.sinks.delivered_records()) else { return };
        if let Err(error) = log.release(position) {
            self.fault(Exit::TelemetryIncomplete, format!("record log: {error}"));
        }
    }

    fn abort_if_asked(&mut self) {
        let elapsed = since(self.clock.start());
        if self.control.current().stop.is_none()
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

    fn record_generator(&mut self) {
        let none = Labels::default();
        let (cpu, worker_cpu, throttled) =
            (generator::cpu_seconds(), self.assembler.worker_cpu_seconds(), generator::throttled_seconds());
        self.assembler.record(&catalogue::GENERATOR_CPU, &none, &Value::Counter(cpu - self.cpu_told.0));
        self.assembler.record(&catalogue::GENERATOR_WORKER_CPU, &none, &Value::Counter(worker_cpu - self.cpu_told.1));
        self.assembler.record(
            &catalogue::GENERATOR_THROTTLED,
            &none,
            &Value::Counter((throttled - self.throttled.1).max(0.0)),
        );
        (self.cpu_told, self.throttled.1) = ((cpu, worker_cpu), throttled);
        let resident = generator::resident_bytes().map(|bytes| bytes as f64);
        self.assembler.record(&catalogue::GENERATOR_RSS, &none, &Value::Gauge(resident));
        let info = Labels::new([("version", env!("CARGO_PKG_VERSION"))]);
        self.assembler.record(&catalogue::RUN_INFO, &info, &Value::Gauge(Some(1.0)));
    }

    fn glance(&self, interval: &Interval) -> Glance {
        let mut glance = Glance { elapsed: since(self.clock.start()), ..Glance::default() };
        let (mut failed, mut total) = (0, 0);
        let mut times = Value::Trend(Box::default());
        for (id, value) in &interval.values {
            let Some((series, _)) = self.totals.get(*id) else { continue };
            match (&*series.metric.name, value) {
                ("http_req_failed", Value::Rate { nonzero, total: all }) => {
                    failed += nonzero;
                    total += all;
                }
                ("http_req_response_time", trend) => times.merge(trend),
                ("vus", Value::Gauge(Some(vus))) => glance.vus += vus,
                _ => {}
            }
        }
        let seconds = (interval.end_ms - interval.start_ms).max(1) as f64 / 1e3;
        glance.rate = total as f64 / seconds;
        glance.failed = if total == 0 { 0.0 } else { failed as f64 / total as f64 };
        if let Value::Trend(times) = times {
            glance.p95 = times.quantile(0.95);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let dropped = self.totals.counter("dropped_iterations") as u64;
        Glance { dropped, ..glance }
    }

    fn event(&mut self, kind: &str, text: String) {
        self.display.say(&format!("  {text}"));
        let event = Event { at_ms: super::clock::wall_ms(), kind: kind.to_owned(), text };
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
    pub fn finish(mut self) -> Told {
        self.tell_notices();
        self.release_records();
        if let Some(told) = self.thinner.end(&mut self.folder.log) {
            self.event("log", told);
        }
        Told {
            findings: self.judge.findings(self.elapsed),
            outputs: self.sinks.accounts(),
            stop: self.control.current().stop,
            worker_cpu_seconds: self.assembler.worker_cpu_seconds(),
            throttled_at_start: self.throttled.0,
            header: self.header,
            folder: self.folder,
            totals: self.totals,
            offered: self.offered,
            endings: self.endings,
        }
    }
}
