//! The writes of a stream, made one by one as they become due: an endless stream is never in memory as a whole.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::time::Duration;

use hyper::body::Bytes;

use super::Event;
use super::options::StreamOptions;

/// Events that are due at once are one write, up to this size.
const LARGEST_WRITE: usize = 64 * 1024;

/// Makes writes from events.
pub(super) struct Writes<I: Iterator<Item = Event>> {
    options: StreamOptions,
    events: Peekable<I>,
    /// The number of the next event, from 0.
    number: u64,
    /// When the last event is due.
    due: Duration,
    /// Pieces of that event.
    pieces: VecDeque<Bytes>,
}

impl<I: Iterator<Item = Event>> Writes<I> {
    pub(super) fn new(options: &StreamOptions, events: I) -> Self {
        let (options, events, due) = (options.clone(), events.peekable(), options.first);
        Self { options, events, number: 0, due, pieces: VecDeque::new() }
    }

    /// The time between the event before the next one and that; an error comes at once.
    fn pause(&self) -> Duration {
        let StreamOptions { per_write, gap, stall, .. } = &self.options;
        if self.is_error_next() {
            return Duration::ZERO;
        }
        let is_next_write = self.number > 0 && self.number.is_multiple_of(*per_write);
        let gap = if is_next_write { *gap } else { Duration::ZERO };
        gap + stall.filter(|(after, _)| *after == self.number).map_or(Duration::ZERO, |(_, stall)| stall)
    }

    fn is_error_next(&self) -> bool {
        self.options.error == Some(self.number)
    }

    /// Whether the next event is due with the last one, and goes with it.
    fn joins_next(&mut self) -> bool {
        self.events.peek().is_some() && self.pause().is_zero() && !self.is_error_next()
    }

    fn next_text(&mut self) -> Option<String> {
        let event = self.events.next()?;
        self.due += self.pause();
        self.number += 1;
        Some(event.text(self.options.line_end))
    }
}

impl<I: Iterator<Item = Event>> Iterator for Writes<I> {
    type Item = (Duration, Bytes);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(piece) = self.pieces.pop_front() {
            return Some((self.due, piece));
        }
        let mut text = self.next_text()?;
        if let Some(size) = self.options.split {
            let bytes = Bytes::from(text);
            let pieces = (0..bytes.len()).step_by(size).map(|at| bytes.slice(at..bytes.len().min(at + size)));
            self.pieces = pieces.collect();
            return Some((self.due, self.pieces.pop_front()?));
        }
        while text.len() < LARGEST_WRITE && self.joins_next() {
            text += &self.next_text()?;
        }
        Some((self.due, text.into()))
    }
}
