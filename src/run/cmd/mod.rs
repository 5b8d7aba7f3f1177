//! One file for each command.

pub mod check;
pub mod dashboards;
pub mod profiles;
pub mod replay;
pub mod report;
pub mod run;
pub mod target;
