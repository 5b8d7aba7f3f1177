//! The outputs of a run: started before the load, drained after it.

use std::{path::Path, rc::Rc, time::Duration};

use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_local},
    time::Instant,
};

use super::delivery_source::{Built, Source};
use crate::{
    interval_log::{Entry, Header, IntervalCursor},
    metric::{Assembler, Interval, Labels, MetricDef, Totals, Value, catalogue},
    output::{
        DeliveryStats, OutputAddress, Progress,
        delivery::{
            checkpoint::{Checkpoint, CheckpointFile},
            feed::{Position, SampleCounter},
            state::{DeliveryState, SharedDeliveryState},
            unwritten::SharedUnwritten,
        },
        kind::{Reads, ScrapeTarget},
    },
    record_log::{self, Frame, MemorySegments},
    run::{error::CommandError, folder},
    units::whole,
};

/// All outputs.
pub(crate) struct Outputs {
    progress: watch::Sender<Progress>,
    tasks: Vec<JoinHandle<()>>,
    running: Vec<Running>,
    pages: Vec<Rc<dyn ScrapeTarget>>,
    unwritten: SharedUnwritten,
}

/// A output at work.
struct Running {
    state: SharedDeliveryState,
    /// The counters as they were last recorded.
    recorded: DeliveryStats,
    reads: Reads,
    wants_spans: bool,
    /// What counts the samples of records, where records are delivered.
    counter: Option<SampleCounter>,
}

impl Running {
    fn lost(&self, count: u64) {
        let mut delivery = self.state.borrow_mut();
        let stats = delivery.stats_mut();
        stats.sent += count;
        stats.lost += count;
    }
}

impl Outputs {
    /// Starts every output on the logs of a run's folder, and on `records` that the disk did not take. A run that goes on
    /// (`before` are its totals) has outputs with checkpoints: each goes on from there.
    ///
    /// # Errors
    /// When one can't be set up, or is another than before.
    pub(crate) fn start(
        addresses: &[OutputAddress],
        header: &Header,
        run: &Path,
        records: MemorySegments,
        before: Option<&Totals>,
    ) -> Result<Self, CommandError> {
        let mut checkpoints = if before.is_some() { checkpoints(run, addresses)? } else { Vec::new() };
        checkpoints.resize_with(addresses.len(), || None);
        let (progress, receiver) = watch::channel(Progress::default());
        let unwritten = SharedUnwritten::default();
        unwritten.borrow_mut().records = records;
        let source = Source { run, header, progress: receiver, unwritten: unwritten.clone() };
        let mut started = Self { progress, tasks: Vec::new(), running: Vec::new(), pages: Vec::new(), unwritten };
        for ((number, address), checkpoint) in (1..).zip(addresses).zip(checkpoints) {
            let file = CheckpointFile::new(run, number, address.name());
            let mut counter = None;
            let state = match source.build(address, checkpoint, file)? {
                Built::Scrape(target) => {
                    started.pages.push(target.clone());
                    let state = target.state();
                    started.tasks.push(spawn_local(target.serve(source.progress.clone())));
                    state
                }
                Built::Push(delivery) => {
                    let state = delivery.state();
                    counter = delivery.sample_counter();
                    started.tasks.push(spawn_local(delivery.run()));
                    state
                }
            };
            let mut recorded = state.borrow().stats().clone();
            if let Some(totals) = before {
                recorded = delivered(totals, recorded);
            }
            let (reads, wants_spans) = (address.reads(), address.sampling().is_some());
            started.running.push(Running { state, recorded, reads, wants_spans, counter });
        }
        if before.is_some() && !started.pages.is_empty() {
            let mut cursor = IntervalCursor::open(&folder::log_path(run))?;
            while let Some(entry) = cursor.read()? {
                if let Entry::Interval(interval) = entry {
                    started.pages.iter().for_each(|page| page.fold(&interval));
                }
            }
        }
        Ok(started)
    }

    /// An interval was closed. What the disk did not take is kept in memory; gives false when that is full.
    #[must_use]
    pub(crate) fn advance(&self, interval: &Interval, on_disk: bool) -> bool {
        self.pages.iter().for_each(|page| page.fold(interval));
        let mut unwritten = self.unwritten.borrow_mut();
        let kept = if on_disk {
            unwritten.clear();
            true
        } else {
            unwritten.keep(interval)
        };
        self.progress.send_modify(|progress| progress.turn += 1);
        kept
    }

    /// The disk has taken everything that waited for it, or still has not.
    pub(crate) fn settle(&self, on_disk: bool) {
        if on_disk {
            self.unwritten.borrow_mut().clear();
        }
    }

    /// Records of a worker that never reached the log, as samples.
    pub(crate) fn lost_samples(&self, count: u64) {
        self.running.iter().filter(|output| output.reads == Reads::Records).for_each(|output| output.lost(count));
    }

    /// Records that were lost: each output counts them as the samples that it would have sent.
    pub(crate) fn lost_frame(&mut self, frame: &Frame<'_>) {
        for output in &mut self.running {
            if let Some(count) = &mut output.counter {
                let samples = count(frame);
                output.lost(samples);
            }
        }
    }

    /// Spans dropped because a worker's buffer was full.
    pub(crate) fn lost_spans(&self, count: u64) {
        self.running.iter().filter(|output| output.wants_spans).for_each(|output| output.lost(count));
    }

    /// The run is over: deliver what is left, for so long.
    pub(crate) fn end(&self, drain: Duration) {
        self.progress.send_modify(|progress| progress.give_up = Some(Instant::now() + drain));
    }

