//! Keeps the interval log within its limit while it is written: plans, works beside the run, puts the twin in place.

use std::thread::JoinHandle;

use crate::{
    interval_log::{Compacted, LogError, LogWriter},
    units::show_count,
};

/// Thins one log, one thinning at a time.
#[derive(Debug, Default)]
pub struct Compactor {
    job: Option<JoinHandle<Result<Compacted, LogError>>>,
}

impl Compactor {
    /// Goes on with what is under way, or plans anew. `delivered` as [`LogWriter::thinning`] wants it. Gives what people
    /// must be told.
    pub fn turn(&mut self, log: &mut LogWriter, now_ms: i64, delivered: &[Option<u64>], limit: u64) -> Option<String> {
        if self.job.as_ref().is_some_and(|job| !job.is_finished()) {
            return None;
        }
        let told = self.settle(log);
        if let Some(thinning) = log.thinning(now_ms, delivered, limit) {
            let thread = std::thread::Builder::new().name("thinning".to_owned());
            // Without a thread the log stays as long as it is; the next turn tries again.
            self.job = thread.spawn(move || thinning.run()).ok();
        }
        told
    }

    /// The run is over: what is done is put in place, what is not done is not waited for.
    pub fn end(&mut self, log: &mut LogWriter) -> Option<String> {
        self.job.take_if(|job| !job.is_finished()).map_or_else(|| self.settle(log), |_| None)
    }

    /// Puts what was done in place.
    fn settle(&mut self, log: &mut LogWriter) -> Option<String> {
        let thinned = match self.job.take()?.join() {
            Ok(Ok(thinned)) => thinned,
            Ok(Err(error)) => return Some(format!("the interval log could not be thinned: {error}")),
            Err(_) => return Some("the interval log could not be thinned: the thread panicked".to_owned()),
        };
        let (merged, width_ms) = (thinned.undelivered_merged(), thinned.pressure().undelivered_width_ms());
        match log.adopt(thinned) {
            Err(error) => Some(format!("the interval log could not be thinned: {error}")),
            Ok(_) if merged > 0 => Some(format!(
                "the disk limit is reached: {} intervals that an output has not taken yet were merged to {} s",
                show_count(merged),
                width_ms / 1_000
            )),
            Ok(_) => None,
        }
    }
}
