//! The flow of a compiled profile: a flat program, a position in it, and the user's values.

use std::{borrow::Cow, sync::Arc, time::Duration};

use super::{
    DynamicLabels, Effect, Entry, Flow, FlowContext,
    read::{number, sample, tags, text},
};
use crate::{
    language::{EvalContext, Expr, IterationId, Response, Slot, Template, Value},
    plan::{
        program::{Op, Parallel, Program},
        rendering::{Rendered, Unrenderable},
        request::Request,
    },
};

/// Maximum number of operations without an effect at a time: an empty loop must not block other tasks.
const MAX_OPS_PER_TURN: usize = 10_000;
/// Largest sample of a counter or trend: more has no bucket.
const MAX_SAMPLE: f64 = 9e18;
/// Maximum number of branches of a block.
const MAX_BRANCHES: usize = 10_000;

/// A program and the state of a user in it.
#[derive(Debug, Clone)]
pub(crate) struct CompiledFlow {
    program: Arc<Program>,
    state: FlowState,
}

/// Position and values of a user, or of a branch.
#[derive(Debug, Clone)]
pub(super) struct FlowState {
    pub(super) position: usize,
    slots: Box<[Value]>,
    pub(super) random: fastrand::Rng,
    id: IterationId,
    pub(super) retried: bool,
}

impl CompiledFlow {
    pub(super) fn new(program: Arc<Program>, given: &[(Slot, Value)], random: fastrand::Rng, id: IterationId) -> Self {
        let mut slots = vec![Value::Null; program.names.len()];
        for (slot, value) in given {
            slots[usize::from(slot.0)] = value.clone();
        }
        Self { program, state: FlowState { position: 0, slots: slots.into(), random, id, retried: false } }
    }

    pub(super) fn enter(&mut self, entry: Entry) -> bool {
        let Self { program, state } = self;
        let position = match entry {
            Entry::OnStart => program.on_start,
            Entry::Iteration => Some(program.iteration),
            Entry::OnStop => program.on_stop,
        };
        let Some(position) = position else { return false };
        state.position = position;
        state.retried = false;
        if entry == Entry::Iteration {
            program.iteration_scoped.iter().for_each(|slot| state.put(*slot, Value::Null));
        }
        true
    }

    pub(super) fn call(&mut self, position: usize) -> usize {
        std::mem::replace(&mut self.state.position, position)
    }

    pub(super) fn next(&mut self, context: &FlowContext<'_>) -> Effect {
        for _ in 0..MAX_OPS_PER_TURN {
            let at = self.state.position;
            let Some(op) = self.program.ops.get(at) else { return Effect::Done };
            self.state.position += 1;
            match self.state.perform(at, op, &self.program, context) {
                Ok(None) => {}
                Ok(Some(effect)) => return effect,
                Err(reason) => return Effect::Fail(reason.to_string()),
            }
        }
        Effect::Yield
    }

    pub(super) fn render(
        &mut self,
        request: &Request,
        context: &FlowContext<'_>,
        out: &mut Rendered,
    ) -> Result<bool, Unrenderable> {
        let Some(rendering) = &request.rendering else { return Ok(false) };
        let mut eval = self.state.eval(context);
        rendering.render(&mut eval, out)?;
        out.spec = rendering.timed(&request.spec, &mut eval)?;
        Ok(true)
    }

    pub(super) fn fulfils(&self, demand: &Expr, response: &Response<'_>, clock: Duration) -> bool {
        self.evaluate(demand, response, clock).holds()
    }

    pub(super) fn evaluate(&self, expression: &Expr, response: &Response<'_>, clock: Duration) -> Value {
        let FlowState { slots, id, random, .. } = &self.state;
        let mut random = random.clone();
        let response = *response;
        expression.value(&mut EvalContext { slots, response, id: *id, random: &mut random, clock }).into_owned()
    }

