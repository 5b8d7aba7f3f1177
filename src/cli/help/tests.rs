//! Every option of a run is in a group, `-h` fits a screen, `--help` names the environment.

use std::collections::BTreeSet;

use super::*;

fn command(name: &str) -> Command {
    let mut program = crate::cli::parse::command();
    program.build();
    if name == PROGRAM { program } else { program.find_subcommand(name).unwrap().clone() }
}

#[test]
fn every_option_of_a_run_is_in_a_group() {
    for name in [PROGRAM, "run", "check"] {
        let command = command(name);
        let options = command.get_arguments().filter(|arg| !arg.is_positional());
        for arg in options.filter(|arg| !["help", "version", "json"].contains(&arg.get_id().as_str())) {
            assert!(arg.get_help_heading().is_some(), "{name}: {} is in no group", arg.get_id());
        }
    }
}

#[test]
fn groups_name_each_option_once_and_no_other() {
    let command = command("run");
    let known: BTreeSet<&str> = command.get_arguments().map(|arg| arg.get_id().as_str()).collect();
    let mut seen = BTreeSet::new();
    for id in GROUPS.iter().flat_map(|(_, ids)| names(ids)) {
        assert!(known.contains(id), "there is no option {id}");
        assert!(seen.insert(id), "{id} is in two groups");
    }
    assert!(names(COMMON).chain(names(WITHOUT_EFFECT_ON_CHECK)).all(|id| seen.contains(id)));
}

#[test]
fn short_help_fits_a_screen_and_is_shorter_than_the_long_one() {
    for name in [PROGRAM, "run", "check"] {
        let mut command = command(name).term_width(80);
        let (short, long) = (command.render_help().to_string(), command.render_long_help().to_string());
        assert!(short.lines().count() <= 40, "{name}: {short}");
        assert!(short.lines().all(|line| line.chars().count() <= 80), "{name}: {short}");
        assert!(!short.contains("[env") && long.contains("[env: LOADAGENT_OUT]"), "{name}: {long}");
        assert!(!long.contains("Virtual users [default: 1]\n"), "the short text stands before the long one: {long}");
    }
}

#[test]
fn help_of_check_lists_only_what_changes_the_plan() {
    let (mut run, mut check) = (command("run"), command("check"));
    let (run, check) = (run.render_long_help().to_string(), check.render_long_help().to_string());
    for id in names(WITHOUT_EFFECT_ON_CHECK) {
        let option = format!("--{}", id.replace('_', "-"));
        let is_listed = |help: &str| help.lines().any(|line| line.split([' ', '[', '=']).any(|word| word == option));
        assert!(is_listed(&run) && !is_listed(&check), "{option}");
    }
    assert!(check.contains("--rate") && check.contains("all options of run"), "{check}");
}
