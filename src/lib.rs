//! loadagent
pub mod control;
pub mod executor;
pub mod metric;
pub mod plan;
pub mod protocol;
pub mod threshold;
pub mod units;
