//! What the outputs of a run have delivered by now: their checkpoints know of a run that was killed, and of a replay.

use std::path::Path;

use crate::{
    analysis::{Outcome, Reason},
    exit::Exit,
    output::{DeliveryStats, delivery::checkpoint::CheckpointFile},
    report::outputs::incomplete,
};

/// Shown of an output whose run did not come to its end.
const UNFINISHED: &str = "the run did not come to its end; once it is over, `loadagent replay` delivers the rest";

/// The outputs of a run: what it wrote down itself, replaced by what its checkpoints say.
#[must_use]
pub(crate) fn by_now(run: &Path, logged: &[DeliveryStats], has_ended: bool) -> Vec<DeliveryStats> {
    let mut outputs = logged.to_vec();
    // A log that was copied alone has none beside it.
    for file in CheckpointFile::of_run(run).unwrap_or_default() {
        let (Some(number), Ok(checkpoint)) = (file.number(), file.read()) else { continue };
        let mut stats = checkpoint.stats;
        if !has_ended && !checkpoint.ended {
            stats.last_error.get_or_insert_with(|| UNFINISHED.to_owned());
        }
        match outputs.get_mut(number - 1) {
            Some(known) => *known = stats,
            None => outputs.push(stats),
        }
    }
    outputs
}

/// Puts the outputs as they are now in the place of those that the run ended with.
pub(crate) fn replace(outcome: &mut Outcome, before: &[DeliveryStats], now: &[DeliveryStats]) {
    let is_old = |reason: &Reason| {
        let mut old = before.iter().filter_map(incomplete);
        reason.exit == Exit::TelemetryIncomplete && old.any(|text| text == reason.text)
    };
    let mut reasons = std::mem::take(&mut outcome.reasons);
    let new = now.iter().filter_map(incomplete).map(|text| Reason::new(Exit::TelemetryIncomplete, text));
    reasons.retain(|reason| !is_old(reason));
    reasons.extend(new);
    *outcome = Outcome::new(reasons, outcome.verdict);
}
