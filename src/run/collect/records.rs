//! Raw records of requests, written to the record log where an output wants them.

use std::io::{self, ErrorKind};

use crate::{
    metric::{Interval, Labels, MetricDef, Totals, Value, WorkerInterval, catalogue},
    record_log::{Frame, Loss, MemorySegments, Position, RecordLog},
};

/// Shorter intervals are the end of a run.
const HALF_A_SECOND_MS: i64 = 500;
const LOST: &str = "records of requests are lost";
const FEWER: &str = "fewer records (influxdb mode=sampled)";

/// Writes records; none without a log.
#[derive(Debug)]
pub(crate) struct RecordKeeper(Option<RecordLog>);

/// Hears of frames that were lost.
pub(crate) type OnLoss<'a> = &'a mut dyn FnMut(&Frame<'_>);

impl RecordKeeper {
    /// A keeper with its log, if records are wanted.
    #[must_use]
    pub(crate) fn new(log: Option<RecordLog>) -> Self {
        Self(log)
    }

    /// Segments that the disk did not take, for readers.
    #[must_use]
    pub(crate) fn memory(&self) -> MemorySegments {
        self.0.as_ref().map(RecordLog::memory).unwrap_or_default()
    }

    /// Writes the records of a worker's interval. Gives why some were lost.
    pub(crate) fn keep(&mut self, part: &WorkerInterval, on_loss: OnLoss<'_>) -> Option<String> {
        let log = self.0.as_mut()?;
        let worker = u32::try_from(part.worker).ok()?;
        let mut why = None;
        log.append(worker, &part.records, &mut |loss, frame| {
            why = Some(words(loss));
            on_loss(frame);
        });
        let of_worker = || format!("the memory for the records of one second is used up: {LOST}\n  hint: {FEWER}");
        why.or_else(|| (part.records.lost > 0).then(of_worker))
    }

    /// Keeps gauges as samples, one a second for all scenarios and workers, as k6 does with users: only the coordinator
    /// knows their sums. Gives why they were lost.
    pub(crate) fn keep_gauges(&mut self, interval: &Interval, totals: &Totals, on_loss: OnLoss<'_>) -> Option<String> {
        let log = self.0.as_mut()?;
        if interval.end_ms - interval.start_ms < HALF_A_SECOND_MS {
            return None;
        }
        let sum = |wanted: &&'static MetricDef| {
            let values = interval.values.iter().filter_map(|(id, value)| {
                let (series, _) = totals.get(*id)?;
                match value {
                    Value::Gauge(last) if series.metric.name == wanted.name => *last,
                    _ => None,
                }
            });
            let sum = values.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value));
            sum.map(|sum| (*wanted, Labels::default(), sum))
        };
        let gauges: Vec<_> = catalogue::SAMPLED_GAUGES.iter().filter_map(sum).collect();
        let mut why = None;
        log.append_gauges(interval.end_ms * 1_000_000, &gauges, &mut |loss, frame| {
            why = Some(words(loss));
            on_loss(frame);
        });
        why
    }

    /// Writes what the disk did not take, as far as it takes it now.
    pub(crate) fn flush(&mut self) {
        if let Some(log) = &mut self.0 {
            log.flush();
        }
    }

    /// Frees the space of what every output has delivered: by its checkpoint on disk, and in truth.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn release(&mut self, [durable, read]: [Option<Position>; 2]) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), |log| log.release(durable, read))
    }
}

fn words(loss: Loss) -> String {
    match loss {
        Loss::Limit => format!("the disk limit is reached: {LOST}\n  hint: --disk-limit SIZE, or {FEWER}"),
        Loss::Disk(kind) => {
            let cause = match kind {
                ErrorKind::StorageFull => "the disk is full".to_owned(),
                ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
                other => format!("the disk takes no records ({other})"),
            };
            format!(
                "{cause}, and the 32 MiB of memory for records are used up, too: {LOST}\n  \
                 hint: free space, --run-dir on another disk, or {FEWER}"
            )
        }
    }
}
