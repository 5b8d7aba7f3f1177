//! What single requests left behind, written down where a sink wants it.

use std::io;

use crate::{
    metric::{Interval, Labels, MetricDef, Totals, Value, WorkerInterval, catalogue},
    record_log::{Appended, Position, RecordLog},
};

/// Shorter intervals are the last moments of a run.
const HALF_A_SECOND_MS: i64 = 500;
const LOST: &str = "the disk limit, or the memory for a second of records, is used up: records of requests are lost\n  \
                    hint: --disk-limit SIZE, or fewer of them (influxdb mode=sampled)";

/// Keeps records; without a log it keeps none.
#[derive(Debug)]
pub struct RecordKeeper(Option<RecordLog>);

/// What could not be kept.
#[derive(Debug, Default)]
pub struct Unkept {
    /// How many records.
    pub lost: u64,
    /// Why, for people.
    pub fault: Option<String>,
}

impl RecordKeeper {
    /// A keeper with its log, if records are wanted.
    #[must_use]
    pub fn new(log: Option<RecordLog>) -> Self {
        Self(log)
    }

    /// Keeps what the requests of a worker's interval left behind.
    pub fn keep(&mut self, part: &WorkerInterval) -> Unkept {
        let Some(log) = &mut self.0 else { return Unkept::default() };
        let all = part.records.count + part.records.lost;
        Unkept::of(log.append(part.worker, &part.records), all)
    }

    /// Keeps the number of users as samples, one a second of all scenarios, as k6 does: their sum is known on the
    /// telling side only.
    pub fn keep_users(&mut self, interval: &Interval, totals: &Totals) -> Unkept {
        let Some(log) = &mut self.0 else { return Unkept::default() };
        if interval.end_ms - interval.start_ms < HALF_A_SECOND_MS {
            return Unkept::default();
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
        Unkept::of(log.append_gauges(interval.end_ms * 1_000_000, &gauges), gauges.len() as u64)
    }

    /// Gives back the room of what every sink has delivered.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn release(&mut self, delivered: Option<Position>) -> io::Result<()> {
        match (&mut self.0, delivered) {
            (Some(log), Some(position)) => log.release(position),
            _ => Ok(()),
        }
    }
}

impl Unkept {
    fn of(kept: io::Result<Appended>, all: u64) -> Self {
        match kept {
            Ok(Appended { lost: 0, .. }) => Self::default(),
            Ok(Appended { lost, .. }) => Self { lost, fault: Some(LOST.to_owned()) },
            Err(error) => Self { lost: all, fault: Some(format!("record log: {error}")) },
        }
    }
}
