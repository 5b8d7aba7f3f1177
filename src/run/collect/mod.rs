//! Collecting while the load runs: the coordinator, the run's outputs, raw records, compaction of the log, the generator's
//! own costs. Start with [`coordinator`].

pub mod compaction;
pub mod coordinator;
pub mod delivery_source;
pub mod generator;
pub mod outputs;
pub mod records;
