//! Tests of a search against a queue with one server of known capacity, a second at a time.

use std::collections::VecDeque;

use super::{Command, Search};
use crate::{
    analysis::findings::{SearchFindings, SearchVerdict},
    metric::{
        Interval, Labels, SeriesDef, Value, catalogue,
        intended::{IntendedSeconds, coarse_bucket},
    },
    profile::thresholds::{Options, build},
    units::whole,
};

/// A target, and the limits of the generator.
#[derive(Debug, Clone, Copy)]
struct Setting {
    /// Requests a second.
    capacity: f64,
    /// Service time of an idle target, and by how much it grows up to the capacity.
    latency: f64,
    slower: f64,
    /// Users; further arrivals are dropped.
    users: f64,
    /// CPU seconds of the one worker for each request.
    cpu: f64,
}

const TARGET: Setting = Setting { capacity: 500.0, latency: 0.01, slower: 0.0, users: 1e9, cpu: 1e-6 };

/// The target and its queue, by the second in which requests were due.
struct Queue {
    setting: Setting,
    waiting: VecDeque<(u32, f64)>,
}

impl Queue {
    /// The interval of a second in which `rate` arrivals were due.
    fn second(&mut self, second: u32, rate: f64) -> Interval {
        let Setting { capacity, latency, slower, users, .. } = self.setting;
        let mut cells = IntendedSeconds::default();
        let backlog: f64 = self.waiting.iter().map(|(_, count)| count).sum();
        let taken = rate.min((users - backlog).max(0.0) / latency).floor();
        cells.at(second, 0).due = whole(rate);
        cells.at(second, 0).dropped = whole(rate) - whole(taken);
        self.waiting.push_back((second, taken));
        let mut left = capacity.floor();
        while let Some((due, count)) = self.waiting.front_mut().filter(|_| left > 0.0) {
            let done = count.min(left);
            let service = latency * (1.0 + slower * (rate / capacity).min(1.0).powi(4));
            let cell = cells.at(*due, 0);
            cell.passed += whole(done);
            cell.response_times[coarse_bucket(f64::from(second - *due) + service)] +=
                u32::try_from(whole(done)).unwrap_or(0);
            (*count, left) = (*count - done, left - done);
            if *count > 0.0 {
                break;
            }
            self.waiting.pop_front();
        }
        let backlog: f64 = self.waiting.iter().map(|(_, count)| count).sum();
        let busy = backlog + rate.min(capacity) * latency;
        let labels = Labels::new([("scenario", "s")]);
        let series = SeriesDef { id: 0, metric: catalogue::VUS.clone(), labels };
        Interval {
            sequence: second.into(),
            start_ms: i64::from(second) * 1_000,
            end_ms: i64::from(second) * 1_000 + 1_000,
            new_series: if second == 0 { vec![series] } else { Vec::new() },
            values: vec![(0, Value::Gauge(Some(busy.floor())))],
            intended: cells.take(),
            ..Interval::default()
        }
    }
}

fn searched(setting: Setting, first: f64, condition: Option<&str>) -> SearchFindings {
    let threshold = condition.map(|condition| build("http_req_duration", condition, &Options::default(), &[]));
    let thresholds: Vec<_> = threshold.into_iter().map(|one| one.unwrap_or_else(|error| panic!("{error:?}"))).collect();
    let mut search = Search::new(first, &thresholds, 1);
    let mut queue = Queue { setting, waiting: VecDeque::new() };
    let mut rate = first;
    for second in 0..1_200 {
        let interval = queue.second(second, rate);
        match search.observe(&interval, setting.cpu * rate.min(setting.capacity)) {
            Some(Command::Rate(next)) => rate = next,
            Some(Command::End) => break,
            None => {}
        }
    }
    search.findings()
}

#[test]
fn the_capacity_is_found_in_minutes() {
    for capacity in [500.0, 2_000.0] {
        for first in [20.0, 300.0, 5_000.0] {
            let found = searched(Setting { capacity, ..TARGET }, first, None);
            assert_eq!(found.verdict, SearchVerdict::Found, "{first}: {found:?}");
            let rate = found.max_sustained_rate.unwrap_or(f64::NAN);
            assert!((0.95 * capacity..=1.01 * capacity).contains(&rate), "{first}: {rate}");
            assert!(found.seconds < 330.0, "{first}: {} s, {} probes", found.seconds, found.probes.len());
        }
    }
}

#[test]
fn a_threshold_ends_it_before_the_capacity() {
    let slow = Setting { slower: 20.0, ..TARGET };
    let found = searched(slow, 50.0, Some("p(95)<60"));
    assert_eq!(found.verdict, SearchVerdict::Found, "{found:?}");
    // 10 ms · (1 + 20 x⁴) is 60 ms at x = 0.71; buckets are a fifth wide.
    assert!(found.max_sustained_rate.is_some_and(|rate| (320.0..=400.0).contains(&rate)), "{found:?}");
}

#[test]
fn a_limited_generator_gives_no_capacity() {
    let few = searched(Setting { users: 2.0, capacity: 1e6, ..TARGET }, 50.0, None);
    let busy = searched(Setting { cpu: 0.005, capacity: 1e6, ..TARGET }, 50.0, None);
    assert_eq!(busy.verdict, SearchVerdict::GeneratorLimited, "{busy:?}");
    assert!(busy.max_sustained_rate.is_none() && few.verdict != SearchVerdict::Found, "{few:?}");
}

#[test]
fn a_target_that_takes_nothing_and_a_search_without_an_end() {
    let none = searched(Setting { capacity: 0.0, ..TARGET }, 50.0, None);
    assert_eq!((none.verdict, none.max_sustained_rate), (SearchVerdict::NoneHeld, None));
    let search = Search::new(50.0, &[], 1);
    assert_eq!(search.findings().verdict, SearchVerdict::NotFinished);
}
