//! Validity: was the offered load delivered, and was the generator healthy? The numbers of an invalid run mean nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Attempts, Offered, folded, hammering, work_done::MissingWork};
use crate::{
    interval_log::frame::{Header, Model},
    metric::{
        Totals, Value,
        catalogue::{self, PROTOCOLS},
    },
    units::{show_count, show_duration, show_several, show_share, was, whole},
};

/// Arrivals that may be dropped before a run is invalid.
pub const MAX_DROPPED: f64 = 0.01;
/// Schedule lag of the generator that is still tolerable: it is part of every response time.
pub const MAX_LAG_P99: Duration = Duration::from_millis(100);
/// Attempts that may fail for want of sockets on this machine.
pub const MAX_SOCKETLESS: f64 = 0.001;
/// Past this share of its cores the generator is what is measured.
const BUSY: f64 = 0.95;

/// Costs of the generator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Generator {
    /// CPU time, all threads.
    pub cpu_seconds: f64,
    /// CPU time of the threads that make the load.
    pub worker_cpu_seconds: f64,
    /// Threads that make the load; None in the log of a run that did not end.
    pub workers: Option<usize>,
    /// Resident memory at the end, bytes.
    pub rss_bytes: u64,
    /// Most resident memory, bytes; None in the log of a run that did not end.
    pub rss_peak_bytes: Option<u64>,
    /// Seconds that the container's CPU quota throttled it.
    pub throttled_seconds: f64,
}

impl Generator {
    /// What a log shows of a generator without its end entry.
    #[must_use]
    pub(crate) fn of_totals(totals: &Totals) -> Self {
        let resident = match totals.sum_where(&catalogue::GENERATOR_RSS.name, |_| true) {
            Some(Value::Gauge(Some(bytes))) => bytes,
            _ => 0.0,
        };
        Self {
            cpu_seconds: totals.counter(&catalogue::GENERATOR_CPU.name),
            worker_cpu_seconds: totals.counter(&catalogue::GENERATOR_WORKER_CPU.name),
            workers: None,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
            rss_bytes: resident as u64,
            rss_peak_bytes: None,
            throttled_seconds: totals.counter(&catalogue::GENERATOR_THROTTLED.name),
        }
    }
}

/// How a run came to its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    /// Whether it was neither stopped nor without load.
    pub as_planned: bool,
    /// Whether a threshold failed.
    pub threshold_failed: bool,
}

/// Whether the numbers of a run are valid.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Validity {
    /// Arrivals that were due in arrival-rate scenarios.
    pub offered: u64,
    /// Those among them that were started.
    pub achieved: u64,
    /// Those that were not.
    pub dropped: u64,
    /// Lateness of the generator: median, p99 and maximum in seconds, of arrival-rate scenarios.
    pub lag: Option<[f64; 3]>,
    /// Costs of the generator.
    pub generator: Generator,
    /// Why the run is invalid; empty when it is not.
    pub invalid: Vec<String>,
    /// What to know when reading the numbers.
    pub warnings: Vec<String>,
}

impl Validity {
    /// Judges a run. `elapsed` is its length; `ending` is how it came to its end.
    #[must_use]
    pub(crate) fn judge(
        header: &Header,
        totals: &Totals,
        offered: &Offered,
        generator: Generator,
        elapsed: Duration,
        ending: Ending,
    ) -> Self {
        let mut validity = Self { generator, ..Self::default() };
        for (index, scenario) in header.scenarios.iter().enumerate() {
            if scenario.model == Model::Open {
                let offer = offered.scenario(index);
                validity.offered += offer.due;
                validity.dropped += offer.dropped;
            }
        }
        validity.achieved = validity.offered - validity.dropped;
        if let Some(Value::Trend(lag)) = totals.sum_where(&catalogue::SCHEDULE_LAG.name, |_| true) {
            validity.lag =
                lag.quantile(0.5).zip(lag.quantile(0.99)).zip(lag.max()).map(|((median, p99), max)| [median, p99, max]);
        }
        if ending.as_planned {
            let missing = MissingWork::find(header, totals, offered, ending.threshold_failed);
            validity.invalid.extend(missing.invalid);
            validity.warnings.extend(missing.warnings);
        }
        validity.find_reasons(totals, elapsed, header.search);
        validity.warnings.extend(folded::warnings(totals));
        validity.warnings.extend(hammering::warning(header, totals, elapsed));
        validity
    }

    /// Share of the arrivals that were started; 1 without arrivals.
    #[must_use]
    pub(crate) fn achieved_ratio(&self) -> f64 {
        if self.offered == 0 { 1.0 } else { self.achieved as f64 / self.offered as f64 }
    }

    /// A search goes beyond the limit on purpose, and judges each rate itself.
    fn find_reasons(&mut self, totals: &Totals, elapsed: Duration, is_search: bool) {
        let dropped = 1.0 - self.achieved_ratio();
        if self.dropped > 0 && !is_search {
            let (dropped_count, offered) = (show_count(self.dropped), show_several(self.offered, "arrival"));
            let text = format!(
                "{dropped_count} of {offered} ({}) {} dropped because no user was free; raise maxVUs",
                show_share(dropped),
                was(self.dropped)
            );
            if dropped > MAX_DROPPED { self.invalid.push(text) } else { self.warnings.push(text) }
        }
        if let Some([_, p99, _]) = self.lag
            && p99 > MAX_LAG_P99.as_secs_f64()
            && !is_search
        {
            let lag = show_duration(Duration::from_secs_f64(p99));
            self.invalid
                .push(format!("the generator was late: p99 of schedule_lag is {lag}; use more cores or a lower rate"));
        }
        let attempts = Attempts::of_run(totals).total;
        let socketless = PROTOCOLS.iter().filter_map(|protocol| {
            totals.sum_where(&protocol.errors.name, |series| series.labels.get("error_class") == Some("no_socket"))
        });
        let count: f64 = socketless.map(|value| if let Value::Counter(count) = value { count } else { 0.0 }).sum();
        if count > MAX_SOCKETLESS * attempts as f64 {
            self.invalid.push(format!(
                "{} found no free socket on this machine; raise `ulimit -n` or net.ipv4.ip_local_port_range",
                show_several(whole(count), "request")
            ));
        }
        let capacity = elapsed.as_secs_f64() * self.generator.workers.unwrap_or(0) as f64;
        let busy = if capacity > 0.0 { self.generator.worker_cpu_seconds / capacity } else { 0.0 };
        if busy > BUSY {
            self.warnings.push(format!(
                "the workers were busy {} of the time: throughput of closed-model scenarios is limited by the generator, not the target",
                show_share(busy.min(1.0))
            ));
        }
        let held_back = totals.counter(&catalogue::GENERATOR_HELD_BACK.name);
        if held_back > 0.0 {
            self.warnings.push(format!(
                "{} {} delayed, because the environment's `max_rate` allows no more",
                show_several(whole(held_back), "request"),
                was(whole(held_back))
            ));
        }
        if self.generator.throttled_seconds > 0.01 * elapsed.as_secs_f64() {
            let time = show_duration(Duration::from_secs_f64(self.generator.throttled_seconds));
            self.warnings.push(format!("the container's CPU quota throttled the generator for {time}"));
        }
    }
}
