//! The segments of a run, read side by side: each has a log of its own, and together they are the run.
//!
//! Intervals of segments meet by their time since the start of their segment, so that clocks which disagree shift nothing.
//! Where one log is downsampled, the others are merged to its intervals.

use std::path::{Path, PathBuf};

use super::{error::CommandError, folder, logged_run::unreadable, run_end::RunEnd};
use crate::{
    interval_log::{Entry, Event, Gap, Header, IntervalCursor},
    metric::Interval,
};

/// Seconds of two segments that meet by less belong to different spans.
const OVERLAP_MS: i64 = 500;

/// One segment.
pub(crate) struct Segment {
    /// Its folder.
    pub folder: PathBuf,
    /// What it is.
    pub header: Header,
    /// Its end, once its log has come to one.
    pub end: Option<RunEnd>,
    /// What happened to it; times without a process among it.
    pub events: Vec<Event>,
    /// The end of its last interval, Unix milliseconds of its clock.
    pub end_ms: i64,
    cursor: IntervalCursor,
    next: Option<Interval>,
}

impl Segment {
    /// Opens the log of a run's folder.
    ///
    /// # Errors
    /// When it can't be read, or holds no run.
    pub(crate) fn open(folder: &Path) -> Result<Self, CommandError> {
        let path = folder::log_path(folder);
        let mut cursor = IntervalCursor::open(&path)?;
        let Some(Entry::Header(header)) = cursor.read()? else {
            let message = format!("{}: the log ends before its header: nothing was run", path.display());
            return Err(CommandError::configuration(message));
        };
        let end_ms = header.started_at_ms;
        let (end, events, next) = (None, Vec::new(), None);
        let mut segment = Self { folder: folder.to_owned(), header, end, events, end_ms, cursor, next };
        segment.advance()?;
        Ok(segment)
    }

    /// The number of the segment, from 1.
    #[must_use]
    pub(crate) fn number(&self) -> u64 {
        self.header.segment.map_or(1, |(number, _)| number)
    }

    /// Reads on to the next interval.
    fn advance(&mut self) -> Result<(), CommandError> {
        self.next = None;
        while let Some(entry) = self.cursor.read().map_err(|error| unreadable(&error))? {
            match entry {
                Entry::Interval(interval) => {
                    self.end_ms = interval.end_ms;
                    self.next = Some(*interval);
                    return Ok(());
                }
                Entry::Event(event) => {
                    if event.gap.is_some() {
                        self.end = None;
                    }
                    self.events.push(event);
                }
                Entry::End(end) => {
                    let shown = self.folder.display();
                    self.end = Some(serde_json::from_value(end).map_err(|error| {
                        CommandError::configuration(format!("{shown}: its end entry is of another version: {error}"))
                    })?);
                }
                Entry::Header(_) => {}
            }
        }
        Ok(())
    }

    /// Span of the next interval, in milliseconds since the start of the segment.
    fn span(&self) -> Option<(i64, i64)> {
        let next = self.next.as_ref()?;
        Some((next.start_ms - self.header.started_at_ms, next.end_ms - self.header.started_at_ms))
    }

    /// Whether its next interval belongs to a span that ends then.
    fn belongs(&self, end: i64) -> bool {
        self.span().is_some_and(|(start, own)| own <= end || start < end - OVERLAP_MS)
    }

    /// The gap at its end, up to `until` (milliseconds since its start), if it ended early.
    #[must_use]
    pub(crate) fn rest(&self, until: i64) -> Option<Gap> {
        let to_ms = self.header.started_at_ms + until;
        (to_ms - self.end_ms > OVERLAP_MS).then_some(Gap { from_ms: self.end_ms, to_ms })
    }
}

/// What the segments recorded in the next span of time: its end in milliseconds since the start, and the intervals of each
/// segment. None when all logs are read.
///
/// # Errors
/// When a log can't be read.
pub(crate) fn next_span(segments: &mut [Segment]) -> Result<Option<(i64, Vec<Vec<Interval>>)>, CommandError> {
    let Some(mut end) = segments.iter().filter_map(|segment| Some(segment.span()?.1)).min() else { return Ok(None) };
    let mut parts: Vec<Vec<Interval>> = segments.iter().map(|_| Vec::new()).collect();
    let mut grows = true;
    while grows {
        grows = false;
        for (segment, part) in segments.iter_mut().zip(&mut parts) {
            while segment.belongs(end) {
                let (_, own) = segment.span().unwrap_or_default();
                grows |= own > end;
                end = end.max(own);
                part.extend(segment.next.take());
                segment.advance()?;
            }
        }
    }
    Ok(Some((end, parts)))
}
