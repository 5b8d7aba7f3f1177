//! Commands: the only module that knows every other. `cmd/` has a file for each command.
//!
//! Owns what is started, in which order, and how it ends. Never measures, judges or formats itself: it puts together what
//! the other modules offer. `prepare/` makes a plan from flags and profile, `collect/` gathers the workers' intervals while
//! the load runs. Start with `cmd/run.rs`.

pub(crate) mod campaign;
pub(crate) mod clock;
pub(crate) mod cmd;
pub(crate) mod collect;
pub(crate) mod comparable;
pub(crate) mod console;
pub(crate) mod control_port;
pub(crate) mod deliveries;
pub(crate) mod error;
pub(crate) mod find;
pub(crate) mod folder;
pub(crate) mod health;
pub(crate) mod hooks;
mod imported;
mod last_good;
pub(crate) mod locust;
pub(crate) mod logged_run;
#[cfg(test)]
pub(crate) mod made_run;
pub(crate) mod new_file;
pub(crate) mod prepare;
mod report_files;
mod result_files;
pub(crate) mod resumption;
pub(crate) mod run_end;
pub(crate) mod segments;
pub(crate) mod signals;
mod termination;

pub(crate) use error::CommandError;
