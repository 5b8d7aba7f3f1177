//! Steps of the wall clock during a run: timestamps follow those forward, and an event says so.

use super::Coordinator;
use crate::{run::clock::ClockStep, units::show_duration};

/// Steps of the wall clock that the summary names.
const MAX_CLOCK_STEPS: usize = 3;

impl Coordinator {
    /// Notes a step since the last call.
    pub(super) fn note_clock_step(&mut self) {
        let text = match self.clock.re_anchor() {
            None => return,
            Some(ClockStep::Forward(by)) => format!(
                "the wall clock jumped forward by {}: it was set, or the machine was suspended; timestamps follow it",
                show_duration(by)
            ),
            Some(ClockStep::Back(by)) => {
                format!("the wall clock was set back by {}; timestamps do not follow it", show_duration(by))
            }
        };
        if self.clock_steps.len() < MAX_CLOCK_STEPS {
            self.clock_steps.push(text.clone());
        }
        self.event("clock", text);
    }
}
