//! The generator looks at itself: CPU, memory, and the container's quota.

use std::fs;

use rustix::time::{ClockId, clock_gettime};

use crate::analysis::Generator;

/// Costs so far. `throttled_at_start` is what the quota had held back before the run.
#[must_use]
pub fn sample(worker_cpu_seconds: f64, workers: usize, throttled_at_start: f64) -> Generator {
    Generator {
        cpu_seconds: cpu_seconds(),
        worker_cpu_seconds,
        workers,
        rss_bytes: status_bytes("VmRSS:").unwrap_or(0),
        rss_peak_bytes: status_bytes("VmHWM:").unwrap_or(0),
        throttled_seconds: (throttled_seconds() - throttled_at_start).max(0.0),
    }
}

/// CPU time of the process: user and system, all threads.
#[must_use]
pub fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Resident memory in bytes; None where there is no /proc.
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    status_bytes("VmRSS:")
}

fn status_bytes(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

/// Time that the CPU quota of this container (cgroup v2) has held its processes back; zero without one.
#[must_use]
pub fn throttled_seconds() -> f64 {
    let stat = fs::read_to_string("/sys/fs/cgroup/cpu.stat").unwrap_or_default();
    let micros = stat.lines().find_map(|line| line.strip_prefix("throttled_usec ")?.trim().parse::<f64>().ok());
    micros.unwrap_or(0.0) * 1e-6
}
