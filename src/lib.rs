//! loadagent: a headless load generator with accurate, coordinated-omission-free latency.
//!
//! A **profile** is checked into a **plan**; the plan's **schedule** says when; a **virtual user** runs steps through a
//! protocol **session**; a **probe** times them; the **recorder** folds the times into histograms; every second they
//! become an **interval**; **outputs**, **analysis** and **report** read intervals.
//!
//! ```text
//!      configuration               execution                    telemetry
//!
//!   ┌──────────────────┐    ┌──────────────────────┐    ┌──────────────────────────┐
//!   │ profile/  plan/  │    │ executor/            │    │ output/     record_log/  │
//!   │   text → Plan    │───▶│   open ─┐            │    │ analysis/   threshold/   │
//!   │   schedule       │    │ closed ─┴▶ user      │    │ report/     dashboard/   │
//!   │ language/        │    │              │       │    └────────────▲─────────────┘
//!   └──────────────────┘    │ control/  protocol/  │                 │
//!                           └──────────────┬───────┘           interval_log/
//!                                          │ probe                  │
//!                           ┌──────────────▼────────────────────────┴──────────────┐
//!                           │ metric/   catalogue · recorder ── 1 s ──▶ Interval   │
//!                           └──────────────────────────────────────────────────────┘
//!
//!   cli/ → run/ puts them together: a file in run/cmd/ for each command.    practice_target/ stands alone.
//! ```
//!
//! Invariants:
//! - Configuration and execution never import telemetry: an output cannot slow a request.
//! - No unbounded queue and no growing vector on the path of a request; memory after one hour is memory after ten.
//! - No sample is sent through a channel; workers flush whole intervals, once a second.
//! - A schedule knows no protocol and no clock; a protocol knows no schedule.
//! - Latency comes from the monotonic clock; the wall clock is read for timestamps only.
//! - Only `main` ends the process. Standard output is written by `run::console` and by outputs that go there; standard
//!   error by `run::console`, `report::progress`, `main` and `protocol::debug` (`--http-debug`).
//! - The practice target shares only `units` with the generator.

pub mod analysis;
pub mod cli;
pub mod control;
pub mod dashboard;
pub mod executor;
pub mod exit;
pub mod http_server;
pub mod interval_log;
pub mod language;
pub mod metric;
pub mod output;
pub mod plan;
pub mod practice_target;
pub mod profile;
pub mod protocol;
pub mod record_log;
pub mod report;
pub mod run;
pub mod threshold;
pub mod units;
