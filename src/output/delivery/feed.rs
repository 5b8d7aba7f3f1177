//! What an output delivers next: the contract of a feed, and the feed of intervals.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::unwritten::SharedUnwritten;
use crate::{
    interval_log::{Entry, IntervalCursor, LogError},
    metric::Interval,
    output::{batch::Batch, encoder::Encoder},
    record_log::{self, Frame, RecordReadError},
};

/// Why a feed can't go on.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error(transparent)]
    Intervals(#[from] LogError),
    #[error(transparent)]
    Records(#[from] RecordReadError),
}

impl FeedError {
    /// Whether the feed has gone past what it could not read, and may be asked again.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        matches!(self, Self::Records(RecordReadError::Damaged { .. } | RecordReadError::Missing { .. }))
    }
}

/// How far an output has delivered; kept beside the log, so that another process can go on from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Up to an interval.
    Interval {
        /// Its sequence.
        sequence: u64,
        /// Its end, Unix milliseconds.
        end_ms: i64,
    },
    /// Up to a place in the log of records.
    Record(record_log::Position),
}

/// What goes out at once, in this order.
#[derive(Debug)]
pub struct Push {
    /// To be sent one after the other.
    pub batches: Vec<Batch>,
    /// Time of the newest sample, Unix milliseconds.
    pub end_ms: i64,
    /// The position once it is delivered.
    pub position: Position,
    /// Whether what it holds is on disk, and so can be replayed.
    pub on_disk: bool,
}

/// Counts the samples that an output makes of a frame of records.
pub(crate) type SampleCounter = Box<dyn FnMut(&Frame<'_>) -> u64>;

/// A source of pushes.
pub trait Feed {
    /// The next push; None when there is nothing yet. Once the run is `over` the last push may be short.
    ///
    /// # Errors
    /// When the log can't be read.
    fn next(&mut self, over: bool) -> Result<Option<Push>, FeedError>;

    /// Goes back to a position, or to the beginning: what comes next is encoded anew.
    ///
    /// # Errors
    /// When the log can't be read.
    fn rewind(&mut self, position: Option<Position>) -> Result<(), FeedError>;

    /// What is sent once, after everything.
    fn final_batches(&mut self) -> Vec<Batch>;

    /// The last interval that was read; None for other feeds.
    fn read_up_to(&self) -> Option<u64> {
        None
    }

    /// What counts the samples of records; None for other feeds.
    fn sample_counter(&self) -> Option<SampleCounter> {
        None
    }

    /// Bytes of the log that were not read yet.
    fn unread_bytes(&self) -> u64;
}

/// Intervals, folded and pushed once a push interval.
pub(crate) struct IntervalFeed {
    log: PathBuf,
    make_encoder: Box<dyn Fn() -> Box<dyn Encoder>>,
    encoder: Box<dyn Encoder>,
    cursor: IntervalCursor,
    unwritten: SharedUnwritten,
    /// The last interval that was folded.
    folded: Option<u64>,
    /// Its end, Unix milliseconds.
    folded_end_ms: Option<i64>,
    /// Read already: what was folded before it goes first.
    held: Option<Interval>,
    interval_ms: i64,
    last_push_ms: Option<i64>,
    /// What was folded and not pushed yet.
    unpushed: Option<Position>,
}

impl IntervalFeed {
    /// A feed from the beginning of a log.
    ///
    /// # Errors
    /// When the log can't be read.
    pub(crate) fn new(
        log: &Path,
        unwritten: SharedUnwritten,
        interval_ms: i64,
        make_encoder: Box<dyn Fn() -> Box<dyn Encoder>>,
    ) -> Result<Self, FeedError> {
        let encoder = make_encoder();
        let cursor = IntervalCursor::open(log)?;
        let log = log.to_owned();
        let (folded, folded_end_ms, held, last_push_ms, unpushed) = (None, None, None, None, None);
        Ok(Self {
            log,
            make_encoder,
            encoder,
            cursor,
            unwritten,
            folded,
            folded_end_ms,
            held,
            interval_ms,
            last_push_ms,
            unpushed,
        })
    }

    fn push(&mut self, position: Position) -> Push {
        self.unpushed = None;
        let Position::Interval { end_ms, .. } = position else {
            return Push { batches: Vec::new(), end_ms: 0, position, on_disk: true };
        };
        self.last_push_ms = Some(end_ms);
        let on_disk = self.cursor.sequence() >= self.folded;
        Push { batches: self.encoder.push(), end_ms, position, on_disk }
    }

    /// The next interval that was not folded yet: from the log, else from what the disk did not take.
    fn next_interval(&mut self) -> Result<Option<Interval>, LogError> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        while let Some(entry) = self.cursor.read()? {
            if let Entry::Interval(interval) = entry
                // What was kept in memory may have found its way to the disk since.
                && self.folded.is_none_or(|folded| interval.sequence > folded)
            {
                return Ok(Some(*interval));
            }
        }
        // Only the very next one: after a gap the numbers of series would mean others.
        let next = self.folded.map_or(0, |folded| folded + 1);
        Ok(self.unwritten.borrow().after(self.folded).filter(|interval| interval.sequence == next))
    }

    fn fold(&mut self, interval: &Interval) -> Position {
        self.encoder.fold(interval);
        (self.folded, self.folded_end_ms) = (Some(interval.sequence), Some(interval.end_ms));
        Position::Interval { sequence: interval.sequence, end_ms: interval.end_ms }
    }
}

impl Feed for IntervalFeed {
    fn next(&mut self, over: bool) -> Result<Option<Push>, FeedError> {
        while let Some(interval) = self.next_interval()? {
            // No push reaches over a time without a process: the one before it may have been sent as it is.
            if self.folded_end_ms.is_some_and(|end_ms| interval.start_ms > end_ms) {
                if let Some(position) = self.unpushed {
                    self.held = Some(interval);
                    return Ok(Some(self.push(position)));
                }
                self.last_push_ms = None;
            }
            let position = self.fold(&interval);
            self.unpushed = Some(position);
            let begin = *self.last_push_ms.get_or_insert(interval.start_ms);
            // Half an interval early is on time: spans of a second are never exactly a second long.
            if interval.end_ms - begin >= self.interval_ms - 500 {
                return Ok(Some(self.push(position)));
            }
        }
        Ok(self.unpushed.filter(|_| over).map(|position| self.push(position)))
    }

    fn rewind(&mut self, position: Option<Position>) -> Result<(), FeedError> {
        self.encoder = (self.make_encoder)();
        self.cursor = IntervalCursor::open(&self.log)?;
        (self.folded, self.folded_end_ms, self.held) = (None, None, None);
        (self.last_push_ms, self.unpushed) = (None, None);
        let Some(Position::Interval { sequence, end_ms }) = position else { return Ok(()) };
        while self.folded.is_none_or(|folded| folded < sequence) {
            let Some(mut interval) = self.next_interval()? else { break };
            // They were delivered, and nothing later builds on them.
            interval.spans.clear();
            self.fold(&interval);
        }
        // Encodes what was delivered and throws it away: the encoder then stands where it stood.
        drop(self.encoder.push());
        self.last_push_ms = Some(end_ms);
        Ok(())
    }

    fn final_batches(&mut self) -> Vec<Batch> {
        self.encoder.end()
    }

    fn read_up_to(&self) -> Option<u64> {
        self.cursor.sequence()
    }

    fn unread_bytes(&self) -> u64 {
        self.cursor.unread_bytes().unwrap_or(0)
    }
}
