//! The ledger: a sink's account and what is to be told about it, shared with the telling side.

use std::{cell::RefCell, rc::Rc};

use super::{feed::Position, now_ms};
use crate::output::{Account, account::Outage};

/// Attempts that fail for a shorter time are a hiccup, and not told.
const HICCUP_MS: i64 = 1_000;

/// More refused batches are kept, but not named in the account.
const MAX_NAMED: usize = 20;

/// A ledger in the hands of delivery and of the coordinator, which live on one thread.
pub type SharedDeliveryStats = Rc<RefCell<DeliveryStats>>;

/// Account and notices.
#[derive(Debug, Default)]
pub struct DeliveryStats {
    /// The account.
    pub account: Account,
    /// Up to where was delivered.
    pub position: Option<Position>,
    /// The last interval that was read, if it reads intervals.
    pub read_up_to: Option<u64>,
    notices: Vec<String>,
    introduction: Option<String>,
    /// What the receiver said last about what it took.
    remark: Option<String>,
    /// The outage that lasts, and whether it was told.
    outage: Option<(Outage, bool)>,
}

impl DeliveryStats {
    /// A ledger that goes on from an account.
    #[must_use]
    pub fn shared(account: Account) -> SharedDeliveryStats {
        // What was spooled is sent, and counted, now.
        let sent = account.sent.saturating_sub(account.spooled);
        let account = Account { sent, spooled: 0, complete: false, ..account };
        Rc::new(RefCell::new(Self { account, ..Self::default() }))
    }

    /// What is to be told since the last call, one sentence each.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// Notes what is to be told.
    pub fn tell(&mut self, what: &str) {
        self.notices.push(format!("{}: {what}", self.account.name));
    }

    /// The receiver was met. Told when it is new, when it changed, and when it was away.
    pub(super) fn met(&mut self, introduction: Option<String>) {
        let was_away = self.recovered();
        let Some(introduction) = introduction else { return };
        if was_away || self.introduction.as_ref() != Some(&introduction) {
            self.tell(&introduction);
        }
        self.introduction = Some(introduction);
    }

    /// Whether this is what the receiver said of itself last time.
    pub(super) fn knows(&self, introduction: Option<&String>) -> bool {
        self.introduction.as_ref() == introduction
    }

    /// What the receiver said of itself.
    pub(super) fn introduction(&self) -> Option<String> {
        self.introduction.clone()
    }

    /// An attempt failed that began at a time, on data of a time (both Unix milliseconds).
    pub(super) fn failed(&mut self, why: &str, at_ms: i64, began_ms: i64) {
        let now = now_ms();
        self.account.retried += 1;
        self.account.last_error = Some(why.to_owned());
        self.account.lag_seconds = (now - at_ms).max(0) as f64 / 1e3;
        let begin = || (Outage { from_ms: began_ms, to_ms: None, reason: why.to_owned() }, false);
        let (outage, told) = self.outage.get_or_insert_with(begin);
        if !*told && now - outage.from_ms >= HICCUP_MS {
            *told = true;
            self.tell(&format!("takes nothing ({why}); what it misses is kept and sent later"));
        }
    }

    /// Something was taken, or the receiver answered. Gives whether that ended an outage.
    pub(super) fn recovered(&mut self) -> bool {
        let Some((outage, told)) = self.outage.take() else { return false };
        if told {
            let now = now_ms();
            self.tell(&format!("is back after {:.1} s", (now - outage.from_ms) as f64 / 1e3));
            self.account.add_outage(Outage { to_ms: Some(now), ..outage });
        }
        told
    }

    /// Samples were taken with a remark. Told when it is a new one.
    pub(super) fn remarked(&mut self, remark: &str) {
        if self.remark.as_deref() != Some(remark) {
            self.tell(&format!("took everything and says: {remark}"));
            self.remark = Some(remark.to_owned());
        }
    }

    /// Samples were refused for good.
    pub(super) fn refused(&mut self, samples: u64, why: &str, set_aside: Option<String>) {
        let kept = set_aside.as_ref().map(|name| format!(", set aside as outputs/{name}")).unwrap_or_default();
        if self.account.rejected == 0 {
            self.tell(&format!("refused {samples} samples: {why}{kept}"));
        }
        self.account.rejected += samples;
        self.account.last_error = Some(why.to_owned());
        if self.account.set_aside.len() < MAX_NAMED {
            self.account.set_aside.extend(set_aside);
        }
    }

