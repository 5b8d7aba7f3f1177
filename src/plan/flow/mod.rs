//! A flow yields effects; the virtual user performs each and requests the next: `next(context) → effect`.
//!
//! [`Flow`] has a variant for each kind of flow. A compiled profile is a flat program and a position in it. This module
//! never waits, sends or records, and effects don't refer to a program: they name a row of the step table, or contain
//! their data.
//!
//! ```text
//!  next ─▶ Send ──(the user sends)──▶ next ─▶ Retry? ─▶ Extract, Check … ─▶ Think ──(waits)──▶ next ─▶ … ─▶ Done
//!            └─ render: the user's values between the constant parts
//! ```

mod compiled;
mod job;
mod ops;
mod read;
mod retry;
#[cfg(test)]
pub(crate) mod script;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use self::compiled::CompiledFlow;
use super::{
    FlowPlan, FlowProgram, StepId,
    job::JobEnd,
    rendering::{Rendered, Unrenderable},
    request::Request,
    websocket::SocketEffect,
};
use crate::{
    language::{Expr, IterationId, Response, Slot, Value},
    metric::UserMetric,
};

/// Inputs of a flow at one point in time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FlowContext<'a> {
    /// The response to the last request.
    pub response: Response<'a>,
    /// When the last request was due, since the start of the run.
    pub due: Duration,
    /// Time since the start of the run.
    pub now: Duration,
    /// The wall clock at that time, since the Unix epoch.
    pub clock: Duration,
}

/// Computed labels.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct DynamicLabels {
    /// Label `name` of a request, `check` of a check.
    pub name: Option<String>,
    /// Label `method`, of a request that the flow created.
    pub method: Option<String>,
    pub tags: Vec<(String, String)>,
}

impl DynamicLabels {
    /// The same labels with `other` as values, for series beyond the limit; those that `keeps` takes stay.
    #[must_use]
    pub(crate) fn folded(self, keeps: impl Fn(&str, &str) -> bool) -> Self {
        let other = |name: &str, value: String| if keeps(name, &value) { value } else { "other".to_owned() };
        // The name of a check is its label `check`.
        let name = |value: String| if keeps("check", &value) { value } else { other("name", value) };
        Self {
            name: self.name.map(name),
            method: self.method.map(|value| other("method", value)),
            tags: (self.tags.into_iter())
                .map(|(name, value)| {
                    let value = other(&name, value);
                    (name, value)
                })
                .collect(),
        }
    }
}

/// The entries of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Once, before the first iteration.
    OnStart,
    /// Each iteration.
    Iteration,
    /// Once, after the last iteration.
    OnStop,
}

/// An action of the virtual user.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Send a request; the next context has its response.
    Send {
        step: StepId,
        /// A request that the flow created; None for that of the step table.
        request: Option<Box<Request>>,
        /// Computed labels.
        labels: Option<Box<DynamicLabels>>,
        /// Whether this is a retry: its intended start is that of the first attempt.
        again: bool,
    },
    /// Use the open socket.
    Socket(SocketEffect),
    /// Pause.
    Think(Duration),
    /// Count a check's result.
    Check {
        step: StepId,
        /// The name, if it is computed.
        labels: Option<Box<DynamicLabels>>,
        /// Whether it passed.
        passed: bool,
    },
    /// Add a sample to a metric.
    Metric {
        step: StepId,
        /// A metric that the flow created; None for that of the step table.
        metric: Option<Arc<UserMetric>>,
        /// The sample.
        value: f64,
        /// Computed tags.
        labels: Option<Box<DynamicLabels>>,
    },
    /// A group or a measured block ended.
    Elapsed {
        step: StepId,
        /// How long it took.
        took: Duration,
        /// Computed tags.
        labels: Option<Box<DynamicLabels>>,
    },
    /// A job ended.
    Job { step: StepId, end: Box<JobEnd> },
    /// Print a message.
    Log(String),
    /// Read the next row of a data set, and store it with [`Flow::put`].
    Row {
        /// Index of the data set.
        data: usize,
        /// The variable for the row.
        into: Slot,
    },
    /// Run branches in parallel, then [`Flow::join`] them.
    Parallel {
        step: StepId,
        branches: Vec<Flow>,
        /// Maximum concurrency, at least one.
        width: usize,
    },
    /// Run a branch concurrently with this flow.
    Detach {
        /// The delay of its start.
        after: Duration,
        branch: Box<Flow>,
    },
    /// Yield to other tasks.
    Yield,
    /// End the iteration as failed.
    Fail(String),
    /// End the whole test.
    Abort(String),
    /// End the user after this iteration.
    Leave,
    /// The end of the entry or branch.
    Done,
}

impl Effect {
    /// Whether it begins something that is not begun any more when the run is stopped; others record what was.
    #[must_use]
    pub(crate) fn takes_time(&self) -> bool {
        matches!(
            self,
            Self::Send { .. }
                | Self::Socket(_)
                | Self::Think(_)
                | Self::Row { .. }
                | Self::Parallel { .. }
                | Self::Detach { .. }
                | Self::Yield
        )
    }
}

