//! Tests of the command, over logs of made runs.

use std::path::{Path, PathBuf};

use super::compare;
use crate::{
    cli::CompareArgs,
    exit::Exit,
    run::made_run::{MadeRun, MadeSecond},
};

fn args(base: &[PathBuf], new: &[PathBuf]) -> CompareArgs {
    CompareArgs {
        base: base.to_vec(),
        new: new.to_vec(),
        margin: 0.05,
        share_margin: 0.01,
        json: false,
        markdown: false,
        junit: None,
        history: None,
        force: false,
    }
}

/// Writes a run of five minutes at 50/s and gives its folder.
fn run(folder: &Path, id: &str, seed: u64, second: impl FnMut(u32) -> MadeSecond) -> PathBuf {
    let path = folder.join(id);
    MadeRun { seed, ..MadeRun::constant(id, 300, 50.0) }.write(&path, second);
    path
}

fn calm(latency: f64) -> impl FnMut(u32) -> MadeSecond {
    move |_| MadeSecond::calm(50, latency)
}

fn code(args: &CompareArgs) -> Exit {
    compare(args).unwrap_or_else(|error| error.exit)
}

#[test]
fn only_a_regression_has_an_exit_code() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let base = run(folder.path(), "base", 1, calm(0.1));
    for (id, latency, exit) in
        [("same", 0.1, Exit::Passed), ("faster", 0.08, Exit::Passed), ("slower", 0.12, Exit::ThresholdFailed)]
    {
        let new = run(folder.path(), id, 2, calm(latency));
        for (json, markdown) in [(false, false), (true, false), (false, true)] {
            let args = CompareArgs { json, markdown, ..args(std::slice::from_ref(&base), std::slice::from_ref(&new)) };
            assert_eq!(code(&args), exit, "{id}");
        }
        let generous = CompareArgs { margin: 0.5, ..args(std::slice::from_ref(&base), &[new]) };
        assert_eq!(code(&generous), Exit::Passed, "{id}");
    }
}

#[test]
fn failures_count_in_percentage_points() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let base = run(folder.path(), "base", 1, calm(0.1));
    let failing = run(folder.path(), "failing", 2, |_| MadeSecond { failed: 1, ..MadeSecond::calm(50, 0.1) });
    assert_eq!(code(&args(std::slice::from_ref(&base), std::slice::from_ref(&failing))), Exit::ThresholdFailed);
    let generous = CompareArgs { share_margin: 0.03, ..args(&[base], &[failing]) };
    assert_eq!(code(&generous), Exit::Passed);
}

#[test]
fn runs_of_other_loads_are_refused() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let base = run(folder.path(), "base", 1, calm(0.1));
    let new = folder.path().join("twice");
    MadeRun::constant("twice", 300, 100.0).write(&new, |_| MadeSecond::calm(100, 0.12));
    let other = args(&[base], &[new]);
    let error = compare(&other).err().unwrap_or_else(|| panic!("compared"));
    assert!(error.exit == Exit::BadProfile && error.message.contains("another load"), "{error:?}");
    assert_eq!(code(&CompareArgs { force: true, ..other }), Exit::ThresholdFailed);
}

#[test]
fn a_verdict_of_an_invalid_run_is_never_sure() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let base = run(folder.path(), "base", 1, calm(0.1));
    let new = run(folder.path(), "dropping", 2, |_| MadeSecond { dropped: 5, ..MadeSecond::calm(50, 0.2) });
    let invalid = args(&[base], &[new]);
    let error = compare(&invalid).err().unwrap_or_else(|| panic!("compared"));
    assert!(error.exit == Exit::Invalid && error.message.contains("dropped"), "{error:?}");
    assert_eq!(code(&CompareArgs { force: true, ..invalid }), Exit::Passed);
}

#[test]
fn several_runs_are_blocks() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let side = |name: &str, latency: f64| -> Vec<PathBuf> {
        (0..3).map(|number| run(folder.path(), &format!("{name}{number}"), number, calm(latency))).collect()
    };
    let (base, new) = (side("base", 0.1), side("new", 0.12));
    assert_eq!(code(&args(&base, &new)), Exit::ThresholdFailed);
    assert_eq!(code(&args(&new, &base)), Exit::Passed);
    assert_eq!(code(&args(&base[..2], &new[..2])), Exit::Usage);
}

#[test]
fn what_is_no_run_is_reported() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let missing = [folder.path().join("missing")];
    assert_eq!(code(&args(&missing, &missing)), Exit::BadProfile);
}

#[test]
fn a_run_counts_once_among_several() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let [one, other] = ["one", "other"].map(|id| run(folder.path(), id, 1, calm(0.1)));
    let repeated = [one.clone(), one.clone(), one];
    assert_eq!(code(&args(&repeated, &[other.clone(), other.clone(), other])), Exit::Usage);
}
