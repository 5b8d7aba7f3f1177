//! Precedence among exit codes.

use super::*;

#[test]
fn the_first_wins() {
    assert_eq!(Exit::first_of(&[Exit::ThresholdFailed, Exit::Invalid]), Exit::Invalid);
    assert_eq!(Exit::first_of(&[Exit::TelemetryIncomplete, Exit::ThresholdFailed]), Exit::ThresholdFailed);
    assert_eq!(Exit::first_of(&[]), Exit::Passed);
}

#[test]
fn a_code_reads_back() {
    for (exit, _) in Exit::TABLE {
        assert_eq!(Exit::try_from(exit.code()).unwrap(), exit);
    }
    assert_eq!(Exit::try_from(3).unwrap_err().to_string(), "unknown exit code 3");
}