    pub(super) fn join(&mut self, branches: impl Iterator<Item = Self>, context: &FlowContext<'_>) {
        let Self { program, state } = self;
        let Some(Op::Parallel(parallel)) = program.ops.get(state.position) else { return };
        let mut collected = vec![Vec::new(); parallel.collect.len()];
        for mut branch in branches {
            for (list, (_, template)) in collected.iter_mut().zip(&parallel.collect) {
                list.extend(template.value(&mut branch.state.eval(context)).map(Cow::into_owned));
            }
            for slot in &parallel.assigned {
                state.put(*slot, branch.state.get(*slot).clone());
            }
        }
        for (list, (slot, _)) in collected.into_iter().zip(&parallel.collect) {
            state.put(*slot, Value::List(list.into()));
        }
        state.position = parallel.next;
    }

    pub(super) fn put(&mut self, slot: Slot, value: Value) {
        self.state.put(slot, value);
    }

    pub(super) fn variables(&self) -> Vec<(String, Value)> {
        let named = self.program.names.iter().zip(&self.state.slots).filter(|(name, _)| !name.is_empty());
        named.map(|(name, value)| (name.to_string(), value.clone())).collect()
    }

    pub(super) fn lacks_start_value(&self) -> bool {
        self.program.on_start.is_some() && self.program.required().any(|slot| *self.state.get(slot) == Value::Null)
    }

    pub(super) fn id(&mut self) -> &mut IterationId {
        &mut self.state.id
    }

    pub(super) fn random(&mut self) -> &mut fastrand::Rng {
        &mut self.state.random
    }

    #[cfg(test)]
    pub(super) fn get(&self, slot: Slot) -> &Value {
        self.state.get(slot)
    }

    /// Switches the user to another program.
    #[cfg(test)]
    pub(super) fn run_other(&mut self, program: Program) {
        self.program = Arc::new(program);
    }
}

impl FlowState {
    /// A branch of this flow, with a copy of the values and a random generator of its own.
    fn branch(&mut self, program: &Arc<Program>, entry: usize, index: Option<(Slot, usize)>) -> Flow {
        let random = self.random.fork();
        let mut state = Self { random, position: entry, retried: false, ..self.clone() };
        if let Some((slot, index)) = index {
            state.put(slot, Value::from(index as u64));
        }
        Flow::Compiled(CompiledFlow { program: program.clone(), state })
    }

    pub(super) fn put(&mut self, slot: Slot, value: Value) {
        self.slots[usize::from(slot.0)] = value;
    }

    pub(super) fn get(&self, slot: Slot) -> &Value {
        &self.slots[usize::from(slot.0)]
    }

    /// The context of expressions.
    pub(super) fn eval<'a>(&'a mut self, context: &FlowContext<'a>) -> EvalContext<'a> {
        EvalContext {
            slots: &self.slots,
            response: context.response,
            id: self.id,
            random: &mut self.random,
            clock: context.clock,
        }
    }

