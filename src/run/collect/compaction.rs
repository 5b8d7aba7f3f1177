//! Compaction of the interval log while the run goes on, on a thread beside it.

use std::thread::JoinHandle;

use crate::{
    interval_log::{LogError, LogWriter, ReplacementLog},
    units::{show_several, was},
};

/// Runs one compaction at a time.
#[derive(Debug, Default)]
pub(crate) struct Compactor {
    job: Option<JoinHandle<Result<ReplacementLog, LogError>>>,
}

impl Compactor {
    /// Adopts a finished compaction and starts the next one when it pays. `delivered` as for [`LogWriter::compaction`].
    /// Gives a message for the user, if there is one.
    pub(crate) fn advance(
        &mut self,
        log: &mut LogWriter,
        now_ms: i64,
        delivered: &[Option<u64>],
        limit: u64,
    ) -> Option<String> {
        if self.job.as_ref().is_some_and(|job| !job.is_finished()) {
            return None;
        }
        let message = self.settle(log);
        if let Some(compaction) = log.compaction(now_ms, delivered, limit) {
            let thread = std::thread::Builder::new().name("compaction".to_owned());
            // Without a thread the log stays as long as it is; the next call tries again.
            self.job = thread.spawn(move || compaction.run()).ok();
        }
        message
    }

    /// Adopts a finished compaction at the end of the run; does not wait for one that is running.
    pub(crate) fn end(&mut self, log: &mut LogWriter) -> Option<String> {
        self.job.take_if(|job| !job.is_finished()).map_or_else(|| self.settle(log), |_| None)
    }

    /// Adopts a finished compaction.
    fn settle(&mut self, log: &mut LogWriter) -> Option<String> {
        let compacted = match self.job.take()?.join() {
            Ok(Ok(compacted)) => compacted,
            Ok(Err(error)) => return Some(format!("the interval log could not be compacted: {error}")),
            Err(_) => return Some("the interval log could not be compacted: the thread panicked".to_owned()),
        };
        let (merged, width_ms) = (compacted.undelivered_merged(), compacted.pressure().undelivered_width_ms());
        match log.adopt(compacted) {
            Err(error) => Some(format!("the interval log could not be compacted: {error}")),
            Ok(_) if merged > 0 => Some(format!(
                "disk limit reached: {} {} downsampled to {} s",
                show_several(merged, "undelivered interval"),
                was(merged),
                width_ms / 1_000
            )),
            Ok(_) => None,
        }
    }
}
