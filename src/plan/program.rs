//! Programs: what the users of a scenario do, flat. Loops and branches are jumps, so that a user's place in a flow is one
//! number, and blocks cost nothing while they run.

use std::{sync::Arc, time::Duration};

use super::{check::Check, steps::StepId};
use crate::language::{
    Expr, Slot, Template,
    extract::{Extractor, Header, Take},
};

/// Everything the users of a scenario do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    /// Operations; those of one entry end with [`Op::End`].
    pub ops: Vec<Op>,
    /// Where an iteration begins.
    pub iteration: usize,
    /// Where a user begins, once, before its first iteration.
    pub on_start: Option<usize>,
    /// Where a user ends.
    pub on_stop: Option<usize>,
    /// Names of the values that users hold, by slot.
    pub names: Vec<Arc<str>>,
    /// Variables that every iteration begins without.
    pub iteration_scoped: Vec<Slot>,
}

/// One operation. Targets are positions in [`Program::ops`].
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// Send the request of a step, with labels that come from values.
    Send(StepId, Option<Box<LabelTemplates>>),
    /// Send the last request again, if its response asks for it.
    Retry(Box<Retry>),
    /// Take something out of the last response.
    Extract(Box<Extract>),
    /// Evaluate a check, and count whether it holds.
    Check(StepId, Box<Check>),
    /// Wait.
    Think(Pause),
    /// Give a variable a value.
    Set(Slot, Template),
    /// Go on elsewhere.
    Goto(usize),
    /// Go on elsewhere unless a condition holds.
    Unless(Box<Expr>, usize),
    /// Go on elsewhere if a condition holds. Of the compiler's own making: no branch of the profile.
    When(Box<Expr>, usize),
    /// Go on at the position in a hidden slot: back from operations that several places share.
    Return(Slot),
    /// Go on elsewhere, but for this share of the times.
    Chance(f64, usize),
    /// Go on at one of several places: upper bounds of their shares, rising to 1.
    Choose(Box<[(f64, usize)]>),
    /// Forget a hidden counter.
    Reset(Slot),
    /// Go round a loop, at its head.
    Loop(Box<Loop>),
    /// Remember the time.
    Mark(Slot),
    /// Go on elsewhere when another pause of `every` would go past `limit` since a mark.
    Expired {
        /// The mark.
        since: Slot,
        /// Longest time.
        limit: Pause,
        /// The pause that would follow.
        every: Pause,
        /// Where to go then.
        target: usize,
    },
    /// Go on elsewhere unless so much time has passed since the last time here (`every`).
    Due {
        /// When it was last here.
        last: Slot,
        /// The time between.
        every: Duration,
        /// Where to go when it is too early.
        otherwise: usize,
    },
    /// Add to a metric of the profile.
    Metric(Box<MetricStep>),
    /// Record the time since a mark: the duration of a group, or a sample of a trend of the profile.
    Elapsed(Slot, Box<Elapsed>),
    /// Change a collection.
    Collect(Box<Collect>),
    /// Take the next row of a data set.
    Row {
        /// Position among the plan's data sets.
        data: usize,
        /// Where the row goes.
        into: Slot,
    },
    /// Run branches side by side and wait for them.
    Parallel(Box<Parallel>),
    /// Run a branch later, beside what follows.
    Detach {
        /// How much later.
        after: Pause,
        /// Where the branch begins.
        body: usize,
        /// Where the flow goes on.
        next: usize,
    },
    /// End the iteration early, as a failure.
    Fail(Template),
    /// End the whole test.
    Abort(Template),
    /// End the user.
    Leave,
    /// The end of an entry or a branch.
    End,
}

/// Labels that come from values.
#[derive(Debug, Clone, Default)]
pub(crate) struct LabelTemplates {
    /// Label `name`.
    pub name: Option<Template>,
    /// Tags.
    pub tags: Vec<(String, Template)>,
}

/// When the last request is sent again.
#[derive(Debug, Clone)]
pub(crate) struct Retry {
    /// Counts the tries.
    pub counter: Slot,
    /// Most tries after the first.
    pub max: u32,
    /// For which responses.
    pub on: Expr,
    /// The pause before the first; it doubles each time, up to the second.
    pub pause: (Duration, Duration),
    /// The header by which the server may ask for another pause (`Retry-After`).
    pub wish: Option<Header>,
    /// The position of the request.
    pub send: usize,
}

