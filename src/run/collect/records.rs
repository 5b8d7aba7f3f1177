//! Raw records of requests, written to the record log where an output wants them.

use std::io;

use crate::{
    metric::{Interval, Labels, MetricDef, Totals, Value, WorkerInterval, catalogue},
    record_log::{Appended, Position, RecordLog},
};

/// Shorter intervals are the end of a run.
const HALF_A_SECOND_MS: i64 = 500;
const LOST: &str = "the disk limit or the memory for one second of records is exhausted: records of requests are lost\n  \
                    hint: --disk-limit SIZE, or fewer of them (influxdb mode=sampled)";

/// Writes records; none without a log.
#[derive(Debug)]
pub(crate) struct RecordKeeper(Option<RecordLog>);

/// Records that could not be written.
#[derive(Debug, Default)]
pub(crate) struct LostRecords {
    /// How many records.
    pub lost: u64,
    /// Why.
    pub error: Option<String>,
}

impl RecordKeeper {
    /// A keeper with its log, if records are wanted.
    #[must_use]
    pub(crate) fn new(log: Option<RecordLog>) -> Self {
        Self(log)
    }

    /// Writes the records of a worker's interval.
    pub(crate) fn keep(&mut self, part: &WorkerInterval) -> LostRecords {
        let Some(log) = &mut self.0 else { return LostRecords::default() };
        let all = part.records.count + part.records.lost;
        LostRecords::of(log.append(part.worker, &part.records), all)
    }

    /// Keeps the number of users as samples, one a second of all scenarios, as k6 does: only the coordinator
    /// knows their sum.
    pub(crate) fn keep_users(&mut self, interval: &Interval, totals: &Totals) -> LostRecords {
        let Some(log) = &mut self.0 else { return LostRecords::default() };
        if interval.end_ms - interval.start_ms < HALF_A_SECOND_MS {
            return LostRecords::default();
        }
        let sum = |wanted: &'static MetricDef| {
            let values = interval.values.iter().filter_map(|(id, value)| {
                let (series, _) = totals.get(*id)?;
                match value {
                    Value::Gauge(last) if series.metric.name == wanted.name => *last,
                    _ => None,
                }
            });
            (wanted, Labels::default(), values.sum::<f64>())
        };
        let gauges = [&catalogue::VUS, &catalogue::VUS_MAX].map(sum);
        LostRecords::of(log.append_gauges(interval.end_ms * 1_000_000, &gauges), gauges.len() as u64)
    }

    /// Frees the space of what every output has delivered.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn release(&mut self, delivered: Option<Position>) -> io::Result<()> {
        match (&mut self.0, delivered) {
            (Some(log), Some(position)) => log.release(position),
            _ => Ok(()),
        }
    }
}

impl LostRecords {
    fn of(kept: io::Result<Appended>, all: u64) -> Self {
        match kept {
            Ok(Appended { lost: 0, .. }) => Self::default(),
            Ok(Appended { lost, .. }) => Self { lost, error: Some(LOST.to_owned()) },
            Err(error) => Self { lost: all, error: Some(format!("record log: {error}")) },
        }
    }
}
