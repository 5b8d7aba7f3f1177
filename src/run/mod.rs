//! Commands: the only module that knows every other. `cmd/` has a file for each command.
//!
//! Owns what is started, in which order, and how it ends. Never measures, judges or formats itself: it puts together what
//! the other modules offer. `prepare/` makes a plan from flags and profile, `collect/` gathers the workers' intervals while
//! the load runs. Start with `cmd/run.rs`.

pub mod clock;
pub mod cmd;
pub mod collect;
pub mod console;
pub mod error;
pub mod folder;
pub mod hooks;
pub mod locust;
pub mod logged_run;
pub mod prepare;
pub mod run_end;
pub mod signals;

pub use error::CommandError;