/// Something taken out of a response.
#[derive(Debug, Clone)]
pub(crate) struct Extract {
    /// Where it goes.
    pub into: Slot,
    /// What is looked for.
    pub what: Extractor,
    /// Which of several finds is taken.
    pub take: Take,
    /// What it is when it is not found.
    pub default: Option<Template>,
    /// Counts whether it is found; None with a default.
    pub check: Option<StepId>,
}

/// A pause: drawn evenly from a range, or computed.
#[derive(Debug, Clone)]
pub(crate) enum Pause {
    /// From and to.
    Between(Duration, Duration),
    /// Text such as `1.5s`, or a number of milliseconds as in k6.
    Computed(Template),
}

/// The head of a loop.
#[derive(Debug, Clone)]
pub(crate) struct Loop {
    /// Rounds so far, hidden.
    pub counter: Slot,
    /// What it goes over.
    pub over: LoopKind,
    /// The number of the round from 0, if the profile names it.
    pub index: Option<Slot>,
    /// Where to go when it is over.
    pub end: usize,
}

/// What a loop goes over.
#[derive(Debug, Clone)]
pub(crate) enum LoopKind {
    /// So many rounds; a hidden slot holds the number.
    Times(Slot),
    /// The items of the list in a hidden slot; each goes into a variable.
    Items(Slot, Slot),
    /// As long as a condition holds, at most so often.
    While(Expr, u32),
}

/// A sample of a metric of the profile.
#[derive(Debug, Clone)]
pub(crate) struct MetricStep {
    /// Its row.
    pub step: StepId,
    /// Its value.
    pub value: Template,
    /// Tags of the sample.
    pub tags: Vec<(String, Template)>,
}

/// The end of a group or of a measured block.
#[derive(Debug, Clone)]
pub(crate) struct Elapsed {
    /// Its row.
    pub step: StepId,
    /// Tags of the sample.
    pub tags: Vec<(String, Template)>,
}

/// A change of a collection.
#[derive(Debug, Clone)]
pub(crate) struct Collect {
    /// The collection.
    pub list: Slot,
    /// What is done.
    pub what: CollectionChange,
}

/// What is done with a collection.
#[derive(Debug, Clone)]
pub(crate) enum CollectionChange {
    /// Add at the end; the oldest goes when there are more than `max`.
    Push {
        /// What is added.
        value: Template,
        /// Most items.
        max: usize,
    },
    /// Copy an item into a variable.
    Pick {
        /// Where it goes.
        into: Slot,
        /// Which one.
        which: PickOrder,
        /// Whether it is taken out as well.
        take: bool,
        /// Where to go when there is none.
        empty: usize,
    },
    /// Take out all items equal to a value.
    Remove(Template),
}

/// Which item of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PickOrder {
    /// Any of them.
    Random,
    /// The one that came first.
    First,
    /// The one that came last.
    Last,
}

/// Branches that run side by side.
#[derive(Debug, Clone)]
pub(crate) struct Parallel {
    /// Where the branches begin. With `copies`, one place for all.
    pub branches: Vec<usize>,
    /// So many copies of the one branch.
    pub copies: Option<Template>,
    /// Most branches at once; None for all of them.
    pub width: Option<Template>,
    /// Where each branch finds its number.
    pub index: Option<Slot>,
    /// Variables that the branches set: their values are copied back in the order of the branches.
    pub assigned: Vec<Slot>,
    /// Lists of the values that the branches that ended well have at their end.
    pub collect: Vec<(Slot, Template)>,
    /// Its row.
    pub step: StepId,
    /// Where the flow goes on.
    pub next: usize,
}

impl Op {
    /// Named variables to which the operation gives values.
    #[must_use]
    pub(crate) fn assigned(&self) -> Vec<Slot> {
        match self {
            Self::Extract(extract) => vec![extract.into],
            Self::Set(slot, _) | Self::Row { into: slot, .. } => vec![*slot],
            Self::Collect(collect) => match &collect.what {
                CollectionChange::Pick { into, take, .. } => {
                    [*into].into_iter().chain(take.then_some(collect.list)).collect()
                }
                CollectionChange::Push { .. } | CollectionChange::Remove(_) => vec![collect.list],
            },
            Self::Parallel(parallel) => parallel.collect.iter().map(|(slot, _)| *slot).collect(),
            _ => Vec::new(),
        }
    }
}

impl Collect {
    /// Says where to go when the collection is empty.
    pub(crate) fn set_empty(&mut self, target: usize) {
        if let CollectionChange::Pick { empty, .. } = &mut self.what {
            *empty = target;
        }
    }
}
