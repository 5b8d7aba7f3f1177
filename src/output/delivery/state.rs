//! The state of a delivery: its checkpoint and what is reported about it, shared with the coordinator.

#[cfg(test)]
mod tests;

use std::{cell::RefCell, rc::Rc};

use super::{
    checkpoint::Checkpoint,
    feed::Position,
    stats::{DeliveryStats, Outage},
};
use crate::output::clock::now_ms;
use crate::units::{show_several, was};

/// Failures for a shorter time are not reported.
const HICCUP_MS: i64 = 1_000;

/// Rejected batches past this are kept, but not listed.
const MAX_LISTED: usize = 20;

/// Shared by delivery and coordinator, which live on one thread.
pub(crate) type SharedDeliveryState = Rc<RefCell<DeliveryState>>;

/// Checkpoint and notices. Every counter and the position are in the checkpoint and nowhere else.
#[derive(Debug, Default)]
pub struct DeliveryState {
    pub checkpoint: Checkpoint,
    /// The position of the checkpoint that is on disk; only what it covers may be deleted by others.
    pub durable: Option<Position>,
    /// The last interval that was read, if it reads intervals.
    pub read_up_to: Option<u64>,
    notices: Vec<String>,
    /// What the last probe found out.
    description: Option<String>,
    /// Whether it was said that the receiver asks for fewer requests.
    reported_rate_limit: bool,
    /// The outage that lasts, and whether it was reported.
    outage: Option<(Outage, bool)>,
}

impl DeliveryState {
    /// The state of a delivery that goes on from a checkpoint.
    #[must_use]
    pub fn shared(mut checkpoint: Checkpoint) -> SharedDeliveryState {
        // What was spooled is sent, and counted, now.
        let stats = &mut checkpoint.stats;
        stats.sent = stats.sent.saturating_sub(stats.spooled);
        (stats.spooled, stats.complete) = (0, false);
        Rc::new(RefCell::new(Self { checkpoint, ..Self::default() }))
    }

    /// The counters.
    #[must_use]
    pub fn stats(&self) -> &DeliveryStats {
        &self.checkpoint.stats
    }

    /// The counters, to be changed.
    pub fn stats_mut(&mut self) -> &mut DeliveryStats {
        &mut self.checkpoint.stats
    }

    /// Notices since the last call, one sentence each.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// Adds a notice.
    pub fn notify(&mut self, notice: &str) {
        self.notices.push(format!("{}: {notice}", self.stats().name));
    }

    /// A probe succeeded. Reported when the description changed, and after an outage.
    pub(super) fn probed(&mut self, description: Option<String>) {
        let was_away = self.recovered();
        let Some(description) = description else { return };
        if was_away || self.description.as_ref() != Some(&description) {
            self.notify(&description);
        }
        self.description = Some(description);
    }

    /// Whether the last probe gave this description.
    pub(super) fn is_described_by(&self, description: Option<&String>) -> bool {
        self.description.as_ref() == description
    }

    /// An attempt failed that began at a time, on data of a time (both Unix milliseconds). What `lasts` until a person
    /// helps is reported at once.
    pub(super) fn failed(&mut self, reason: &str, at_ms: i64, began_ms: i64, lasts: bool) {
        let patience_ms = if lasts { 0 } else { HICCUP_MS };
        let now = now_ms();
        let stats = self.stats_mut();
        stats.retried += 1;
        stats.last_error = Some(reason.to_owned());
        stats.lag_seconds = (now - at_ms).max(0) as f64 / 1e3;
        let begin = || (Outage { from_ms: began_ms, to_ms: None, reason: reason.to_owned() }, false);
        let (outage, reported) = self.outage.get_or_insert_with(begin);
        if !*reported && now - outage.from_ms >= patience_ms {
            *reported = true;
            self.notify(&format!("unavailable ({reason}); metrics wait on disk and are sent again"));
        }
    }

    /// The receiver asks for fewer requests: no outage.
    pub(super) fn rate_limited(&mut self, reason: &str, at_ms: i64) {
        let stats = self.stats_mut();
        stats.retried += 1;
        stats.rate_limited += 1;
        stats.last_error = Some(reason.to_owned());
        stats.lag_seconds = (now_ms() - at_ms).max(0) as f64 / 1e3;
        if !std::mem::replace(&mut self.reported_rate_limit, true) {
            self.notify(&format!("asks for fewer requests ({reason}); samples wait and are sent more slowly"));
        }
    }

