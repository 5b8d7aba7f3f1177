//! loadagent: a headless load generator with accurate, coordinated-omission-free latency.
//!
//! A **profile** is validated into a **plan**. The plan's **schedule** decides when work is due. A **virtual user** runs steps
//! through a protocol **session**. A **probe** times each request. A **recorder** aggregates the times into histograms.
//! Every second they become an **interval**. **Outputs**, **analysis** and **report** read intervals.
//!
//! ```text
//!    configuration             execution                    telemetry
//!
//!   ┌────────────────┐     ┌──────────────────────┐     ┌───────────────────────┐
//!   │ profile/ plan/ │     │ executor/            │     │ output/   dashboard/  │
//!   │  text → Plan   │────▶│   open  ─┐           │     │ analysis/ verdict     │
//!   │  schedule      │     │   closed ┴▶ vu       │     │ report/   text, json  │
//!   │ language/      │     │             │        │     └──────────▲────────────┘
//!   └────────────────┘     │         protocol/    │                │
//!                          └─────────────┬────────┘     interval_log/ record_log/
//!                                        │ probe                   │
//!                          ┌─────────────▼─────────────────────────┴───────────┐
//!                          │ metric/  catalogue · recorder ── 1 s ─▶ Interval  │
//!                          └───────────────────────────────────────────────────┘
//!
//!   run/ composes all of it into commands, cli/ reads their flags; threshold/ and control/ are shared;
//!   practice_target/ is a server to load, and imports only units
//! ```
//!
//! Invariants:
//! - Configuration and execution never import telemetry: an output cannot slow a request.
//! - No unbounded queue and no growing vector on the request path: memory does not grow with time.
//! - No sample goes through a channel: workers flush whole intervals, once a second.
//! - A schedule knows no protocol and no clock; a protocol knows no schedule.
//! - Latency comes from the monotonic clock; the wall clock is read for timestamps only.
//! - Only `main` ends the process. `run::console` and outputs to `-` write standard output; `run::console`,
//!   `report::progress`, `main` and `protocol::debug` (`--http-debug`) write standard error.
//! - The practice target shares only `units` with the generator: the same mistake in both would go unnoticed.

mod analysis;
mod cli;
mod control;
mod convert;
mod dashboard;
mod executor;
mod exit;
#[cfg(test)]
mod golden;
mod http_server;
mod interval_log;
mod language;
mod metric;
mod net;
mod output;
mod plan;
mod practice_target;
mod profile;
mod protocol;
mod record_log;
mod report;
mod run;
mod scraper;
#[doc(hidden)]
pub mod testing;
mod threshold;
mod units;

use std::process::ExitCode;

/// Parses the command line, executes the command and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    run::cmd::main()
}
