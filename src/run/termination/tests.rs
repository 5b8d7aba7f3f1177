//! What Kubernetes shows of a run.

use super::*;
use crate::{exit::Exit, report::tests::summary};

#[test]
fn the_verdict_comes_first_and_its_reasons_follow() {
    let text = of_run(&summary());
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("STOPPED, INVALID, TELEMETRY INCOMPLETE, exit code 105, run 20251121-040000-gold, 2s of 10s")
    );
    assert!(lines.any(|line| line.starts_with("threshold ")), "{text}");
}

#[test]
fn an_error_is_written_and_too_much_is_cut_between_characters() {
    let folder = tempfile::tempdir().unwrap();
    let (file, message) = (folder.path().join("message"), "ä".repeat(3_000));
    let error = CommandError { exit: Exit::BadProfile, message };
    write(&file, Err(&error)).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("exit code 104: ää") && text.len() <= MAX_BYTES && text.len() > MAX_BYTES - 2);
    assert!(write(&folder.path().join("no/folder"), Err(&error)).is_err());
}
