//! What is taken over from the log of a run.

use super::*;
use crate::run::made_run::{MadeRun, MadeSecond};

const STARTED_MS: i64 = 1_763_700_000_000;

fn made() -> MadeRun {
    MadeRun::constant("one", 60, 10.0)
}

fn second(number: u32) -> MadeSecond {
    MadeSecond::calm(10, 0.01 + f64::from(number) * 1e-5)
}

/// The first seconds of a run, without an end.
fn killed(folder: &Path, seconds: usize) {
    let mut log = LogWriter::create(&folder::log_path(folder), &made().header()).unwrap();
    for interval in &made().intervals(second)[..seconds] {
        log.interval(interval).unwrap();
    }
}

#[test]
fn a_killed_run_is_taken_over_with_its_counts() {
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path(), 20);
    let earlier = Earlier::open(folder.path()).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!((earlier.run.intervals, earlier.run.next_sequence), (20, 20));
    assert!((earlier.run.totals().counter("http_reqs") - 200.0).abs() < 1e-9);
    let resumed = earlier.resumed(Duration::from_secs(25));
    assert_eq!((resumed.since, resumed.interruptions, resumed.done), (Duration::from_secs(25), 1, vec![200]));
    // As far as load was planned.
    let at = |seconds: i64| STARTED_MS + seconds * 1_000;
    assert_eq!(earlier.gap(at(25)), Gap { from_ms: at(20), to_ms: at(25) });
    assert_eq!(earlier.gap(at(90)), Gap { from_ms: at(20), to_ms: at(60) });
    assert!(Earlier::open(folder.path()).is_err(), "it is in use");
}

#[test]
fn a_run_that_has_ended_is_not_unfinished_and_one_that_was_stopped_is() {
    let folder = tempfile::tempdir().unwrap();
    made().write(folder.path(), second);
    let read =
        || LoggedRun::read(&folder::log_path(folder.path()), |_, _| Ok(())).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(!is_unfinished(&read()));
    let mut stopped = read();
    let end = stopped.end.as_mut().unwrap();
    (end.outcome.exit, end.elapsed) = (Exit::Stopped, Duration::from_secs(20));
    assert!(is_unfinished(&stopped));
    // By a second signal while the last users finished.
    stopped.end.as_mut().unwrap().elapsed = Duration::from_secs(60);
    assert!(!is_unfinished(&stopped));
}

#[test]
fn flags_of_another_run_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path(), 2);
    let earlier = Earlier::open(folder.path()).unwrap_or_else(|error| panic!("{error:?}"));
    let args = earlier.arguments(&RunArgs::default()).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!((args.run_id.as_deref(), args.run_dir.as_deref()), (Some("one"), Some(folder.path())));
    for other in [
        RunArgs { run_id: Some("two".to_owned()), ..RunArgs::default() },
        RunArgs { seed: Some(earlier.header.seed + 1), ..RunArgs::default() },
    ] {
        assert!(earlier.arguments(&other).unwrap_err().message.contains("asks for another"));
    }
}

#[test]
fn a_log_without_a_header_is_begun_anew_only_where_its_run_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder::log_path(folder.path()), b"LALOG").unwrap();
    let args = RunArgs { resume: Some(folder.path().to_owned()), ..RunArgs::default() };
    let folder_of_run = wanted(&args).unwrap_or_else(|error| panic!("{error:?}")).unwrap();
    assert!(Earlier::open(&folder_of_run).err().unwrap().message.contains("the log ends before its header"));
    let args =
        RunArgs { run_dir: Some(folder.path().to_owned()), run_id: Some("one".to_owned()), ..RunArgs::default() };
    assert!(wanted(&args).unwrap_or_else(|error| panic!("{error:?}")).is_none());
    assert!(!folder::log_path(folder.path()).exists());
}