    /// Something in the log could not be read; what it held is lost.
    pub(super) fn unreadable(&mut self, why: &str) {
        self.tell(why);
        self.account.sent += 1;
        self.account.lost += 1;
        self.account.last_error = Some(why.to_owned());
    }

    /// What an earlier process set aside was taken.
    pub(super) fn taken_after_all(&mut self, name: &str, samples: u64) {
        self.account.rejected = self.account.rejected.saturating_sub(samples);
        self.account.acknowledged += samples;
        self.account.set_aside.retain(|known| known != name);
    }

    /// A push is through that ended at a time (Unix milliseconds); so many bytes of the log wait.
    pub(super) fn pushed(&mut self, unread_bytes: u64, end_ms: i64) {
        self.account.queue_bytes = unread_bytes;
        let behind = if unread_bytes == 0 { 0 } else { now_ms() - end_ms };
        self.account.lag_seconds = behind.max(0) as f64 / 1e3;
    }

    /// Refusals within a batch that is searched anew are as they were before it.
    pub(super) fn undo_refusals(&mut self, before: Account) {
        self.account.rejected = before.rejected;
        self.account.set_aside = before.set_aside;
    }

    /// Counts of a push that is sent anew are as they were before it.
    pub(super) fn undo(&mut self, before: Account) {
        let account = &mut self.account;
        (account.sent, account.acknowledged, account.rejected) = (before.sent, before.acknowledged, before.rejected);
        account.set_aside = before.set_aside;
    }

    /// The time to deliver ran out before these.
    pub(super) fn undelivered(&mut self, samples: u64, on_disk: bool) {
        if on_disk {
            self.account.spooled += samples;
        } else {
            self.account.lost += samples;
        }
        let never = || "no answer before the time to deliver ran out".to_owned();
        self.account.last_error.get_or_insert_with(never);
    }

    /// Nothing more is delivered.
    pub(super) fn close(&mut self, fault: Option<String>) {
        if let Some((outage, _)) = self.outage.take() {
            self.account.add_outage(outage);
        }
        let account = &mut self.account;
        account.complete = fault.is_none() && account.rejected == 0 && account.spooled == 0 && account.lost == 0;
        if account.complete {
            // What went wrong on the way is among the outages.
            account.last_error = None;
        } else if fault.is_some() {
            account.last_error = fault;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiccups_are_not_told_and_outages_are_told_once() {
        let mut ledger = DeliveryStats::default();
        ledger.met(Some("remote write 2.0".to_owned()));
        assert_eq!(ledger.take_notices().len(), 1);
        ledger.failed("refused", 0, now_ms());
        assert!(!ledger.recovered());
        assert!(ledger.take_notices().is_empty());
        ledger.failed("refused", 0, now_ms());
        if let Some((outage, _)) = &mut ledger.outage {
            outage.from_ms -= 20_000;
        }
        ledger.failed("refused", 0, now_ms());
        ledger.failed("refused", 0, now_ms());
        assert_eq!(ledger.take_notices().len(), 1);
        ledger.met(Some("remote write 2.0".to_owned()));
        let told = ledger.take_notices();
        assert!(told[0].contains("back after 20.") && told[1].contains("remote write"), "{told:?}");
        assert_eq!(ledger.account.outages.len(), 1);
        assert_eq!(ledger.account.retried, 4);
    }

    #[test]
    fn an_account_is_complete_only_when_nothing_is_missing() {
        let mut ledger = DeliveryStats::default();
        ledger.close(None);
        assert!(ledger.account.complete);
        ledger.close(Some("interval log".to_owned()));
        assert!(!ledger.account.complete);
        ledger.refused(3, "400", Some("1-prometheus-refused-0001.body".to_owned()));
        ledger.close(None);
        assert!(!ledger.account.complete);
        ledger.taken_after_all("1-prometheus-refused-0001.body", 3);
        ledger.close(None);
        assert!(ledger.account.complete && ledger.account.set_aside.is_empty());
    }
}