    /// What was delivered before is gone. Intervals are sent anew from the first one, and true is given; records are on
    /// disk no more, and count as lost.
    pub(super) fn emptied(&mut self, reason: &str) -> bool {
        let gone = self.stats().acknowledged;
        let name = self.stats().name.clone();
        if let Some(Position::Record(_)) = self.checkpoint.position {
            if gone > 0 {
                self.notify(&format!("{} ({reason}) and can't be sent again", lost_there(gone)));
            }
            let stats = self.stats_mut();
            stats.lost += std::mem::take(&mut stats.acknowledged);
            stats.last_error = Some(format!("delivered samples were lost by the receiver: {reason}"));
            return false;
        }
        if gone > 0 {
            self.notify(&format!("{} ({reason}); sending the run again", lost_there(gone)));
        }
        self.checkpoint.position = None;
        let DeliveryStats { retried, rate_limited, outages, .. } = std::mem::take(self.stats_mut());
        *self.stats_mut() = DeliveryStats { retried, rate_limited, outages, ..DeliveryStats::new(name) };
        true
    }

    /// A batch was accepted, or the receiver responded to a probe. Gives whether that ended an outage.
    pub(super) fn recovered(&mut self) -> bool {
        let Some((outage, reported)) = self.outage.take() else { return false };
        if reported {
            let now = now_ms();
            self.notify(&format!("available again after {:.1} s", (now - outage.from_ms) as f64 / 1e3));
            self.stats_mut().add_outage(Outage { to_ms: Some(now), ..outage });
        }
        reported
    }

    /// Samples were accepted with a warning. Reported when it is a new one.
    pub(super) fn warned(&mut self, warning: &str) {
        if self.stats().warning.as_deref() != Some(warning) {
            self.notify(&format!("accepted with a warning: {warning}"));
            self.stats_mut().warning = Some(warning.to_owned());
        }
    }

    /// Samples were rejected for good.
    pub(super) fn rejected(&mut self, samples: u64, reason: &str, dead_letter: Option<String>) {
        let kept = dead_letter.as_ref().map(|name| format!("; dead letter: outputs/{name}")).unwrap_or_default();
        if self.stats().rejected == 0 {
            self.notify(&format!("rejected {}: {reason}{kept}", show_several(samples, "sample")));
        }
        let stats = self.stats_mut();
        stats.rejected += samples;
        stats.last_error = Some(reason.to_owned());
        if stats.dead_letters.len() < MAX_LISTED {
            stats.dead_letters.extend(dead_letter);
        }
    }

    /// A part of the log can't be read; its samples are lost.
    pub(super) fn unreadable(&mut self, reason: &str) {
        self.notify(reason);
        let stats = self.stats_mut();
        stats.sent += 1;
        stats.lost += 1;
        stats.last_error = Some(reason.to_owned());
    }

    /// A dead letter of an earlier process was accepted.
    pub(super) fn accepted_dead_letter(&mut self, name: &str, samples: u64) {
        let stats = self.stats_mut();
        stats.rejected = stats.rejected.saturating_sub(samples);
        stats.acknowledged += samples;
        stats.dead_letters.retain(|known| known != name);
    }

    /// A push was delivered that ended at a time (Unix milliseconds); so many bytes of the log wait.
    pub(super) fn pushed(&mut self, unread_bytes: u64, end_ms: i64) {
        let behind = if unread_bytes == 0 { 0 } else { now_ms() - end_ms };
        let stats = self.stats_mut();
        stats.queue_bytes = unread_bytes;
        stats.lag_seconds = behind.max(0) as f64 / 1e3;
    }

    /// A batch is searched anew: rejections are as they were before it.
    pub(super) fn undo_rejections(&mut self, before: DeliveryStats) {
        let stats = self.stats_mut();
        (stats.rejected, stats.dead_letters) = (before.rejected, before.dead_letters);
    }

    /// A push is sent anew: its counters are as they were before it.
    pub(super) fn undo(&mut self, before: DeliveryStats) {
        let stats = self.stats_mut();
        (stats.sent, stats.acknowledged) = (before.sent, before.acknowledged);
        self.undo_rejections(before);
    }

    /// The time to deliver ran out before these samples.
    pub(super) fn undelivered(&mut self, samples: u64, on_disk: bool) {
        let stats = self.stats_mut();
        *(if on_disk { &mut stats.spooled } else { &mut stats.lost }) += samples;
        let never = || "no response before the time to deliver ran out".to_owned();
        stats.last_error.get_or_insert_with(never);
    }

    /// Nothing more is delivered.
    pub(super) fn close(&mut self, error: Option<String>) {
        if let Some((outage, _)) = self.outage.take() {
            self.stats_mut().add_outage(outage);
        }
        let stats = self.stats_mut();
        stats.complete = error.is_none() && stats.rejected == 0 && stats.spooled == 0 && stats.lost == 0;
        if stats.complete {
            // Failures on the way are among the outages.
            stats.last_error = None;
        } else if error.is_some() {
            stats.last_error = error;
        }
    }
}

fn lost_there(samples: u64) -> String {
    format!("{} {} lost by the receiver", show_several(samples, "delivered sample"), was(samples))
}
