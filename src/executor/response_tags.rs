//! Tags that are computed from a response: its attempts are held until it is there, and recorded with them.

use std::{cell::RefCell, time::Duration};

use crate::{
    language::{Expr, text_of},
    plan::Flow,
    protocol::{Attempt, ErrorClass, Lane},
};

/// Most characters of a tag.
const LONGEST: usize = 100;

/// Attempts of a request that lack their tags. Those that are left when it is dropped, with a request that was cut off, are
/// recorded without.
pub(super) struct Untagged<'a> {
    attempts: RefCell<Vec<Attempt>>,
    write: &'a dyn Fn(&Attempt, u32),
    /// The labels that are known before the response.
    variant: u32,
}

impl<'a> Untagged<'a> {
    pub(super) fn new(write: &'a dyn Fn(&Attempt, u32), variant: u32) -> Self {
        Self { attempts: RefCell::default(), write, variant }
    }

    /// Holds an attempt; one that was cut off gets no response.
    pub(super) fn hold(&self, attempt: &Attempt) {
        if attempt.error == Some(ErrorClass::Cancelled) {
            (self.write)(attempt, self.variant);
        } else {
            self.attempts.borrow_mut().push(attempt.clone());
        }
    }

    /// Records the attempts with the labels of a variant.
    pub(super) fn release(&self, variant: u32) {
        for attempt in self.attempts.take() {
            (self.write)(&attempt, variant);
        }
    }
}

impl Drop for Untagged<'_> {
    fn drop(&mut self) {
        self.release(self.variant);
    }
}

/// The tags of the last response; one without a value is left out.
pub(super) fn tags_of(wanted: &[(String, Expr)], flow: &Flow, lane: &Lane, clock: Duration) -> Vec<(String, String)> {
    let response = lane.response();
    let tag = |(name, value): &(String, Expr)| {
        let value = flow.evaluate(value, &response, clock);
        let text = text_of(&value)?;
        Some((name.clone(), text.chars().take(LONGEST).collect()))
    };
    wanted.iter().filter_map(tag).collect()
}
