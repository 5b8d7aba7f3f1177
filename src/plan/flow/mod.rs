//! A flow yields effects; the virtual user performs them and asks for the next: `next(context) → effect`.
//!
//! [`Flow`] has an arm for each kind of flow. A compiled profile is a flat program and a position in it. Nothing here
//! waits, sends or records, and no effect refers to a program: it names a step of the step table, or brings along what
//! it is about.
//!
//! ```text
//!  next ─▶ Send ──(the user sends)──▶ next ─▶ Retry? ─▶ Extract, Check … ─▶ Think ──(waits)──▶ next ─▶ … ─▶ Done
//!            └─ render: the user's values between the constant parts
//! ```

mod compiled;
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
    FlowKind, FlowPlan, StepId,
    rendering::{Rendered, Unrenderable},
    request::Request,
};
use crate::{
    language::{Expr, IterationId, Response, Slot, Value},
    metric::UserMetric,
};

/// What a flow sees of the world.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FlowContext<'a> {
    /// The response to the last request.
    pub response: Response<'a>,
    /// Time since the run began.
    pub now: Duration,
    /// The wall clock at that time, since the Unix epoch.
    pub clock: Duration,
}

/// Labels whose values were computed while running.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct DynamicLabels {
    /// Label `name` of a request, `check` of a check.
    pub name: Option<String>,
    /// Label `method`, of a request that the flow made up.
    pub method: Option<String>,
    /// Tags.
    pub tags: Vec<(String, String)>,
}

impl DynamicLabels {
    /// The same labels without their values, for what goes past the limit.
    #[must_use]
    pub(crate) fn folded(self) -> Self {
        let other = || "other".to_owned();
        Self {
            name: self.name.map(|_| other()),
            method: self.method.map(|_| other()),
            tags: self.tags.into_iter().map(|(name, _)| (name, other())).collect(),
        }
    }
}

/// The parts of a scenario that a user can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Once, before the first iteration.
    OnStart,
    /// Each iteration.
    Iteration,
    /// Once, after the last iteration.
    OnStop,
}

/// What the virtual user is to do next.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Send a request, and come back with the response.
    Send {
        /// The step.
        step: StepId,
        /// A request that the flow made up; None for the one of the step table.
        request: Option<Box<Request>>,
        /// Labels that were computed.
        labels: Option<Box<DynamicLabels>>,
        /// Whether this is another try: it is due since the first one was.
        again: bool,
    },
    /// Pause.
    Think(Duration),
    /// Count a check's result.
    Check {
        /// The step.
        step: StepId,
        /// Its name, when it was computed.
        labels: Option<Box<DynamicLabels>>,
        /// Whether it passed.
        passed: bool,
    },
    /// Add a sample to a metric.
    Metric {
        /// The step.
        step: StepId,
        /// A metric that the flow made up; None for the one of the step table.
        metric: Option<Arc<UserMetric>>,
        /// The sample.
        value: f64,
        /// Tags that were computed.
        labels: Option<Box<DynamicLabels>>,
    },
    /// A group or a measured block ended.
    Elapsed {
        /// The step.
        step: StepId,
        /// How long it took.
        took: Duration,
        /// Tags that were computed.
        labels: Option<Box<DynamicLabels>>,
    },
    /// Fetch the next row of a data set and [`Flow::put`] it.
    Row {
        /// Which data set.
        data: usize,
        /// Where the row goes.
        into: Slot,
    },
    /// Run branches in parallel, and [`Flow::join`] them.
    Parallel {
        /// The step.
        step: StepId,
        /// What runs.
        branches: Vec<Flow>,
        /// Most of them at once, at least one.
        width: usize,
    },
    /// Run a branch beside this flow.
    Detach {
        /// How much later.
        after: Duration,
        /// What runs then.
        branch: Box<Flow>,
    },
    /// Nothing, but other tasks get their turn.
    Yield,
    /// The iteration ends here, as a failure.
    Fail(String),
    /// The whole test ends.
    Abort(String),
    /// The user ends after this iteration.
    Leave,
    /// The entry or the branch is over.
    Done,
}

/// One user's progress through what its scenario does. A further kind of flow needs an arm in each method.
#[derive(Debug, Clone)]
pub(crate) enum Flow {
    /// Of a compiled profile.
    Compiled(CompiledFlow),
    /// Of a script.
    #[cfg(test)]
    Script(script::ScriptFlow),
}

impl Flow {
    /// A user's flow, with the values that setup left behind.
    #[must_use]
    pub(crate) fn new(plan: &FlowPlan, given: &[(Slot, Value)], random: fastrand::Rng, id: IterationId) -> Self {
        match &plan.kind {
            FlowKind::Compiled(program) => Self::Compiled(CompiledFlow::new(program.clone(), given, random, id)),
            #[cfg(test)]
            FlowKind::Script(script) => Self::Script(script::ScriptFlow::new(*script, random, id)),
        }
    }

    /// Goes to the begin of an entry; false if there is nothing to do.
    pub(crate) fn enter(&mut self, entry: Entry) -> bool {
        match self {
            Self::Compiled(flow) => flow.enter(entry),
            #[cfg(test)]
            Self::Script(flow) => flow.enter(entry),
        }
    }

    /// The next effect.
    pub(crate) fn next(&mut self, context: &FlowContext<'_>) -> Effect {
        match self {
            Self::Compiled(flow) => flow.next(context),
            #[cfg(test)]
            Self::Script(flow) => flow.next(context),
        }
    }

    /// Renders a request of this flow. Gives false when it is always the same, and nothing was rendered.
    ///
    /// # Errors
    /// Why it can't be sent.
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

    /// Whether a response fulfils what is demanded of it.
    #[must_use]
    pub(crate) fn fulfils(&self, demand: &Expr, response: &Response<'_>, clock: Duration) -> bool {
        match self {
            Self::Compiled(flow) => flow.fulfils(demand, response, clock),
            #[cfg(test)]
            Self::Script(_) => true,
        }
    }

    /// Ends [`Effect::Parallel`]: takes over what its branches set, in their order; None stands for one that failed.
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

    /// Gives a variable a value.
    pub(crate) fn put(&mut self, slot: Slot, value: Value) {
        match self {
            Self::Compiled(flow) => flow.put(slot, value),
            #[cfg(test)]
            Self::Script(_) => {}
        }
    }

    /// The values of its named variables.
    #[must_use]
    pub(crate) fn variables(&self) -> Vec<(String, Value)> {
        match self {
            Self::Compiled(flow) => flow.variables(),
            #[cfg(test)]
            Self::Script(_) => Vec::new(),
        }
    }

    /// Whose iteration it is, and which.
    pub(crate) fn id(&mut self) -> &mut IterationId {
        match self {
            Self::Compiled(flow) => flow.id(),
            #[cfg(test)]
            Self::Script(flow) => &mut flow.id,
        }
    }

    /// The user's own random numbers.
    pub(crate) fn random(&mut self) -> &mut fastrand::Rng {
        match self {
            Self::Compiled(flow) => flow.random(),
            #[cfg(test)]
            Self::Script(flow) => &mut flow.random,
        }
    }
}
