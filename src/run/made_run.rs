//! Runs for tests: logs of as many seconds as a verdict needs, written without any load.

use std::path::Path;

use super::{folder::log_path, logged_run::LoggedRun, run_end::RunEnd};
use crate::{
    analysis::simulation::random::Random,
    interval_log::{
        Header, LogWriter,
        frame::{LoggedScenario, LoggedStage, LoggedThreshold, Model},
    },
    metric::{
        Histogram, Interval, Labels, MetricDef, SeriesDef, Value, catalogue,
        intended::{IntendedSeconds, coarse_bucket},
    },
};

/// Start of every run, Unix milliseconds.
const STARTED_MS: i64 = 1_763_700_000_000;

/// What one second brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MadeSecond {
    /// Arrivals, all of which are requests.
    pub due: u32,
    /// Arrivals without a free user.
    pub dropped: u32,
    /// Requests that failed.
    pub failed: u32,
    /// Median of the response time in seconds.
    pub latency: f64,
    /// Requests in flight.
    pub in_flight: f64,
}

impl MadeSecond {
    /// A second in which all is well.
    pub(crate) fn calm(due: u32, latency: f64) -> Self {
        Self { due, dropped: 0, failed: 0, latency, in_flight: f64::from(due) * latency }
    }
}

/// A run that is written, not made.
#[derive(Debug, Clone)]
pub(crate) struct MadeRun {
    /// Its ID.
    pub id: String,
    /// Stages of its one scenario: seconds, arrivals per second at the start and at the end.
    pub stages: Vec<(u64, f64, f64)>,
    /// Its thresholds: metric and condition.
    pub thresholds: Vec<(String, String)>,
    /// Chooses the noise of single requests.
    pub seed: u64,
}

impl MadeRun {
    /// A constant rate.
    pub(crate) fn constant(id: &str, seconds: u64, rate: f64) -> Self {
        Self { id: id.to_owned(), stages: vec![(seconds, rate, rate)], thresholds: Vec::new(), seed: 1 }
    }

    /// The header of its log.
    pub(crate) fn header(&self) -> Header {
        let stage =
            |(seconds, from, to): &(u64, f64, f64)| LoggedStage { length_ms: seconds * 1_000, from: *from, to: *to };
        let planned_ms = self.stages.iter().map(|(seconds, ..)| seconds * 1_000).sum();
        let threshold = |(metric, condition): &(String, String)| LoggedThreshold {
            metric: metric.clone(),
            condition: condition.clone(),
            bearing: "binding".to_owned(),
            ..LoggedThreshold::default()
        };
        Header {
            version: "0.0.0".to_owned(),
            run_id: self.id.clone(),
            profile: "made".to_owned(),
            started_at_ms: STARTED_MS,
            planned_ms,
            scenarios: vec![LoggedScenario {
                name: "s".to_owned(),
                executor: "ramping-arrival-rate".to_owned(),
                model: Model::Open,
                load: format!("{:?}", self.stages),
                start_ms: 0,
                length_ms: planned_ms,
                stages: self.stages.iter().map(stage).collect(),
            }],
            thresholds: self.thresholds.iter().map(threshold).collect(),
            ..Header::default()
        }
    }

    /// Its intervals, one for each second of the plan.
    pub(crate) fn intervals(&self, mut second: impl FnMut(u32) -> MadeSecond) -> Vec<Interval> {
        let seconds: u64 = self.stages.iter().map(|(seconds, ..)| seconds).sum();
        let mut random = Random::new(self.seed);
        (0..u32::try_from(seconds).unwrap_or(u32::MAX))
            .map(|number| interval(number, second(number), &mut random))
            .collect()
    }

    /// Writes its log into a folder, with its end.
    pub(crate) fn write(&self, folder: &Path, second: impl FnMut(u32) -> MadeSecond) {
        std::fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
        let path = log_path(folder);
        let mut log = LogWriter::create(&path, &self.header()).unwrap_or_else(|error| panic!("{error}"));
        self.intervals(second).iter().for_each(|interval| drop(log.interval(interval)));
        let run = LoggedRun::read(&path, |_, _| Ok(())).unwrap_or_else(|error| panic!("{error:?}"));
        let mut summary = run.summary(folder.to_owned()).unwrap_or_else(|| panic!("no header"));
        // It has an end from here on.
        summary.outcome.reasons.retain(|reason| reason.exit != crate::exit::Exit::Stopped);
        summary.outcome =
            crate::analysis::Outcome::decide(summary.outcome.reasons, &summary.findings, &summary.validity);
        let end = serde_json::to_value(RunEnd::of(&summary)).unwrap_or_default();
        drop(log.end(&end));
    }
}

fn series() -> Vec<SeriesDef> {
    let step = Labels::new([("scenario", "s"), ("name", "GET /"), ("method", "GET")]);
    let scenario = Labels::new([("scenario", "s")]);
    let all: [(&MetricDef, &Labels); 6] = [
        (&catalogue::HTTP_REQS, &step),
        (&catalogue::HTTP_REQ_FAILED, &step),
        (&catalogue::HTTP_REQ_RESPONSE_TIME, &step),
        (&catalogue::ITERATIONS, &scenario),
        (&catalogue::VUS, &scenario),
        (&catalogue::SCHEDULE_LAG, &scenario),
    ];
    let define = |(id, (metric, labels)): (u32, (&MetricDef, &Labels))| SeriesDef {
        id,
        metric: metric.clone(),
        labels: labels.clone(),
    };
    (0..).zip(all).map(define).collect()
}

fn interval(number: u32, second: MadeSecond, random: &mut Random) -> Interval {
    let mut times = Histogram::default();
    let mut lag = Histogram::default();
    let mut cells = IntendedSeconds::default();
    let cell = cells.at(number, 0);
    let sent = second.due - second.dropped;
    (cell.due, cell.dropped) = (second.due.into(), second.dropped.into());
    (cell.passed, cell.failed) = ((sent - second.failed).into(), second.failed.into());
    for _ in 0..sent {
        let time = second.latency * (0.3 * random.normal()).exp();
        times.record(time);
        lag.record(1e-4);
        cell.response_times[coarse_bucket(time)] += 1;
    }
    let start_ms = STARTED_MS + i64::from(number) * 1_000;
    Interval {
        sequence: number.into(),
        start_ms,
        end_ms: start_ms + 1_000,
        new_series: if number == 0 { series() } else { Vec::new() },
        values: vec![
            (0, Value::Counter(sent.into())),
            (1, Value::Rate { nonzero: second.failed.into(), total: sent.into() }),
            (2, Value::Trend(Box::new(times))),
            (3, Value::Counter(sent.into())),
            (4, Value::Gauge(Some(second.in_flight))),
            (5, Value::Trend(Box::new(lag))),
        ],
        intended: cells.take(),
        ..Interval::default()
    }
}
