//! Collecting while the load runs: the coordinator, the run's outputs, raw records, compaction of the log, the generator's
//! own costs. Start with [`coordinator`].

pub(crate) mod compaction;
pub(crate) mod coordinator;
pub(crate) mod delivery_source;
mod early_ends;
pub(crate) mod generator;
pub(crate) mod grace;
mod live;
pub(crate) mod live_page;
pub(crate) mod outputs;
pub(crate) mod records;
mod searching;
mod standstill;
mod timetable;
