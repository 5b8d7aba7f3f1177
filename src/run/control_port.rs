//! The control API of a run: what it controls, and its port.

use std::{net::SocketAddr, rc::Rc};

use super::{
    error::CommandError,
    prepare::{self, Prepared},
};
use crate::{
    control::{
        Control,
        port::{self, ControlHandler, TOKEN_VARIABLE},
    },
    plan::Shape,
    report::progress::ProgressDisplay,
};

/// Most users that the control API may give to a scenario that sets no limit of its own.
const MAX_CONTROLLED_USERS: u32 = 1_000_000;

/// What answers requests that control the run.
#[must_use]
pub(crate) fn handler(control: &Control, prepared: &Prepared) -> Rc<ControlHandler> {
    let scenarios = prepared.plan.scenarios.iter().map(|scenario| port::ControlledScenario {
        name: scenario.name.clone(),
        executor: scenario.executor,
        open: matches!(scenario.shape, Shape::Open(_)),
        max_users: match &scenario.shape {
            Shape::Closed(closed) => closed.max_users.unwrap_or(MAX_CONTROLLED_USERS),
            Shape::Open(_) => 0,
        },
        planned_users: scenario.peak_vus(),
    });
    // Of users that are commanded, this process makes its segment's share.
    let parts = prepared.segment.place().1;
    let open_files = prepare::sockets_for_users().map(|(limit, users)| (limit, users.saturating_mul(parts)));
    let run = port::ControlledRun {
        run_id: prepared.run_id.clone(),
        planned: prepared.plan.duration(),
        scenarios: scenarios.collect(),
        open_files,
    };
    Rc::new(ControlHandler::new(control.clone(), run, token()))
}

/// Opens the port.
///
/// # Errors
/// When it can't be listened on.
pub(crate) async fn open(
    address: SocketAddr,
    handler: Rc<ControlHandler>,
    display: &ProgressDisplay,
) -> Result<(), CommandError> {
    let bound = port::serve(address, handler).await;
    let bound = bound.map_err(|error| CommandError::configuration(format!("--control {address}: {error}")))?;
    display.message(&format!("  control API listening on http://{bound}/v1/status"));
    Ok(())
}

/// The token of the environment, which requests bear.
#[must_use]
pub(crate) fn token() -> Option<String> {
    std::env::var(TOKEN_VARIABLE).ok().map(|token| token.trim().to_owned()).filter(|token| !token.is_empty())
}
