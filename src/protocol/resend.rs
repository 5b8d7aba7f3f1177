//! Sends a request again that the server did not process, by its own word (RFC 9113, section 8.7): it is no failure of the
//! target, and no other client reports one. Each time is counted, and their number is bounded.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{
    Failure, HttpSession, Network, NotProcessed, Outgoing, Probe,
    buffered_body::BufferedBody,
    exchange::{Limits, ReceiveBuffers},
    session::Received,
};

/// Most times that one request is sent again.
const MAX_RESENDS: u32 = 8;
/// A request that was sent on this many shared connections in vain gets one to itself, where it is the first.
const SHARED_RESENDS: u32 = 3;
/// The pause before the third time, which doubles from there.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

impl HttpSession {
    /// Sends a request again, as long as the server says that it did not process it.
    #[expect(clippy::too_many_arguments, reason = "what the attempt borrows, and why it was in vain")]
    pub(super) async fn resend(
        &self,
        receive: &mut ReceiveBuffers,
        body: &mut BufferedBody,
        network: &Network,
        request: &Outgoing<'_>,
        limits: Limits,
        probe: &mut Probe<'_>,
        mut failure: Failure,
    ) -> Result<Received, Failure> {
        for time in 1..=MAX_RESENDS {
            let Some(how) = failure.not_processed() else { break };
            if how == NotProcessed::Http11Required {
                network.require_http1(request.origin);
            }
            probe.resend(how);
            if let Some(doublings) = time.checked_sub(2) {
                let pause = FIRST_PAUSE.saturating_mul(1 << doublings);
                sleep_until(limits.end.min(Instant::now() + pause)).await;
            }
            let alone = time > SHARED_RESENDS && how == NotProcessed::GoAway;
            let request = Outgoing { alone, ..*request };
            match self.exchange(receive, body, network, &request, limits, probe).await {
                Ok(received) => return Ok(received),
                Err(next) => failure = next,
            }
        }
        Err(failure)
    }
}
