//! Setup and teardown: steps of a single user that run once, with a timeout.

use std::time::Duration;

use super::FlowInputs;
use crate::{
    plan::{ClosedSchedule, ClosedShape, Scenario, Shape, Wait, Work},
    profile::{
        flow::FlowSections,
        reader::{MapReader, Reader},
    },
};

/// Default timeout of setup and teardown, as in k6.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hook {
    /// Before the load; a failed request ends the test.
    Setup,
    /// After the load.
    Teardown,
}

impl Hook {
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Setup => ("setup", "setupTimeout"),
            Self::Teardown => ("teardown", "teardownTimeout"),
        }
    }

    /// Takes its keys from a profile.
    pub(crate) fn read<'n>(
        self,
        reader: &Reader,
        map: &mut MapReader<'n>,
        inputs: &mut FlowInputs<'_, 'n>,
    ) -> Option<Scenario> {
        let (name, limit) = self.keys();
        let limit = map.take(limit).map_or(Some(DEFAULT_TIMEOUT), |node| reader.duration(node, limit));
        let flow = inputs.flow(reader, &FlowSections::of_flow(map.take(name)?, name), self == Self::Setup);
        let schedule = ClosedSchedule::constant(1, limit?);
        let graceful_ramp_down = Duration::ZERO;
        let shape = ClosedShape { schedule, graceful_ramp_down, work: Work::Shared(1), max_users: None };
        Some(Scenario {
            name: name.to_owned(),
            executor: "once",
            shape: Shape::Closed(shape),
            start: Duration::ZERO,
            graceful_stop: Duration::ZERO,
            wait: Wait::None,
            flow,
            tags: Vec::new(),
        })
    }
}
