//! A flow yields effects; the virtual user performs them and reports the outcome: `next(outcome) → effect`.
//!
//! Today's flow is the compiled profile: a flat program and a position in it. Nothing here waits, sends or records,
//! so another kind of flow (a script on a stack of its own) can stand beside it.
//!
//! ```text
//!  next ─▶ Send ──(the user sends)──▶ next ─▶ Retry? ─▶ Extract, Check … ─▶ Think ──(waits)──▶ next ─▶ … ─▶ Done
//!            └─ render: the user's values between the constant parts
//! ```

mod read;
mod retry;
mod step;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, time::Duration};

use self::read::{number, tags, text, whole};
use super::{
    program::{MetricStep, Op, Parallel, Program, Send},
    rendering::{Rendered, Unrenderable},
};
use crate::language::{EvalContext, Expr, IterationId, Response, Slot, Template, Value};

/// Operations without an effect that are done at one go: a loop that does nothing must not keep the others waiting.
const STRIDE: usize = 10_000;
/// Most branches of one block.
const MOST_BRANCHES: usize = 10_000;

/// What a flow sees of the world.
#[derive(Debug, Clone, Copy, Default)]
pub struct FlowContext<'a> {
    /// The response to the last request.
    pub response: Response<'a>,
    /// Time since the run began.
    pub now: Duration,
    /// The wall clock at that time, since the Unix epoch.
    pub clock: Duration,
}

/// Labels that come from values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Variation {
    /// Label `name` of a request, `check` of a check.
    pub name: Option<String>,
    /// Tags.
    pub tags: Vec<(String, String)>,
}

impl Variation {
    /// The same labels without their values, for what goes past the limit.
    #[must_use]
    pub fn folded(self) -> Self {
        let other = || "other".to_owned();
        Self {
            name: self.name.map(|_| other()),
            tags: self.tags.into_iter().map(|(name, _)| (name, other())).collect(),
        }
    }
}

