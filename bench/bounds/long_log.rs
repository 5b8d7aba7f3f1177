//! The log of a long run, in minutes: intervals of hundreds of series through the real writer on a simulated clock,
//! compacted as a run would have it, then read back and folded.
//!
//! `cargo run --release --example long-log -- FOLDER [HOURS] [SERIES] [LIMIT_MIB]`; 0 hours read again what is there.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints its result and fails where it stands")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

use loadagent::testing::{
    interval_log::{Entry, Header, IntervalCursor, LogWriter, LoggedScenario, LoggedStage, Model, Pressure},
    metric::{
        Histogram, Interval, Labels, MetricDef, SeriesDef, Totals, Value,
        catalogue::{self, HTTP_FAMILY},
        intended::{IntendedSeconds, coarse_bucket},
    },
};

/// Different seconds that are repeated; more than a minute's, so that merged ones fill up as real ones do.
const POOL: usize = 96;
/// Requests of one label set in a second.
const REQUESTS: usize = 300;
const STARTED_MS: i64 = 1_700_000_000_437;

/// Metrics that fill up a run's series besides those of HTTP.
static OTHERS: [&MetricDef; 8] = [
    &catalogue::ITERATIONS,
    &catalogue::ITERATION_DURATION,
    &catalogue::ITERATION_RESPONSE_TIME,
    &catalogue::SCHEDULE_LAG,
    &catalogue::CHECKS,
    &catalogue::VUS,
    &catalogue::VUS_MAX,
    &catalogue::GENERATOR_CPU,
];

/// A log-normal time in seconds around a median.
fn time(random: &mut fastrand::Rng, median: f64) -> f64 {
    let normal =
        (-2.0 * random.f64().max(f64::MIN_POSITIVE).ln()).sqrt() * (std::f64::consts::TAU * random.f64()).cos();
    median * (0.4 * normal).exp()
}

/// Thirteen of fifteen series belong to a request's label sets, as in a run of some twenty requests.
fn definitions(series: u32) -> Vec<SeriesDef> {
    let http = series * 13 / 15 / 13 * 13;
    let define = |id: u32| {
        let (metrics, place): (&[&MetricDef], u32) = if id < http { (&HTTP_FAMILY, id) } else { (&OTHERS, id - http) };
        let (set, metric) = (place as usize / metrics.len(), metrics[place as usize % metrics.len()]);
        let labels = [("scenario", "soak"), ("method", "GET"), ("status", "200"), ("name", &format!("request {set}"))];
        SeriesDef { id, metric: metric.clone(), labels: Labels::new(labels) }
    };
    (0..series).map(define).collect()
}

fn value(random: &mut fastrand::Rng, series: &SeriesDef) -> Value {
    let median = match &*series.metric.name {
        "http_req_blocked" | "http_req_sending" | "schedule_lag" => 0.000_02,
        "http_req_receiving" => 0.000_2,
        _ => 0.01 + 0.002 * f64::from(series.id % 17),
    };
    // Connections are reused: one in a hundred requests opens one.
    let opens = matches!(&*series.metric.name, "http_req_connecting" | "http_req_tls_handshaking");
    match Value::empty(series.metric.kind) {
        Value::Counter(_) => Value::Counter(REQUESTS as f64 + f64::from(random.u32(0..50))),
        Value::Gauge(_) => Value::Gauge(Some(random.f64())),
        Value::Rate { .. } => Value::Rate { nonzero: random.u64(0..3), total: REQUESTS as u64 },
        Value::Trend(_) => {
            let mut histogram = Histogram::default();
            for _ in 0..REQUESTS {
                histogram.record(if opens && random.u8(0..100) > 0 { 0.0 } else { time(random, median) });
            }
            Value::Trend(Box::new(histogram))
        }
    }
}

fn header(seconds: u64) -> Header {
    let word = |text: &str| text.to_owned();
    Header {
        version: word("bench"),
        run_id: word("long-log"),
        profile: word("soak"),
        instance: word("bench"),
        started_at_ms: STARTED_MS,
        seed: 1,
        planned_ms: seconds * 1_000,
        scenarios: vec![LoggedScenario {
            name: word("soak"),
            executor: word("constant-arrival-rate"),
            model: Model::Open,
            load: word("3,000/s"),
            start_ms: 0,
            length_ms: seconds * 1_000,
            stages: vec![LoggedStage { length_ms: seconds * 1_000, from: 3_000.0, to: 3_000.0 }],
        }],
        ..Header::default()
    }
}

fn requests_in(definitions: &[SeriesDef], values: &[(u32, Value)]) -> f64 {
    let counts = values.iter().filter_map(|(id, value)| match value {
        Value::Counter(count) if definitions[*id as usize].metric.name == "http_reqs" => Some(*count),
        _ => None,
    });
    counts.sum()
}

