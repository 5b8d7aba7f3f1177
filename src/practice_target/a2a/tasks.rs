//! The tasks of the agent: what state each is in at a time.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::message::{Form, message, part, state, wrapped};
use super::plan::{End, Plan};
use crate::practice_target::shared::lock;

/// Tasks that are remembered; the oldest are forgotten.
const MOST: usize = 100_000;

/// A task as it was planned when it began.
#[derive(Debug, Clone)]
pub(super) struct Task {
    id: String,
    context: String,
    pub(super) begun: Instant,
    submitted: Duration,
    working: Duration,
    artifacts: usize,
    pub(super) end: End,
    canceled: Option<Instant>,
}

impl Task {
    /// The time from its beginning to its end; that of a task that never ends is when it is said to be working.
    pub(super) fn length(&self) -> Duration {
        self.submitted + self.working
    }

    fn state(&self, at: Instant) -> &'static str {
        let age = at.saturating_duration_since(self.begun);
        if self.canceled.is_some_and(|canceled| canceled <= at) {
            "canceled"
        } else if age < self.submitted {
            "submitted"
        } else if age < self.length() {
            "working"
        } else {
            self.end.as_str()
        }
    }

    /// Whether it has ended at a time.
    pub(super) fn is_over(&self, at: Instant) -> bool {
        !matches!(self.state(at), "submitted" | "working")
    }

    /// When a piece of its answer is due, from its beginning.
    fn due(&self, number: usize) -> Duration {
        let share = (number + 1) as f64 / (self.artifacts + 1) as f64;
        self.submitted + self.working.mul_f64(share)
    }

    fn artifact(form: Form, number: usize) -> Json {
        json!({ "artifactId": format!("a{number}"), "parts": [part(form, &format!("piece{number} "))] })
    }

    fn status(&self, form: Form, name: &str) -> Json {
        let mut status = json!({ "state": state(form, name) });
        if name == "failed" || name == "rejected" {
            let mut words = message(form, "as asked for");
            (words["taskId"], words["contextId"]) = (self.id.clone().into(), self.context.clone().into());
            status["message"] = words;
        }
        status
    }

    /// The task as it is at a time.
    pub(super) fn shown(&self, form: Form, at: Instant) -> Json {
        let age = at.saturating_duration_since(self.begun);
        let name = self.state(at);
        let made = (0..self.artifacts).filter(|number| self.due(*number) <= age && self.canceled.is_none());
        let artifacts: Vec<Json> = made.map(|number| Self::artifact(form, number)).collect();
        let mut task = json!({ "id": self.id, "contextId": self.context, "status": self.status(form, name) });
        if !artifacts.is_empty() {
            task["artifacts"] = artifacts.into();
        }
        if form == Form::Old {
            task["kind"] = "task".into();
        }
        task
    }

    /// What happens after it was submitted, and when.
    pub(super) fn events(&self, form: Form) -> Vec<(Duration, Json)> {
        let update = |at: Duration, name: &str, is_final: bool| {
            let mut event = json!({ "taskId": self.id, "contextId": self.context, "status": self.status(form, name) });
            if form == Form::Old {
                (event["kind"], event["final"]) = ("status-update".into(), is_final.into());
            }
            (at, wrapped(form, "statusUpdate", &event))
        };
        let mut events = vec![update(self.submitted, "working", false)];
        for number in 0..self.artifacts {
            let artifact = Self::artifact(form, number);
            let mut event = json!({ "taskId": self.id, "contextId": self.context, "artifact": artifact });
            if form == Form::Old {
                event["kind"] = "artifact-update".into();
            }
            events.push((self.due(number), wrapped(form, "artifactUpdate", &event)));
        }
        if self.end != End::Working {
            events.push(update(self.length(), self.end.as_str(), true));
        }
        events
    }
}

/// All tasks.
#[derive(Debug, Default)]
pub(super) struct Tasks(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    made: usize,
    tasks: HashMap<String, Task>,
    /// Their ids, the oldest first.
    order: VecDeque<String>,
}

impl Tasks {
    /// Begins a task by a plan.
    pub(super) fn begin(&self, plan: &Plan, context: Option<&str>, now: Instant) -> Task {
        let mut known = lock(&self.0);
        known.made += 1;
        let number = known.made;
        let id = format!("task-{number}-{:016x}", (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let context =
            context.map_or_else(|| format!("context-{number}"), |context| context.chars().take(100).collect());
        let end = if number.is_multiple_of(plan.nth) { plan.end } else { End::Completed };
        let Plan { submitted, working, artifacts, .. } = *plan;
        let task = Task { id: id.clone(), context, begun: now, submitted, working, artifacts, end, canceled: None };
        if known.order.len() >= MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.tasks.remove(&oldest);
        }
        known.order.push_back(id.clone());
        known.tasks.insert(id, task.clone());
        task
    }

    pub(super) fn find(&self, id: &str) -> Option<Task> {
        lock(&self.0).tasks.get(id).cloned()
    }

    /// Cancels a task; an error if it has ended.
    pub(super) fn cancel(&self, id: &str, now: Instant) -> Option<Result<Task, ()>> {
        let mut known = lock(&self.0);
        let task = known.tasks.get_mut(id)?;
        if task.is_over(now) {
            return Some(Err(()));
        }
        task.canceled = Some(now);
        Some(Ok(task.clone()))
    }
}
