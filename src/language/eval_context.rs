//! What an expression reads while the load runs: the user's values, the last response, random numbers, the clock.

use std::time::Duration;

use super::Value;

/// Index of a variable among a user's values; names are resolved before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u16);

/// The response to the last request, as far as a flow reads it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Response<'a> {
    /// The status, if there was a complete response.
    pub status: Option<u16>,
    /// Status line and header lines as received, if the request keeps them.
    pub head: &'a [u8],
    /// The body, decompressed, if the request keeps it.
    pub body: &'a [u8],
    /// From the first byte written to the last byte read.
    pub duration: Duration,
    /// The error class; empty on success.
    pub error: &'a str,
    /// The name of the last event of a stream, whose data is the body; empty without one.
    pub event: &'a str,
    /// What was measured of the last stream, by name.
    pub stream: Option<&'a Value>,
}

/// The user and its iteration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IterationId {
    /// The user's number from 1, unique over all workers and segments.
    pub vu: u64,
    /// The user's iterations before this one.
    pub iteration: u64,
    /// Number of this iteration in its scenario, from 0, unique over all workers and segments.
    pub scenario_iteration: u64,
}

impl<'a> EvalContext<'a> {
    /// A context without values and response.
    pub fn empty(random: &'a mut fastrand::Rng) -> Self {
        Self { slots: &[], response: Response::default(), id: IterationId::default(), random, clock: Duration::ZERO }
    }
}

/// Everything an expression can read.
#[derive(Debug)]
pub struct EvalContext<'a> {
    /// The user's values, by slot.
    pub slots: &'a [Value],
    /// The last response.
    pub response: Response<'a>,
    /// The user and its iteration.
    pub id: IterationId,
    /// The user's random numbers: the same seed gives the same run.
    pub random: &'a mut fastrand::Rng,
    /// The wall clock, since the Unix epoch.
    pub clock: Duration,
}
