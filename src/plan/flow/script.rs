//! A second kind of flow, for tests: a function makes up each effect from a position and what it sees.

use super::{Effect, Entry, Flow, FlowContext};
use crate::language::IterationId;

/// What each user runs. Gives the effect at the flow's position, and may move it.
pub(crate) type Script = fn(&mut ScriptFlow, &FlowContext<'_>) -> Effect;

/// One user's progress through a script.
#[derive(Debug, Clone)]
pub(crate) struct ScriptFlow {
    script: Script,
    /// How many effects this iteration or branch has had.
    pub position: usize,
    /// The number of the branch; None outside of branches.
    pub branch: Option<usize>,
    /// Whose iteration it is, and which.
    pub id: IterationId,
    /// The user's own random numbers.
    pub random: fastrand::Rng,
}

impl ScriptFlow {
    /// A flow that has done nothing.
    #[must_use]
    pub(crate) fn new(script: Script, random: fastrand::Rng, id: IterationId) -> Self {
        Self { script, position: 0, branch: None, id, random }
    }

    /// Begins an iteration; there are no other entries.
    pub(crate) fn enter(&mut self, entry: Entry) -> bool {
        self.position = 0;
        entry == Entry::Iteration
    }

    /// The next effect.
    pub(crate) fn next(&mut self, context: &FlowContext<'_>) -> Effect {
        let effect = (self.script)(self, context);
        self.position += 1;
        effect
    }

    /// A branch that begins the script anew.
    pub(crate) fn fork(&mut self, number: usize) -> Flow {
        Flow::Script(Self { branch: Some(number), position: 0, random: self.random.fork(), ..self.clone() })
    }
}
