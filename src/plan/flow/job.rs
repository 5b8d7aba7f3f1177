//! Jobs: reads the responses to the submission and to polls, and waits between them.
//!
//! ```text
//!  submission ─▶ Submitted ─▶ Pause ──(waits)──▶ poll ─▶ Polled ─▶ done
//!                    │          ▲ └ timed out               │  └ failed
//!                    └ refused  └───────── open ────────────┘
//! ```

use std::time::Duration;

use super::{Effect, FlowContext, compiled::FlowState, ops::stamp, read, retry::retry_after};
use crate::{
    language::{Expr, Slot, Template, Value, extract::HeaderSelector},
    plan::{
        job::{self, JobEnd, JobOp, JobOutcome, JobPhase},
        program::Pause,
        rendering::Unrenderable,
    },
};

impl FlowState {
    pub(super) fn job(&mut self, job: &JobOp, context: &FlowContext<'_>) -> Result<Option<Effect>, Unrenderable> {
        let (ended, ended_at) = match &job.phase {
            JobPhase::Submitted { location, base } => {
                let url = self.location(location, context).map(|written| job::resolved(&written, base.as_ref()));
                (self.submitted(job, url.as_deref(), context), None)
            }
            JobPhase::Pause { every, limit, header } => {
                let left = limit.saturating_sub(self.elapsed(job.slots.accepted, context));
                if !left.is_zero() {
                    let pause = self.pause_of_job(every, header.as_ref(), context)?;
                    return Ok(Some(Effect::Think(pause.min(left))));
                }
                (Some(JobOutcome::TimedOut), None)
            }
            JobPhase::Polled { failed, done, ended_at, again } => {
                let ended = self.polled(job, (failed.as_deref(), done), context);
                if ended.is_none() {
                    self.position = *again;
                }
                (ended, ended_at.as_ref())
            }
        };
        Ok(ended.map(|outcome| self.end_of_job(job, outcome, ended_at, context)))
    }

    /// Where the state of the job is, as the response says.
    fn location(&mut self, location: &Template, context: &FlowContext<'_>) -> Option<String> {
        read::text(location, &mut self.eval(context)).ok().filter(|written| !written.is_empty())
    }

    fn submitted(&mut self, job: &JobOp, location: Option<&str>, context: &FlowContext<'_>) -> Option<JobOutcome> {
        self.put(job.slots.due, stamp(context.due));
        self.put(job.slots.accepted, stamp(context.now));
        self.put(job.slots.polls, Value::Int(0));
        self.put(job.slots.location, location.map_or(Value::Null, Value::from));
        if !context.response.error.is_empty() {
            return Some(JobOutcome::Refused);
        }
        location.is_none().then_some(JobOutcome::NoLocation)
    }

    /// The pause before the next poll. A server that asks for none gets that of the profile.
    fn pause_of_job(
        &mut self,
        every: &Pause,
        header: Option<&HeaderSelector>,
        context: &FlowContext<'_>,
    ) -> Result<Duration, Unrenderable> {
        let asked = header.and_then(|header| retry_after(header, context));
        match asked.filter(|pause| *pause >= job::SHORTEST_RETRY_AFTER) {
            Some(pause) => Ok(pause),
            None => self.pause(every, context),
        }
    }

    fn polled(
        &mut self,
        job: &JobOp,
        (failed, done): (Option<&Expr>, &Expr),
        context: &FlowContext<'_>,
    ) -> Option<JobOutcome> {
        let polls = read::count(self.get(job.slots.polls));
        self.put(job.slots.polls, Value::from(polls + 1));
        let mut eval = self.eval(context);
        if failed.is_some_and(|failed| failed.holds(&mut eval)) {
            return Some(JobOutcome::Failed);
        }
        if done.holds(&mut eval) {
            return Some(JobOutcome::Done);
        }
        // A poll without a response that counts says nothing of the job.
        if context.response.error.is_empty() {
            let asked = self.get(job.slots.asked).clone();
            self.put(job.slots.open, asked);
        }
        None
    }

    fn end_of_job(
        &mut self,
        job: &JobOp,
        outcome: JobOutcome,
        ended_at: Option<&Template>,
        context: &FlowContext<'_>,
    ) -> Effect {
        if outcome != JobOutcome::Done {
            self.position = job.otherwise;
        }
        let since = |state: &Self, slot: Slot| state.elapsed(slot, context);
        let reported = ended_at.and_then(|ended_at| {
            let reported = ended_at.value(&mut self.eval(context)).ok()?.into_owned();
            // Clocks differ: what ended later than now ended now.
            Some(context.clock.saturating_sub(job::time_of(&reported)?))
        });
        let end = JobEnd {
            outcome,
            response_time: since(self, job.slots.due),
            duration: since(self, job.slots.accepted),
            polls: read::count(self.get(job.slots.polls)),
            window: since(self, job.slots.open),
            overshoot: reported,
        };
        if let Some(result) = job.slots.result {
            let location = self.get(job.slots.location).clone();
            self.put(result, end.value(location));
        }
        Effect::Job { step: job.step, end: Box::new(end) }
    }
}
