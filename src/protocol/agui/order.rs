//! The order of a run's events, as clients of AG-UI check it: a run begins and ends, and so does all that is in it.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use super::event::{Role, RunEvent, Thing};

/// Most messages, tool calls and steps that are open at once: a server must not fill the memory.
const MAX_OPEN: usize = 10_000;

/// What is wrong with the order of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disorder {
    BeforeStart,
    AfterFinish,
    SecondStart,
    NotOpen,
    AlreadyOpen,
    StillOpen,
    TooManyOpen,
}

impl Disorder {
    /// The value of the label `reason`.
    #[must_use]
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::BeforeStart => "before_run_started",
            Self::AfterFinish => "after_run_finished",
            Self::SecondStart => "second_run_started",
            Self::NotOpen => "not_open",
            Self::AlreadyOpen => "already_open",
            Self::StillOpen => "still_open",
            Self::TooManyOpen => "too_many_open",
        }
    }

    /// What an event did wrong.
    #[must_use]
    pub(crate) fn words(self, event: &RunEvent<'_>) -> String {
        let name = event.kind.name;
        match self {
            Self::BeforeStart => format!("{name} came before RUN_STARTED"),
            Self::AfterFinish => format!("{name} came after RUN_FINISHED"),
            Self::SecondStart => "RUN_STARTED came within a run".to_owned(),
            Self::NotOpen => format!("{name} is of `{}`, which is not open", event.id),
            Self::AlreadyOpen => format!("{name} is of `{}`, which is open already", event.id),
            Self::StillOpen => format!("{name} came while a message, a tool call or a step was open"),
            Self::TooManyOpen => format!("more than {MAX_OPEN} messages, tool calls and steps are open"),
        }
    }
}

/// Where a stream of runs is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Before,
    Running,
    /// Another run may follow.
    Over,
}

/// The order of the events so far.
#[derive(Debug, Default)]
pub(crate) struct RunOrder {
    phase: Phase,
    /// What is open, by the hash of its id: ids may be long.
    open: HashSet<(Thing, u64)>,
    hasher: RandomState,
}

impl RunOrder {
    /// Takes an event.
    ///
    /// # Errors
    /// What is wrong with it here.
    pub(crate) fn take(&mut self, event: &RunEvent<'_>) -> Result<(), Disorder> {
        let role = event.kind.role;
        match (self.phase, role) {
            (_, Role::Error) => {
                self.phase = Phase::Over;
                self.open.clear();
                return Ok(());
            }
            (Phase::Running, Role::Start) => return Err(Disorder::SecondStart),
            (_, Role::Start) => {
                self.phase = Phase::Running;
                return Ok(());
            }
            (Phase::Before, _) => return Err(Disorder::BeforeStart),
            (Phase::Over, _) => return Err(Disorder::AfterFinish),
            (Phase::Running, _) => {}
        }
        let key = |order: &Self, thing| (thing, order.hasher.hash_one(&*event.id));
        match role {
            Role::Finish if !self.open.is_empty() => Err(Disorder::StillOpen),
            Role::Finish => {
                self.phase = Phase::Over;
                Ok(())
            }
            Role::Opens(_) if self.open.len() >= MAX_OPEN => Err(Disorder::TooManyOpen),
            Role::Opens(thing) if !self.open.insert(key(self, thing)) => Err(Disorder::AlreadyOpen),
            Role::Continues(thing) if !self.open.contains(&key(self, thing)) => Err(Disorder::NotOpen),
            Role::Closes(thing) if !self.open.remove(&key(self, thing)) => Err(Disorder::NotOpen),
            _ => Ok(()),
        }
    }

    /// Whether the last run that began has ended.
    #[must_use]
    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }
}

#[cfg(test)]
mod tests;