    /// Waits until every output has done what it could.
    pub(crate) async fn ended(&mut self) {
        // One that has ended is not asked again: this future may be dropped and made anew in between.
        while let Some(task) = self.tasks.last_mut() {
            // An output that panicked keeps its counters as they were: incomplete.
            drop(task.await);
            self.tasks.pop();
        }
    }

    /// The counters so far.
    #[must_use]
    pub(crate) fn stats(&self) -> Vec<DeliveryStats> {
        self.running.iter().map(|output| output.state.borrow().stats().clone()).collect()
    }

    /// Notices of the outputs since the last call.
    #[must_use]
    pub(crate) fn take_notices(&self) -> Vec<String> {
        self.running.iter().flat_map(|output| output.state.borrow_mut().take_notices()).collect()
    }

    /// The last interval that each output that reads intervals has delivered, and the last one it has read.
    #[must_use]
    pub(crate) fn delivered_intervals(&self) -> Vec<Option<u64>> {
        let of_intervals = self.running.iter().filter(|output| output.reads == Reads::Intervals);
        let positions = of_intervals.flat_map(|output| {
            let state = output.state.borrow();
            let delivered = match state.durable {
                Some(Position::Interval { sequence, .. }) => Some(sequence),
                Some(Position::Record(_)) | None => None,
            };
            [delivered, state.read_up_to]
        });
        positions.collect()
    }

    /// Up to where all outputs that read records have delivered, by their checkpoints on disk, and in truth; None while one
    /// has delivered nothing.
    #[must_use]
    pub(crate) fn delivered_records(&self) -> [Option<record_log::Position>; 2] {
        let of = |position: Option<Position>| match position {
            Some(Position::Record(position)) => Some(position),
            _ => None,
        };
        let earliest = |position: fn(&DeliveryState) -> Option<Position>| {
            let of_records = self.running.iter().filter(|output| output.reads == Reads::Records);
            of_records.map(|output| of(position(&output.state.borrow()))).min().flatten()
        };
        [earliest(|state| state.durable), earliest(|state| state.checkpoint.position)]
    }

    /// Records what the outputs did since the last call.
    pub(crate) fn record(&mut self, assembler: &mut Assembler) {
        for output in &mut self.running {
            let stats = output.state.borrow().stats().clone();
            let before = std::mem::replace(&mut output.recorded, stats.clone());
            let labels = Labels::new([("output", stats.name.as_str())]);
            let counters = [
                (&catalogue::OUTPUT_SENT, stats.sent, before.sent),
                (&catalogue::OUTPUT_ACKNOWLEDGED, stats.acknowledged, before.acknowledged),
                (&catalogue::OUTPUT_RETRIES, stats.retried, before.retried),
                (&catalogue::OUTPUT_REJECTED, stats.rejected, before.rejected),
                (&catalogue::OUTPUT_LOST, stats.lost, before.lost),
            ];
            for (metric, now, before) in counters {
                // What a changed receiver made undone is counted again later.
                assembler.record(metric, &labels, &Value::Counter(now.saturating_sub(before) as f64));
            }
            assembler.record(&catalogue::OUTPUT_LAG, &labels, &Value::Gauge(Some(stats.lag_seconds)));
            assembler.record(&catalogue::OUTPUT_QUEUE, &labels, &Value::Gauge(Some(stats.queue_bytes as f64)));
        }
    }
}

/// What earlier processes of a run have settled, for each of its outputs; None for one that is new, or is scraped.
fn checkpoints(run: &Path, addresses: &[OutputAddress]) -> Result<Vec<Option<Checkpoint>>, CommandError> {
    let mut found: Vec<Option<Checkpoint>> = addresses.iter().map(|_| None).collect();
    // A run that was killed early has none.
    for file in CheckpointFile::of_run(run).unwrap_or_default() {
        let shown = file.path().display();
        let checkpoint = file.read().map_err(|error| CommandError::configuration(format!("{shown}: {error}")))?;
        let place = file.number().and_then(|number| number.checked_sub(1));
        let address = place.and_then(|place| addresses.get(place));
        let (Some(place), Some(address)) = (place, address) else {
            return Err(other_output(&checkpoint, "is not given"));
        };
        if address.name() != checkpoint.output || address.shown() != checkpoint.stats.name {
            return Err(other_output(&checkpoint, &format!("is now {}", address.shown())));
        }
        // The run has not ended after all.
        found[place] = Some(Checkpoint { ended: false, ..checkpoint });
    }
    Ok(found)
}

fn other_output(checkpoint: &Checkpoint, what: &str) -> CommandError {
    let name = &checkpoint.stats.name;
    CommandError::configuration(format!(
        "the run sent its metrics to {name}, which {what}\n  hint: give the outputs that it was started with, in their order; further ones may follow and get the whole run"
    ))
}

/// The counters of an output as the log holds them: what it did since the last interval is recorded with the next one.
fn delivered(totals: &Totals, stats: DeliveryStats) -> DeliveryStats {
    let count = |metric: &MetricDef| {
        let own = totals.sum_where(&metric.name, |series| series.labels.get("output") == Some(stats.name.as_str()));
        if let Some(Value::Counter(count)) = own { whole(count) } else { 0 }
    };
    DeliveryStats {
        sent: count(&catalogue::OUTPUT_SENT),
        acknowledged: count(&catalogue::OUTPUT_ACKNOWLEDGED),
        retried: count(&catalogue::OUTPUT_RETRIES),
        rejected: count(&catalogue::OUTPUT_REJECTED),
        lost: count(&catalogue::OUTPUT_LOST),
        ..stats
    }
}
