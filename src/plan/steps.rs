//! The step table: one row for each step of a scenario, with the labels of what it records.
//!
//! The recorder, traces, `check` and feasibility read this table. How a flow gets from one
//! step to the next is the flow's own business: a compiled profile and a script fill the same table.

use std::sync::Arc;

use super::{
    program::{Pause, Program},
    request::Request,
};
use crate::language::{Slot, Value};

/// Index of a row in the step table of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct StepId(u32);

impl StepId {
    /// The position in the table, for caches by step.
    #[must_use]
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Label `name`: of a request its name, of a check the request it belongs to; empty for other steps.
    pub name: Arc<str>,
    /// Label `group`: the groups around the step, as k6 writes them (`::checkout::pay`).
    pub group: Arc<str>,
    /// Constant tags of its series.
    pub tags: Vec<(String, String)>,
    /// What the step does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Debug, Clone)]
pub(crate) enum StepKind {
    /// Sends a request. Boxed: it is by far the largest kind.
    Request(Box<Request>),
    /// Counts a check; the text is its label `check`.
    Check(Arc<str>),
    /// Adds a sample to a metric of the profile, by its position among the plan's metrics.
    Metric(usize),
    /// Ends a group and records its duration.
    Group,
    /// Runs branches in parallel and records how many requests were in flight.
    Parallel,
    /// Pauses.
    Think(Pause),
    /// Holds other steps together or ends early, and records nothing; the text describes it.
    Block(String),
}

/// All steps of a scenario, in the order of the profile.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepTable(Vec<Step>);

impl StepTable {
    /// Adds a row.
    pub(crate) fn push(&mut self, step: Step) -> StepId {
        let id = StepId(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(step);
        id
    }

    /// A row; None only for an id of another table.
    #[must_use]
    pub(crate) fn get(&self, id: StepId) -> Option<&Step> {
        self.0.get(id.index())
    }

    /// The request of a row, if it has one.
    #[must_use]
    pub(crate) fn request(&self, id: StepId) -> Option<&Request> {
        self.get(id)?.request()
    }

    /// The request of a row, while the table is being filled.
    pub(crate) fn request_mut(&mut self, id: StepId) -> Option<&mut Request> {
        match &mut self.0.get_mut(id.index())?.kind {
            StepKind::Request(request) => Some(request),
            _ => None,
        }
    }

    /// All rows in order.
    #[must_use]
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Step> {
        self.0.iter()
    }

    /// All requests with their rows.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (&Step, &Request)> {
        self.0.iter().filter_map(|step| Some((step, step.request()?)))
    }
}

impl Step {
    /// Its request, if it sends one.
    #[must_use]
    pub(crate) fn request(&self) -> Option<&Request> {
        match &self.kind {
            StepKind::Request(request) => Some(request),
            _ => None,
        }
    }
}

/// What the users of a scenario do: the steps, and the flow that leads from one to the next.
#[derive(Debug, Clone)]
pub(crate) struct FlowPlan {
    /// The steps.
    pub steps: Arc<StepTable>,
    /// The kind of flow.
    pub kind: FlowKind,
}

/// The kinds of flow. A further kind needs an arm here and one in [`super::Flow`].
#[derive(Debug, Clone)]
pub(crate) enum FlowKind {
    /// A profile, compiled to a flat program.
    Compiled(Arc<Program>),
    /// A list of effects, for tests: it shows that nothing outside of `plan::flow` knows programs.
    #[cfg(test)]
    Script(super::flow::script::Script),
}

impl FlowPlan {
    /// A compiled flow.
    #[must_use]
    pub(crate) fn compiled(steps: StepTable, program: Program) -> Self {
        Self { steps: Arc::new(steps), kind: FlowKind::Compiled(Arc::new(program)) }
    }

    /// Values by name, as far as the flow has variables of these names.
    #[must_use]
    pub(crate) fn slots_of(&self, values: &[(String, Value)]) -> Vec<(Slot, Value)> {
        match &self.kind {
            FlowKind::Compiled(program) => values.iter().filter_map(|(name, value)| {
                let slot = program.names.iter().position(|known| **known == **name)?;
                Some((Slot(u16::try_from(slot).ok()?), value.clone()))
            }),
            #[cfg(test)]
            FlowKind::Script(_) => return Vec::new(),
        }
        .collect()
    }
}
