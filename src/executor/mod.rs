//! Executors: two loops, open and closed, that bring virtual users to run a scenario's flow on schedule.
//!
//! Owns worker threads, virtual users, the pacer and the way from an attempt to the recorder. One thread per core, each
//! with its own runtime, users, connections and recorder; nothing on the path of a request is shared between threads.
//! Never imports the telling side: a slow output cannot slow a request. Start with [`worker`], then [`open`],
//! [`closed`] and [`vu`].

pub mod closed;
pub mod desk;
pub mod open;
pub mod pacer;
pub mod scenario;
pub mod seats;
#[cfg(test)]
mod tests;
pub mod vu;
pub mod worker;

pub use worker::{Crew, StartError, Traffic};
