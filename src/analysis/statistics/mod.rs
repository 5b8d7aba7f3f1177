//! Statistics that several verdicts share: robust summaries, distributions, autocorrelation.

pub(crate) mod autocorrelation;
pub(crate) mod distribution;
pub(crate) mod holm;
pub(crate) mod sample;
pub(crate) mod series;
