//! Wall-clock time as telemetry counts it.

use std::time::SystemTime;

/// Now, Unix milliseconds.
pub(super) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
