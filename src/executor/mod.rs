//! Executors: two loops, open and closed, that bring virtual users to run a scenario's flow on schedule.
//!
//! Owns worker threads, virtual users, the pacer and the way from an attempt to the recorder. One thread per core, each
//! with its own runtime, users, connections and recorder; nothing on the path of a request is shared between threads.
//! Never imports telemetry: a slow output cannot slow a request. Start with [`worker`], then [`open`],
//! [`closed`] and [`vu`].

mod a2a;
mod agui_recorder;
pub(crate) mod budget;
pub(crate) mod buffers;
pub(crate) mod closed;
mod failure_reason;
pub(crate) mod flow_task;
pub(crate) mod hook;
mod mcp;
pub(crate) mod open;
mod pace;
pub(crate) mod pacer;
pub(crate) mod raw_records;
mod response_handler;
mod response_tags;
pub(crate) mod resumed;
pub(crate) mod rows;
mod rpc_recorder;
pub(crate) mod scenario;
pub(crate) mod scenario_recorder;
mod sending;
pub(crate) mod shared;
mod socket_recorder;
mod socket_reopened;
mod socket_round_trips;
mod socket_schedule;
mod socket_session;
mod stream_recorder;
pub(crate) mod taken;
#[cfg(test)]
mod tests;
mod trace_budget;
mod traced;
pub(crate) mod tracer;
pub(crate) mod vu;
pub(crate) mod vu_pool;
pub(crate) mod worker;

pub(crate) use resumed::Resumed;
pub(crate) use tracer::Sampling;
pub(crate) use worker::{PoolConfig, StartError, Traffic, WorkerPool};

use std::{
    panic::resume_unwind,
    pin::Pin,
    task::{Context, Waker},
};

use tokio::task::{JoinError, JoinHandle};

/// Lets a panic of a task go on in the worker's thread, where it is reported: a load that silently lost a part would pass
/// for a whole one. A task that was cut off is no panic.
fn settle(ended: Result<(), JoinError>) {
    settled(ended);
}

/// As [`settle`], for a task with a result; None if it was cut off.
fn settled<T>(ended: Result<T, JoinError>) -> Option<T> {
    match ended.map_err(JoinError::try_into_panic) {
        Ok(value) => Some(value),
        Err(Ok(panic)) => resume_unwind(panic),
        Err(Err(_)) => None,
    }
}

/// As [`settle`], for a task that is known to have finished.
fn settle_finished(mut task: JoinHandle<()>) {
    let mut context = Context::from_waker(Waker::noop());
    if let std::task::Poll::Ready(ended) = Pin::new(&mut task).poll(&mut context) {
        settle(ended);
    }
}
