//! The step table: one row for each step of a scenario that records something, with its labels.
//!
//! The recorder and traces read this table. It doesn't define the order of steps, which is up to the flow: a compiled
//! profile and a script fill the same table.

use std::sync::Arc;

use super::{
    outline::Outline,
    program::{Op, Program},
    request::Request,
};
use crate::language::{Slot, Value};

/// Index of a row in the step table of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct StepId(u32);

impl StepId {
    /// The index of the row, for caches by step.
    #[must_use]
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A row of the step table.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Label `name`: of a request its name, of a check the request it belongs to; empty for other steps.
    pub name: Arc<str>,
    /// Label `group`: the groups around the step, as k6 writes them (`::checkout::pay`).
    pub group: Arc<str>,
    /// Constant tags of its series.
    pub tags: Vec<(String, String)>,
    pub kind: StepKind,
}

/// The kind of a step.
#[derive(Debug, Clone)]
pub(crate) enum StepKind {
    /// Sends a request. Boxed, because it is by far the largest kind.
    Request(Box<Request>),
    /// Counts a check; the text is its label `check`.
    Check(Arc<str>),
    /// Adds a sample to a custom metric, by its index among the plan's metrics.
    Metric(usize),
    /// Ends a group and records its duration.
    Group,
    /// Submits a job and waits for its end.
    Job,
    /// Runs branches in parallel and records how many requests were in flight.
    Parallel,
}

/// All steps of a scenario, in the order of the profile.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepTable(Vec<Step>);

impl StepTable {
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

    /// The request of a row, if it sends one.
    #[must_use]
    pub(crate) fn request(&self, id: StepId) -> Option<&Request> {
        self.get(id)?.request()
    }

    /// The request of a row, while the flow is compiled.
    pub(crate) fn request_mut(&mut self, id: StepId) -> Option<&mut Request> {
        match &mut self.0.get_mut(id.index())?.kind {
            StepKind::Request(request) => Some(request),
            _ => None,
        }
    }

    /// Gives a row another name, while the flow is compiled.
    pub(crate) fn rename(&mut self, id: StepId, name: &str) {
        if let Some(step) = self.0.get_mut(id.index()) {
            step.name = name.into();
        }
    }

    #[must_use]
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Step> {
        self.0.iter()
    }

    /// The requests of the rows from a number of rows on, by id.
    pub(crate) fn requests_from(&self, rows: usize) -> impl Iterator<Item = StepId> {
        let ids = self.rows().skip(rows);
        ids.filter_map(|(id, step)| step.request().map(|_| id))
    }

    /// All rows, by id.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (StepId, &Step)> {
        (0..).map(StepId).zip(&self.0)
    }

    /// All requests with their rows.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (&Step, &Request)> {
        self.0.iter().filter_map(|step| Some((step, step.request()?)))
    }
}

impl Step {
    /// The request, if the step sends one.
    #[must_use]
    pub(crate) fn request(&self) -> Option<&Request> {
        match &self.kind {
            StepKind::Request(request) => Some(request),
            _ => None,
        }
    }
}

/// The flow of a scenario, and its step table.
#[derive(Debug, Clone)]
pub(crate) struct FlowPlan {
    pub steps: Arc<StepTable>,
    pub kind: FlowProgram,
    /// The steps as in the profile; None for a flow that has none.
    pub outline: Option<Arc<Outline>>,
}

/// The kinds of flow. A further kind needs a variant here and one in [`super::Flow`].
#[derive(Debug, Clone)]
pub(crate) enum FlowProgram {
    /// A profile, compiled to a flat program.
    Compiled(Arc<Program>),
    /// A function that yields effects, for tests: shows that no module except `plan::flow` depends on programs.
    #[cfg(test)]
    Script(super::flow::script::Script),
}

impl FlowPlan {
    /// A compiled flow.
    #[must_use]
    pub(crate) fn compiled(steps: StepTable, program: Program) -> Self {
        Self { steps: Arc::new(steps), kind: FlowProgram::Compiled(Arc::new(program)), outline: None }
    }

    /// The operations of a compiled program.
    #[must_use]
    pub(crate) fn ops(&self) -> &[Op] {
        match &self.kind {
            FlowProgram::Compiled(program) => &program.ops,
            #[cfg(test)]
            FlowProgram::Script(_) => &[],
        }
    }

    /// The same flow, with its outline.
    #[must_use]
    pub(crate) fn outlined(self, outline: Outline) -> Self {
        Self { outline: Some(Arc::new(outline)), ..self }
    }

    /// Slots and values of the variables that the flow has.
    #[must_use]
    pub(crate) fn slots_of(&self, values: &[(String, Value)]) -> Vec<(Slot, Value)> {
        match &self.kind {
            FlowProgram::Compiled(program) => values.iter().filter_map(|(name, value)| {
                let slot = program.names.iter().position(|known| **known == **name)?;
                Some((Slot(u16::try_from(slot).ok()?), value.clone()))
            }),
            #[cfg(test)]
            FlowProgram::Script(_) => return Vec::new(),
        }
        .collect()
    }
}