/// What a run through the writer came to.
#[derive(Default)]
struct Written {
    bytes: u64,
    peak_bytes: u64,
    requests: f64,
    compactions: u32,
    pressed: u32,
    compaction_seconds: f64,
    seconds: f64,
}

fn write(path: &Path, seconds: u64, series: u32, limit: u64) -> Written {
    let mut random = fastrand::Rng::with_seed(7);
    let definitions = definitions(series);
    let mut pool: Vec<Vec<(u32, Value)>> =
        (0..POOL).map(|_| definitions.iter().map(|series| (series.id, value(&mut random, series))).collect()).collect();
    let counts: Vec<f64> = pool.iter().map(|values| requests_in(&definitions, values)).collect();

    let began = Instant::now();
    let mut log = LogWriter::create(path, &header(seconds)).unwrap();
    let mut written = Written::default();
    for second in 0..seconds {
        let place = usize::try_from(second).unwrap() * 37 % POOL;
        let start_ms = STARTED_MS + 1_000 * i64::try_from(second).unwrap();
        let mut cells = IntendedSeconds::default();
        for due in [second.saturating_sub(1), second] {
            let cell = cells.at(u32::try_from(due).unwrap(), 0);
            cell.due += 3_000;
            (0..40).for_each(|_| cell.response_times[coarse_bucket(time(&mut random, 0.02))] += 75);
        }
        let new_series = if second == 0 { definitions.clone() } else { Vec::new() };
        let values = std::mem::take(&mut pool[place]);
        let end_ms = start_ms + 1_000;
        let interval = Interval {
            sequence: second,
            start_ms,
            end_ms,
            new_series,
            values,
            intended: cells.take(),
            ..Interval::default()
        };
        let before = log.length();
        let length = log.interval(&interval).unwrap();
        written.bytes += length - before;
        written.peak_bytes = written.peak_bytes.max(length);
        written.requests += counts[place];
        pool[place] = interval.values;
        if let Some(compaction) = log.compaction(end_ms, &[Some(second)], limit) {
            let began = Instant::now();
            let compacted = compaction.run().unwrap();
            written.pressed += u32::from(compacted.pressure() > Pressure::default());
            log.adopt(compacted).unwrap();
            written.compactions += 1;
            written.compaction_seconds += began.elapsed().as_secs_f64();
        }
    }
    written.seconds = began.elapsed().as_secs_f64();
    written
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, usual: u64| arguments.get(place).map_or(usual, |text| text.parse().unwrap());
    let folder = PathBuf::from(arguments.first().expect("FOLDER [HOURS] [SERIES] [LIMIT_MIB]"));
    let (hours, series, limit) = (number(1, 24), number(2, 300), number(3, 1_024) * 1024 * 1024);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("intervals.log");
    let written = (hours > 0).then(|| {
        drop(std::fs::remove_file(&path));
        write(&path, hours * 3_600, u32::try_from(series).unwrap(), limit)
    });

    let began = Instant::now();
    let mut cursor = IntervalCursor::open(&path).unwrap();
    let (mut totals, mut widths) = (Totals::default(), BTreeMap::<String, u64>::new());
    while let Some(entry) = cursor.read().unwrap() {
        let Entry::Interval(interval) = entry else { continue };
        totals.fold(&interval);
        let width = (interval.end_ms - interval.start_ms + 500) / 1_000;
        let tier = [1, 10, 60, 600].into_iter().find(|tier| width <= *tier).unwrap_or(width);
        *widths.entry(format!("{tier}s")).or_default() += 1;
    }
    let (read_seconds, requests) = (began.elapsed().as_secs_f64(), totals.counter("http_reqs"));
    let mut result = serde_json::json!({
        "final_bytes": cursor.offset(),
        "intervals": widths,
        "read_seconds": read_seconds,
        "http_reqs_read": requests,
    });
    if let Some(written) = &written {
        result["hours"] = hours.into();
        result["series"] = series.into();
        result["limit_bytes"] = limit.into();
        result["written_bytes"] = written.bytes.into();
        result["peak_bytes"] = written.peak_bytes.into();
        result["compactions"] = written.compactions.into();
        result["compactions_under_pressure"] = written.pressed.into();
        result["compaction_seconds"] = written.compaction_seconds.into();
        result["simulation_seconds"] = written.seconds.into();
        result["http_reqs_written"] = written.requests.into();
    }
    println!("{result:#}");
    assert!(written.is_none_or(|written| written.requests.to_bits() == requests.to_bits()), "requests were lost");
}
