//! A second kind of flow, for tests: a function computes each effect from a position and the context.

use super::{Effect, Entry, Flow, FlowContext};
use crate::language::IterationId;

/// The function of a script: returns the effect at the flow's position, and can change the position.
pub(crate) type Script = fn(&mut ScriptFlow, &FlowContext<'_>) -> Effect;

/// The flow of one user of a script.
#[derive(Debug, Clone)]
pub(crate) struct ScriptFlow {
    script: Script,
    /// Number of effects of this iteration or branch so far.
    pub position: usize,
    /// Number of the branch; None outside of branches.
    pub branch: Option<usize>,
    /// The user and iteration.
    pub id: IterationId,
    /// The user's random generator.
    pub random: fastrand::Rng,
}

impl ScriptFlow {
    #[must_use]
    pub(crate) fn new(script: Script, random: fastrand::Rng, id: IterationId) -> Self {
        Self { script, position: 0, branch: None, id, random }
    }

    /// Starts an iteration; there are no other entries.
    pub(crate) fn enter(&mut self, entry: Entry) -> bool {
        self.position = 0;
        entry == Entry::Iteration
    }

    pub(crate) fn next(&mut self, context: &FlowContext<'_>) -> Effect {
        let effect = (self.script)(self, context);
        self.position += 1;
        effect
    }

    /// A branch at the start of the script.
    pub(crate) fn fork(&mut self, number: usize) -> Flow {
        Flow::Script(Self { branch: Some(number), position: 0, random: self.random.fork(), ..self.clone() })
    }
}
