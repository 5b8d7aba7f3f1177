//! `InfluxDB`: points of what a push span and the run so far amount to, as line protocol with
//! millisecond time stamps (`precision=ms`).

pub mod aggregate;
pub mod line;

#[cfg(test)]
mod tests;

pub use aggregate::AggregateEncoder;
