//! Ignored signals.

use super::*;

#[test]
fn a_process_under_nohup_keeps_ignoring_hangups() {
    assert!(ignores_hangup("Name:\tx\nSigIgn:\t0000000000001001\nSigCgt:\t0\n"));
    for status in ["SigIgn:\t0000000000001000\n", "SigIgn:\t\n", "", "SigBlk:\t1\n"] {
        assert!(!ignores_hangup(status), "{status}");
    }
}