    fn perform(
        &mut self,
        at: usize,
        op: &Op,
        program: &Arc<Program>,
        context: &FlowContext<'_>,
    ) -> Result<Option<Effect>, Unrenderable> {
        Ok(Some(match op {
            Op::Send(step, templates) => {
                let labels = match templates {
                    None => None,
                    Some(templates) => Some(self.labels(templates.name.as_ref(), &templates.tags, context)?),
                };
                Effect::Send { step: *step, request: None, labels, again: std::mem::take(&mut self.retried) }
            }
            Op::Socket(op) => Effect::Socket(op.effect(&mut self.eval(context))?),
            Op::Think(pause) => Effect::Think(self.pause(pause, context)?),
            Op::Check(step, check) => {
                let passed = check.rule.holds(&mut self.eval(context));
                let labels = match &check.named {
                    None => None,
                    Some(name) => Some(self.labels(Some(name), &[], context)?),
                };
                Effect::Check { step: *step, labels, passed }
            }
            Op::Extract(extract) => {
                let mut eval = self.eval(context);
                let found = extract.what.find(&eval.response, extract.take, eval.random);
                let passed = found.is_some();
                let value = match (found, &extract.default) {
                    (Some(value), _) => value,
                    (None, Some(default)) => default.value(&mut eval)?.into_owned(),
                    (None, None) => Value::Null,
                };
                self.put(extract.into, value);
                return Ok(extract.check.map(|step| Effect::Check { step, labels: None, passed }));
            }
            Op::Metric(metric) => {
                let value = sample(&metric.value, metric.takes_truth, &mut self.eval(context))?;
                if metric.from_zero && !(0.0..=MAX_SAMPLE).contains(&value) {
                    return Err(Unrenderable::NoSample(metric.value.shape()));
                }
                let labels = self.tags(&metric.tags, context)?;
                Effect::Metric { step: metric.step, metric: None, value, labels }
            }
            Op::Elapsed(since, elapsed) => {
                let took = self.elapsed(*since, context);
                Effect::Elapsed { step: elapsed.step, took, labels: self.tags(&elapsed.tags, context)? }
            }
            Op::Row { data, into } => Effect::Row { data: *data, into: *into },
            Op::Parallel(parallel) => {
                // `join` continues from here.
                self.position = at;
                self.fork(parallel, program, context)?
            }
            Op::Detach { after, body, next } => {
                self.position = *next;
                let after = self.pause(after, context)?;
                Effect::Detach { after, branch: Box::new(self.branch(program, *body, None)) }
            }
            Op::Retry(retry) => return Ok(self.retry(retry, context)),
            Op::Job(job) => return self.job(job, context),
            // What is looked for may be why a value is missing: that is the message then.
            Op::Log(message) => {
                Effect::Log(text(message, &mut self.eval(context)).unwrap_or_else(|missing| missing.to_string()))
            }
            Op::Fail(message) => Effect::Fail(text(message, &mut self.eval(context))?),
            Op::Abort(message) => Effect::Abort(text(message, &mut self.eval(context))?),
            Op::Leave => Effect::Leave,
            Op::End => {
                self.position = at;
                Effect::Done
            }
            quiet => {
                self.compute(quiet, context)?;
                return Ok(None);
            }
        }))
    }

    /// The branches of a block, and their concurrency.
    fn fork(
        &mut self,
        parallel: &Parallel,
        program: &Arc<Program>,
        context: &FlowContext<'_>,
    ) -> Result<Effect, Unrenderable> {
        let mut eval = self.eval(context);
        let mut read = |template: &Option<Template>| template.as_ref().map(|it| number(it, &mut eval)).transpose();
        let copies = read(&parallel.copies)?.map_or(1, branch_count);
        let count = parallel.branches.len() * copies;
        let width = read(&parallel.width)?.map_or(count, branch_count).max(1);
        let branches = (0..count).map(|number| {
            let entry = parallel.branches[number % parallel.branches.len()];
            self.branch(program, entry, parallel.index.map(|slot| (slot, number)))
        });
        let branches = branches.collect();
        Ok(Effect::Parallel { step: parallel.step, branches, width })
    }

    fn labels(
        &mut self,
        name: Option<&Template>,
        templates: &[(String, Template)],
        context: &FlowContext<'_>,
    ) -> Result<Box<DynamicLabels>, Unrenderable> {
        let mut eval = self.eval(context);
        let name = name.map(|name| text(name, &mut eval)).transpose()?;
        Ok(Box::new(DynamicLabels { name, method: None, tags: tags(templates, &mut eval)? }))
    }

    fn tags(
        &mut self,
        templates: &[(String, Template)],
        context: &FlowContext<'_>,
    ) -> Result<Option<Box<DynamicLabels>>, Unrenderable> {
        if templates.is_empty() {
            return Ok(None);
        }
        self.labels(None, templates, context).map(Some)
    }
}

/// A number of branches, clamped to zero and [`MAX_BRANCHES`].
fn branch_count(number: f64) -> usize {
    (0..MAX_BRANCHES).take_while(|place| (*place as f64) < number.floor()).count()
}
