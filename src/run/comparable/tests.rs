//! Tests of what speaks against a comparison.

use std::time::Duration;

use super::Obstacles;
use crate::{
    report::Summary,
    run::{
        folder::log_path,
        logged_run::LoggedRun,
        made_run::{MadeRun, MadeSecond},
    },
};

fn summary() -> Summary {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    MadeRun::constant("r", 10, 5.0).write(folder.path(), |_| MadeSecond::calm(5, 0.1));
    let run = LoggedRun::read(&log_path(folder.path()), |_, _| Ok(())).unwrap_or_else(|error| panic!("{error:?}"));
    run.summary(folder.path().to_owned()).unwrap_or_else(|| panic!("no header"))
}

#[test]
fn each_obstacle_is_reported_once() {
    let clean = Obstacles::between(&summary(), &summary());
    assert!(clean.refusals.is_empty() && clean.warnings.is_empty(), "{clean:?}");
    let cases: [(&str, fn(&mut Summary)); 4] = [
        ("last 10s and 5s", |run| run.elapsed = Duration::from_secs(5)),
        ("different profiles", |run| run.header.profile = "other".into()),
        ("different versions", |run| run.header.version = "9.9.9".into()),
        ("has no end", |run| run.has_ended = false),
    ];
    for (text, change) in cases {
        let mut new = summary();
        change(&mut new);
        let mut obstacles = Obstacles::between(&summary(), &new);
        obstacles.add(Obstacles::between(&summary(), &new));
        assert!(obstacles.refusals.is_empty(), "{obstacles:?}");
        assert!(obstacles.warnings.len() == 1 && obstacles.warnings[0].contains(text), "{text}: {obstacles:?}");
    }
}

#[test]
fn a_scenario_on_one_side_is_refused() {
    let mut new = summary();
    new.header.scenarios[0].name = "t".into();
    let obstacles = Obstacles::between(&summary(), &new);
    assert_eq!(obstacles.refusals.len(), 2, "{obstacles:?}");
}
