//! The outline of compiled steps: each reader of a step notes what it read.

use std::{mem, time::Duration};

use super::Compiler;
use crate::{
    language::{Template, Value},
    plan::{
        Op, StepId,
        outline::{EndScope, OutlineBranch, OutlineKind, OutlineStep, RequestOutline, Rounds},
        program::Retry,
    },
    units,
};

impl Compiler<'_, '_> {
    /// Adds a step to the outline, with the details that were noted since the last one.
    pub(super) fn note(&mut self, text: impl Into<String>, kind: OutlineKind) {
        let details = mem::take(&mut self.details);
        self.outline.push(OutlineStep { text: text.into(), details, kind });
    }

    /// Adds a step that neither sends nor waits, compiled to the operations since `begin`.
    pub(super) fn note_quiet(&mut self, text: impl Into<String>, begin: usize) {
        let may_fail = self.can_lack_a_value(begin, self.here());
        self.note(text, OutlineKind::Quiet { may_fail });
    }

    /// Adds the end of something.
    pub(super) fn note_end(&mut self, text: impl Into<String>, scope: EndScope) {
        self.note(text, OutlineKind::End(scope));
    }

    /// Compiles steps, and returns their outline instead of adding it.
    pub(super) fn outlined(&mut self, work: impl FnOnce(&mut Self)) -> Vec<OutlineStep> {
        let (outer, details) = (mem::take(&mut self.outline), mem::take(&mut self.details));
        work(self);
        self.details = details;
        mem::replace(&mut self.outline, outer)
    }

    /// Whether one of these operations can end the iteration for want of a value.
    pub(super) fn can_lack_a_value(&self, begin: usize, end: usize) -> bool {
        self.ops[begin..end].iter().any(|op| op.can_lack_a_value(&self.table))
    }

    /// Adds a request that is sent at `at`, with all of its operations since `begin`.
    pub(super) fn note_request(
        &mut self,
        text: String,
        step: StepId,
        (begin, at): (usize, usize),
        token_requests: Option<Vec<StepId>>,
    ) {
        let retry = self.ops[at..].iter().find_map(|op| if let Op::Retry(retry) = op { Some(&**retry) } else { None });
        let retries = retry.map_or(0, |retry| retry.max);
        if retries > 0 {
            self.details.insert(0, format!("retry up to {}", units::show_several(retries.into(), "time")));
        }
        let kind = RequestOutline {
            step,
            retries,
            pauses: retry.map(shortest_pauses).unwrap_or_default(),
            may_fail_before: token_requests.is_some() || self.can_lack_a_value(begin, at + 1),
            may_fail_after: self.strict
                || self.can_lack_a_value(at + 1, self.here())
                || self.ops[at + 1..].iter().any(|op| matches!(op, Op::Fail(_))),
            token_requests: token_requests.unwrap_or_default(),
        };
        self.note(text, OutlineKind::Request(kind));
    }
}

/// The shortest pauses of a retry: a server that may set them can set them to zero.
fn shortest_pauses(retry: &Retry) -> (Duration, Duration) {
    let (first, most) = retry.pause;
    if retry.pause_header.is_some() { Default::default() } else { (first, most.max(first)) }
}

/// A step of two branches: its steps, and those under `else`.
pub(super) fn choice(share: Option<f64>, steps: Vec<OutlineStep>, otherwise: Vec<OutlineStep>) -> OutlineKind {
    let other =
        OutlineBranch { heading: Some("else".to_owned()), share: share.map(|share| 1.0 - share), steps: otherwise };
    OutlineKind::Choice(vec![OutlineBranch { heading: None, share, steps }, other])
}

/// The number of rounds that a template says.
pub(super) fn rounds_of(template: &Template) -> Rounds {
    match template.constant() {
        Some(Value::List(items)) => Rounds::exactly(items.len() as u64),
        Some(Value::Null) => Rounds::exactly(0),
        Some(_) => template
            .constant_text()
            .and_then(|text| text.trim().parse().ok())
            .map_or(Rounds { least: 0, most: None }, Rounds::exactly),
        None => Rounds { least: 0, most: None },
    }
}
