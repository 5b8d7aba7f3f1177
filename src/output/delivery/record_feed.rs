//! The feed of records: what each request left behind, written out in a format.

use std::path::{Path, PathBuf};

use super::feed::{Feed, FeedError, Position, Push, SampleCounter};
use crate::{
    output::{
        batch::Batch,
        samples::{Lines, SampleFormat},
    },
    record_log::{MemorySegments, RecordCursor},
};

/// Lines from which on a request is sent; a frame more may be in it. Twice what `InfluxDB` advises, because at 20,000
/// requests a second answers cost more than lines.
const MAX_LINES: usize = 10_000;

/// Records that are formatted before the thread yields.
const BATCH_OF_RECORDS: usize = 256;

/// Records, written out.
pub(crate) struct RecordFeed {
    run: PathBuf,
    /// What the disk did not take.
    memory: MemorySegments,
    make_format: Box<dyn Fn() -> Box<dyn SampleFormat>>,
    format: Box<dyn SampleFormat>,
    cursor: RecordCursor,
    /// Met behind what was read last.
    error: Option<FeedError>,
}

impl RecordFeed {
    /// A feed from the oldest record of a run's folder.
    ///
    /// # Errors
    /// When the log can't be read.
    pub(crate) fn new(
        run: &Path,
        memory: MemorySegments,
        make_format: Box<dyn Fn() -> Box<dyn SampleFormat>>,
    ) -> Result<Self, FeedError> {
        let cursor = RecordCursor::open(run, memory.clone(), None)?;
        Ok(Self { run: run.to_owned(), memory, format: make_format(), make_format, cursor, error: None })
    }
}

impl Feed for RecordFeed {
    fn next(&mut self, _over: bool) -> Result<Option<Push>, FeedError> {
        let (mut lines, mut newest_ns, mut read, mut on_disk) = (Lines::default(), 0, false, true);
        // Frames are small when the load is: as many as fit go out at once.
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        while lines.ends.len() < MAX_LINES {
            let frame = match self.cursor.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(error) => {
                    // What was read before it goes first.
                    self.error = Some(error.into());
                    break;
                }
            };
            read = true;
            for (number, recorded) in frame.entries().enumerate() {
                newest_ns = newest_ns.max(recorded.at_unix_ns);
                self.format.write(&recorded, &mut lines);
                if number % BATCH_OF_RECORDS == 0 {
                    // On a core that the load shares: a fraction of a millisecond at a time.
                    std::thread::yield_now();
                }
            }
            on_disk &= !self.cursor.is_in_memory();
        }
        if !read {
            return self.error.take().map_or(Ok(None), Err);
        }
        let batches = if lines.ends.is_empty() { Vec::new() } else { vec![Batch::of_lines(lines)] };
        let position = Position::Record(self.cursor.position());
        Ok(Some(Push { batches, end_ms: newest_ns / 1_000_000, position, on_disk }))
    }

    fn rewind(&mut self, position: Option<Position>) -> Result<(), FeedError> {
        self.format = (self.make_format)();
        let position = match position {
            Some(Position::Record(position)) => Some(position),
            _ => None,
        };
        self.cursor = RecordCursor::open(&self.run, self.memory.clone(), position)?;
        Ok(())
    }

    fn final_batches(&mut self) -> Vec<Batch> {
        Vec::new()
    }

    fn sample_counter(&self) -> Option<SampleCounter> {
        let mut format = (self.make_format)();
        Some(Box::new(move |frame| {
            let mut lines = Lines::default();
            frame.entries().for_each(|recorded| format.write(&recorded, &mut lines));
            lines.ends.len() as u64
        }))
    }

    fn unread_bytes(&self) -> u64 {
        self.cursor.pending_bytes().unwrap_or(0)
    }
}