/// What the virtual user is to do next. `op` is the operation's position in the program.
#[derive(Debug)]
pub enum Effect<'p> {
    /// Render and send this request, and come back with the response.
    Send {
        /// Position of the operation.
        op: usize,
        /// What to send.
        send: &'p Send,
        /// Whether this is another try: it is due since the first one was.
        again: bool,
    },
    /// Pause.
    Think(Duration),
    /// Count a check's result.
    Check {
        /// Position of the operation.
        op: usize,
        /// Its name, when it comes from values.
        labels: Option<Variation>,
        /// Whether it passed.
        passed: bool,
    },
    /// Add to a metric of the profile.
    Metric {
        /// Position of the operation.
        op: usize,
        /// The sample; of a measured block its seconds.
        value: f64,
        /// Tags that come from values.
        labels: Option<Variation>,
    },
    /// A group ended that began so long ago.
    Group {
        /// Position of the operation.
        op: usize,
        /// How long it took.
        took: Duration,
    },
    /// Fetch the next row of a data set and [`Flow::put`] it.
    Row {
        /// Which data set.
        data: usize,
        /// Where the row goes.
        into: Slot,
    },
    /// Run branches side by side, and [`Flow::join`] them.
    Parallel(&'p Parallel),
    /// Run a branch beside this flow.
    Detach {
        /// How much later.
        after: Duration,
        /// Where it begins.
        body: usize,
    },
    /// Nothing, but it is somebody else's turn.
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

/// One user's position in a program, and its values.
#[derive(Debug, Clone)]
pub struct Flow {
    position: usize,
    slots: Vec<Value>,
    /// The user's own chance.
    pub random: fastrand::Rng,
    /// Who is running.
    pub who: IterationId,
    retried: bool,
}

impl Flow {
    /// A user's flow, with the values that setup left behind.
    #[must_use]
    pub fn new(program: &Program, given: &[(Slot, Value)], random: fastrand::Rng, who: IterationId) -> Self {
        let mut slots = vec![Value::Null; program.names.len()];
        for (slot, value) in given {
            slots[usize::from(slot.0)] = value.clone();
        }
        Self { position: 0, slots, random, who, retried: false }
    }

    /// Goes to an entry. An iteration begins without the values of the last one.
    pub fn enter(&mut self, program: &Program, entry: usize) {
        self.position = entry;
        self.retried = false;
        if entry == program.iteration {
            program.fleeting.iter().for_each(|slot| self.put(*slot, Value::Null));
        }
    }

    /// A branch of this flow: it begins with a copy of the values and has a chance of its own.
    #[must_use]
    pub fn branch(&mut self, entry: usize, index: Option<(Slot, usize)>) -> Self {
        let mut branch = Self { random: self.random.fork(), position: entry, retried: false, ..self.clone() };
        if let Some((slot, index)) = index {
            branch.put(slot, whole(index as u64));
        }
        branch
    }

    /// Gives a variable a value.
    pub fn put(&mut self, slot: Slot, value: Value) {
        self.slots[usize::from(slot.0)] = value;
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, slot: Slot) -> &Value {
        &self.slots[usize::from(slot.0)]
    }

    /// Takes over what branches set, in their order; None stands for a branch that failed.
    pub fn join(&mut self, parallel: &Parallel, branches: Vec<Option<Self>>, scene: &FlowContext<'_>) {
        let mut collected = vec![Vec::new(); parallel.collect.len()];
        for mut branch in branches.into_iter().flatten() {
            for (list, (_, template)) in collected.iter_mut().zip(&parallel.collect) {
                list.extend(template.value(&mut branch.moment(scene)).map(Cow::into_owned));
            }
            for slot in &parallel.assigned {
                self.put(*slot, branch.get(*slot).clone());
            }
        }
        for (list, (slot, _)) in collected.into_iter().zip(&parallel.collect) {
            self.put(*slot, Value::List(list.into()));
        }
    }

    /// Labels of a request that come from values; None when all of them are always the same.
    ///
    /// # Errors
    /// The value that is missing.
    pub fn labels(&mut self, send: &Send, scene: &FlowContext<'_>) -> Result<Option<Variation>, Unrenderable> {
        if send.name.is_none() && send.tags.is_empty() {
            return Ok(None);
        }
        let mut moment = self.moment(scene);
        let name = send.name.as_ref().map(|name| text(name, &mut moment)).transpose()?;
        Ok(Some(Variation { name, tags: tags(&send.tags, &mut moment)? }))
    }

    /// Whether a response fulfils what is demanded of it.
    #[must_use]
    pub fn fulfils(&self, demand: &Expr, response: &Response<'_>, clock: Duration) -> bool {
        let mut random = self.random.clone();
        let response = *response;
        demand
            .value(&mut EvalContext { slots: &self.slots, response, who: self.who, random: &mut random, clock })
            .holds()
    }

    /// How many branches a block has this time, and how many of them run at once.
    ///
    /// # Errors
    /// When one of the numbers is none.
    pub fn widths(&mut self, parallel: &Parallel, scene: &FlowContext<'_>) -> Result<(usize, usize), Unrenderable> {
        let mut moment = self.moment(scene);
        let mut read = |template: &Option<Template>| template.as_ref().map(|it| number(it, &mut moment)).transpose();
        let copies = read(&parallel.copies)?.map_or(1, whole_branches);
        let branches = parallel.branches.len() * copies;
        let width = read(&parallel.width)?.map_or(branches, whole_branches);
        Ok((branches, width.max(1)))
    }

    /// What expressions see.
    pub fn moment<'a>(&'a mut self, scene: &FlowContext<'a>) -> EvalContext<'a> {
        EvalContext {
            slots: &self.slots,
            response: scene.response,
            who: self.who,
            random: &mut self.random,
            clock: scene.clock,
        }
    }

    /// Renders a request of this flow. Gives false when it is always the same, and nothing was rendered.
    ///
    /// # Errors
    /// Why it can't be sent.
    pub fn render(&mut self, send: &Send, scene: &FlowContext<'_>, out: &mut Rendered) -> Result<bool, Unrenderable> {
        let Some(rendering) = &send.rendering else { return Ok(false) };
        rendering.render(&mut self.moment(scene), out)?;
        Ok(true)
    }

    /// The next effect.
    pub fn next<'p>(&mut self, program: &'p Program, scene: &FlowContext<'_>) -> Effect<'p> {
        for _ in 0..STRIDE {
            let at = self.position;
            let Some(op) = program.ops.get(at) else { return Effect::Done };
            self.position += 1;
            match self.perform(at, op, scene) {
                Ok(None) => {}
                Ok(Some(effect)) => return effect,
                Err(reason) => return Effect::Fail(reason.to_string()),
            }
        }
        Effect::Yield
    }

    fn perform<'p>(
        &mut self,
        at: usize,
        op: &'p Op,
        scene: &FlowContext<'_>,
    ) -> Result<Option<Effect<'p>>, Unrenderable> {
        Ok(Some(match op {
            Op::Send(send) => Effect::Send { op: at, send, again: std::mem::take(&mut self.retried) },
            Op::Think(pause) => Effect::Think(self.pause(pause, scene)?),
            Op::Check(check) => {
                let mut moment = self.moment(scene);
                let passed = check.rule.holds(&mut moment);
                let name = check.named.as_ref().map(|name| text(name, &mut moment)).transpose()?;
                let labels = name.map(|name| Variation { name: Some(name), tags: Vec::new() });
                Effect::Check { op: at, labels, passed }
            }
            Op::Extract(extract) => {
                let mut moment = self.moment(scene);
                let found = extract.what.find(&moment.response, extract.take, moment.random);
                let passed = found.is_some();
                let value = match (found, &extract.default) {
                    (Some(value), _) => value,
                    (None, Some(default)) => default.value(&mut moment)?.into_owned(),
                    (None, None) => Value::Null,
                };
                self.put(extract.into, value);
                return Ok(extract.default.is_none().then_some(Effect::Check { op: at, labels: None, passed }));
            }
            Op::Metric(step) => {
                let mut moment = self.moment(scene);
                let value = number(&step.value, &mut moment)?;
                Effect::Metric { op: at, value, labels: variation(step, &mut moment)? }
            }
            Op::Measure(since, step) => {
                let value = self.elapsed(*since, scene).as_secs_f64();
                Effect::Metric { op: at, value, labels: variation(step, &mut self.moment(scene))? }
            }
            Op::Group(since, _) => Effect::Group { op: at, took: self.elapsed(*since, scene) },
            Op::Row { data, into } => Effect::Row { data: *data, into: *into },
            Op::Parallel(parallel) => {
                self.position = parallel.next;
                Effect::Parallel(parallel)
            }
            Op::Detach { after, body, next } => {
                self.position = *next;
                Effect::Detach { after: self.pause(after, scene)?, body: *body }
            }
            Op::Retry(retry) => return Ok(self.retry(retry, scene)),
            Op::Fail(message) => Effect::Fail(text(message, &mut self.moment(scene))?),
            Op::Abort(message) => Effect::Abort(text(message, &mut self.moment(scene))?),
            Op::Leave => Effect::Leave,
            Op::End => {
                self.position = at;
                Effect::Done
            }
            quiet => {
                self.step(quiet, scene)?;
                return Ok(None);
            }
        }))
    }
}

/// A number of branches, which is none below zero and never more than [`MOST_BRANCHES`].
fn whole_branches(number: f64) -> usize {
    (0..MOST_BRANCHES).take_while(|place| (*place as f64) < number.floor()).count()
}

fn variation(step: &MetricStep, moment: &mut EvalContext<'_>) -> Result<Option<Variation>, Unrenderable> {
    if step.tags.is_empty() {
        return Ok(None);
    }
    Ok(Some(Variation { name: None, tags: tags(&step.tags, moment)? }))
}
