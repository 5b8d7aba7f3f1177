//! A target that stalls for a second: no request that was due in it may look fast (no coordinated omission).
//!
//! Everything is judged by ranks: how many samples are at least so long follows from the schedule and the moment at which
//! the server goes on, however slow the machine is.

use std::{
    sync::{Condvar, Mutex},
    time::{Duration, Instant},
};

use super::support::{Bench, reply, serve};

const STALL: Duration = Duration::from_secs(1);
/// Buckets are 0.27 % wide.
const BUCKET: f64 = 0.995;

/// A stall that begins when `before` requests were answered and `waiting` more are there.
struct Gate {
    before: usize,
    waiting: usize,
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Default)]
struct State {
    asked: usize,
    until: Option<Instant>,
}

impl Gate {
    fn new(before: usize, waiting: usize) -> Self {
        Self { before, waiting, state: Mutex::default(), over: Condvar::new() }
    }

    /// Returns when the request may be answered.
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.asked += 1;
        if state.asked <= self.before {
            return;
        }
        if state.asked == self.before + self.waiting {
            state.until = Some(Instant::now() + STALL);
            self.over.notify_all();
        }
        loop {
            let left = state.until.map(|until| until.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return,
                Some(left) => self.over.wait_timeout(state, left).unwrap().0,
                None => self.over.wait(state).unwrap(),
            };
        }
    }
}

/// The response times of a run at some ranks from the top, in milliseconds; `samples` is how many there must be.
fn response_times(gate: Gate, scenario: &str, samples: usize, from_top: &[usize]) -> Vec<f64> {
    let (address, _) = serve(move |_| {
        gate.pass();
        reply(200, "", b"ok")
    });
    let bench = Bench::new();
    bench.write("p.yaml", &format!("scenarios:\n  s: {{{scenario}, flow: [{{get: \"http://{address}/\"}}]}}\n"));
    // The middle between two ranks, so that it doesn't matter how a percentile is defined.
    let names = from_top.iter().map(|rank| format!("p({})", 100.0 * (1.0 - (*rank as f64 - 0.5) / samples as f64)));
    let names: Vec<String> = names.collect();
    let ran = bench.run(&["p.yaml", "--run-dir", "run", "--summary-trend-stats", &names.join(",")]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let values = &bench.summary()["metrics"]["http_req_response_time"]["values"];
    assert_eq!(values["count"], samples, "every arrival is one sample");
    names.iter().map(|name| values[name].as_f64().unwrap()).collect()
}

#[test]
fn an_open_model_counts_the_waiting_of_every_arrival_that_is_due_in_a_stall() {
    let scenario = "executor: constant-arrival-rate, rate: 200, duration: 4s, preAllocatedVUs: 300, maxVUs: 600";
    // Of the arrivals in a second's stall these waited at least so long; one may be missing at the edge of the window.
    let (at_least, ranks) = ([0.75, 0.5, 0.25], [200 / 4 - 1, 200 / 2 - 1, 200 * 3 / 4 - 1]);
    let times = response_times(Gate::new(200, 1), scenario, 800, &ranks);
    for ((wait, rank), time) in at_least.iter().zip(ranks).zip(times) {
        assert!(
            time >= wait * 1e3 * BUCKET,
            "{rank} samples are at least {wait} s long, but number {rank} is {time} ms"
        );
    }
}

#[test]
fn a_closed_model_has_one_sample_of_a_stall_for_each_user() {
    const VUS: usize = 3;
    let scenario = "executor: shared-iterations, vus: 3, iterations: 120";
    let times = response_times(Gate::new(60, VUS), scenario, 120, &[VUS, VUS + 1]);
    assert!(times[0] >= 1e3 * BUCKET, "each of {VUS} users waited for the whole stall: {times:?}");
    assert!(times[1] < 900.0, "no other request waited for it: {times:?}");
}