/// The flow of one user. A further kind needs a variant here, and an arm in each method.
#[derive(Debug, Clone)]
pub(crate) enum Flow {
    /// A compiled profile.
    Compiled(CompiledFlow),
    /// A script.
    #[cfg(test)]
    Script(script::ScriptFlow),
}

impl Flow {
    /// The flow of a user, with the values of setup.
    #[must_use]
    pub(crate) fn new(plan: &FlowPlan, given: &[(Slot, Value)], random: fastrand::Rng, id: IterationId) -> Self {
        match &plan.kind {
            FlowProgram::Compiled(program) => Self::Compiled(CompiledFlow::new(program.clone(), given, random, id)),
            #[cfg(test)]
            FlowProgram::Script(script) => Self::Script(script::ScriptFlow::new(*script, random, id)),
        }
    }

    /// Goes to the start of an entry; false if it has no steps.
    pub(crate) fn enter(&mut self, entry: Entry) -> bool {
        match self {
            Self::Compiled(flow) => flow.enter(entry),
            #[cfg(test)]
            Self::Script(flow) => flow.enter(entry),
        }
    }

    /// The next effect. Continues after the previous one.
    pub(crate) fn next(&mut self, context: &FlowContext<'_>) -> Effect {
        match self {
            Self::Compiled(flow) => flow.next(context),
            #[cfg(test)]
            Self::Script(flow) => flow.next(context),
        }
    }

    /// Continues elsewhere; returns where it would have continued. The operations there end with [`Effect::Done`].
    pub(crate) fn call(&mut self, position: usize) -> usize {
        match self {
            Self::Compiled(flow) => flow.call(position),
            #[cfg(test)]
            Self::Script(_) => 0,
        }
    }

    /// Renders a request of this flow; false if it is constant, and was not rendered.
    ///
    /// # Errors
    /// If a value is missing or invalid.
    pub(crate) fn render(
        &mut self,
        request: &Request,
        context: &FlowContext<'_>,
        out: &mut Rendered,
    ) -> Result<bool, Unrenderable> {
        match self {
            Self::Compiled(flow) => flow.render(request, context, out),
            #[cfg(test)]
            Self::Script(_) => Ok(false),
        }
    }

    /// Whether a response fulfils the condition of `expect`.
    #[must_use]
    pub(crate) fn fulfils(&self, demand: &Expr, response: &Response<'_>, clock: Duration) -> bool {
        match self {
            Self::Compiled(flow) => flow.fulfils(demand, response, clock),
            #[cfg(test)]
            Self::Script(_) => true,
        }
    }

    /// The condition of `expect`, as written, that a response does not meet.
    #[must_use]
    pub(crate) fn missed(&self, demand: Option<&Expr>, response: &Response<'_>, clock: Duration) -> Option<String> {
        let missed = demand.filter(|demand| !self.fulfils(demand, response, clock))?;
        Some(missed.written().to_string())
    }

    /// The value of an expression on a response or message.
    #[must_use]
    pub(crate) fn evaluate(&self, expression: &Expr, response: &Response<'_>, clock: Duration) -> Value {
        match self {
            Self::Compiled(flow) => flow.evaluate(expression, response, clock),
            #[cfg(test)]
            Self::Script(_) => Value::Null,
        }
    }

    /// Ends [`Effect::Parallel`]: copies values that the branches set, in order; None is a failed branch.
    pub(crate) fn join(&mut self, branches: Vec<Option<Self>>, context: &FlowContext<'_>) {
        match self {
            Self::Compiled(flow) => {
                let compiled = branches.into_iter().flatten().map(|branch| match branch {
                    Self::Compiled(branch) => branch,
                    #[cfg(test)]
                    Self::Script(_) => unreachable!("a flow branches into its own kind"),
                });
                flow.join(compiled, context);
            }
            #[cfg(test)]
            Self::Script(_) => {}
        }
    }

    /// Sets a variable.
    pub(crate) fn put(&mut self, slot: Slot, value: Value) {
        match self {
            Self::Compiled(flow) => flow.put(slot, value),
            #[cfg(test)]
            Self::Script(_) => {}
        }
    }

    /// Names and values of its variables.
    #[must_use]
    pub(crate) fn variables(&self) -> Vec<(String, Value)> {
        match self {
            Self::Compiled(flow) => flow.variables(),
            #[cfg(test)]
            Self::Script(_) => Vec::new(),
        }
    }

    /// Whether a user with first steps lacks a value that they were to extract.
    #[must_use]
    pub(crate) fn lacks_start_value(&self) -> bool {
        match self {
            Self::Compiled(flow) => flow.lacks_start_value(),
            #[cfg(test)]
            Self::Script(_) => false,
        }
    }

    /// The user and iteration.
    pub(crate) fn id(&mut self) -> &mut IterationId {
        match self {
            Self::Compiled(flow) => flow.id(),
            #[cfg(test)]
            Self::Script(flow) => &mut flow.id,
        }
    }

    /// The user's random generator.
    pub(crate) fn random(&mut self) -> &mut fastrand::Rng {
        match self {
            Self::Compiled(flow) => flow.random(),
            #[cfg(test)]
            Self::Script(flow) => &mut flow.random,
        }
    }
}
