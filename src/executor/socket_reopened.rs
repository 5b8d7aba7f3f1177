//! The WebSocket of a step, opened again if the server ended it.

use std::{cell::RefCell, time::Duration};

use tokio::time::Instant;

use super::{
    flow_task::{Ended, User, think},
    socket_session::run,
};
use crate::{
    metric::catalogue::SocketMetric,
    plan::{Flow, StepId, websocket::WebSocketSpec},
    protocol::{Lane, Outgoing, Probe},
};

/// Pauses before a socket is opened again.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Runs the steps of a socket, and again on another one if the server ended it and the step allows that; returns when that was
/// over, and how it ended the flow if it did.
pub(super) async fn perform(
    user: &User,
    flow: &RefCell<&mut Flow>,
    lane: &mut Lane,
    spec: &WebSocketSpec,
    ids: (usize, (StepId, u32)),
    request: &Outgoing<'_>,
    probe: &mut Probe<'_>,
) -> (Instant, Option<Ended>) {
    let record = probe.recorder();
    let mut over = run(user, flow, lane, spec, ids, request, probe).await;
    // What was never open is not opened again: that is what `retry` is for.
    let mut is_lost = over.is_lost;
    for number in 0..spec.reconnect {
        if !is_lost {
            break;
        }
        if think(user, pause_before(number)).await == Ended::Halted {
            return (Instant::now(), Some(Ended::Halted));
        }
        let now = Instant::now();
        user.run.recorder.socket(ids.0, ids.1, SocketMetric::Reconnects, 1.0, now);
        over = run(user, flow, lane, spec, ids, request, &mut Probe::new(now, now, record)).await;
        is_lost = over.is_lost || !over.was_open;
    }
    (over.at, over.ended)
}

/// The pause before the next attempt; half of it is drawn, so that sockets that ended together come back one by one.
fn pause_before(number: u32) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(1 << number.min(16)).min(LONGEST_PAUSE);
    pause.mul_f64(0.5 + 0.5 * fastrand::f64())
}
