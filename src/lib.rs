//! loadagent
pub mod analysis;
pub mod cli;
pub mod control;
pub mod executor;
pub mod exit;
pub mod interval_log;
pub mod metric;
pub mod output;
pub mod plan;
pub mod profile;
pub mod protocol;
pub mod report;
pub mod run;
pub mod target;
pub mod threshold;
pub mod units;
