//! The generator looks at itself: CPU, memory, and the container's quota.

use std::fs;

use rustix::time::{ClockId, clock_gettime};

use crate::{
    analysis::Generator,
    metric::{Assembler, Labels, Value, catalogue},
};

/// What was recorded of the generator already.
#[derive(Debug)]
pub(crate) struct GeneratorWatch {
    cpu_seconds: f64,
    worker_cpu_seconds: f64,
    throttled_seconds: f64,
    throttled_at_start: f64,
}

impl Default for GeneratorWatch {
    fn default() -> Self {
        let throttled = throttled_seconds();
        let (throttled_seconds, throttled_at_start) = (throttled, throttled);
        Self { cpu_seconds: cpu_seconds(), worker_cpu_seconds: 0.0, throttled_seconds, throttled_at_start }
    }
}

impl GeneratorWatch {
    /// What the CPU quota had held back before the run.
    #[must_use]
    pub(crate) fn throttled_at_start(&self) -> f64 {
        self.throttled_at_start
    }

    /// Records what the generator has cost since the last call, and how it stands.
    pub(crate) fn record(&mut self, assembler: &mut Assembler) {
        let none = Labels::default();
        let (cpu, worker_cpu, throttled) = (cpu_seconds(), assembler.worker_cpu_seconds(), throttled_seconds());
        let counters = [
            (&catalogue::GENERATOR_CPU, cpu - self.cpu_seconds),
            (&catalogue::GENERATOR_WORKER_CPU, worker_cpu - self.worker_cpu_seconds),
            (&catalogue::GENERATOR_THROTTLED, (throttled - self.throttled_seconds).max(0.0)),
        ];
        for (metric, more) in counters {
            assembler.record(metric, &none, &Value::Counter(more));
        }
        (self.cpu_seconds, self.worker_cpu_seconds, self.throttled_seconds) = (cpu, worker_cpu, throttled);
        let resident = status_bytes("VmRSS:").map(|bytes| bytes as f64);
        assembler.record(&catalogue::GENERATOR_RSS, &none, &Value::Gauge(resident));
        let info = Labels::new([("version", env!("CARGO_PKG_VERSION"))]);
        assembler.record(&catalogue::RUN_INFO, &info, &Value::Gauge(Some(1.0)));
    }
}

/// Costs so far. `throttled_at_start` is what the quota had held back before the run.
#[must_use]
pub(crate) fn sample(worker_cpu_seconds: f64, workers: usize, throttled_at_start: f64) -> Generator {
    Generator {
        cpu_seconds: cpu_seconds(),
        worker_cpu_seconds,
        workers: Some(workers),
        rss_bytes: status_bytes("VmRSS:").unwrap_or(0),
        rss_peak_bytes: status_bytes("VmHWM:"),
        throttled_seconds: (throttled_seconds() - throttled_at_start).max(0.0),
    }
}

/// CPU time of the process: user and system, all threads.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn status_bytes(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

/// Time that the CPU quota of this container (cgroup v2) has held its processes back; zero without one.
fn throttled_seconds() -> f64 {
    let stat = fs::read_to_string("/sys/fs/cgroup/cpu.stat").unwrap_or_default();
    let micros = stat.lines().find_map(|line| line.strip_prefix("throttled_usec ")?.trim().parse::<f64>().ok());
    micros.unwrap_or(0.0) * 1e-6
}
