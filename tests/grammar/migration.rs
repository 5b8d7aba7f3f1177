//! What `docs/migration.md` names as ours is there: keys, executors, flags, expressions.

use std::{collections::BTreeSet, fs, path::Path};

use clap::{Command, CommandFactory};
use loadagent::testing::{
    cli::Cli,
    language::{EmptyScope, Expr},
    profile::{
        flow::StepDefinition,
        grammar::{EXECUTORS, SECTIONS, STEPS},
        reader::same_key,
    },
};

fn flags(command: &Command, found: &mut BTreeSet<String>) {
    for argument in command.get_arguments() {
        found.extend(argument.get_long_and_visible_aliases().into_iter().flatten().map(|long| format!("--{long}")));
        found.extend(argument.get_short().map(|short| format!("-{short}")));
    }
    command.get_subcommands().for_each(|command| flags(command, found));
}

/// What stands in backticks in the middle column of the document's tables.
fn ours(document: &str) -> Vec<&str> {
    let rows = document.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| k6 |"));
    let middle = rows.filter_map(|line| line.split(" | ").nth(1));
    middle.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn what_is_ours_is_there() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/migration.md");
    let document = fs::read_to_string(path).unwrap();
    let mut known_flags = BTreeSet::new();
    flags(&Cli::command(), &mut known_flags);
    let sections = SECTIONS.iter().flat_map(|section| section.all_keys());
    let options = EXECUTORS.iter().flat_map(|executor| executor.options.own_keys());
    let kinds = || STEPS.iter().copied().flatten();
    let words = kinds().flat_map(|kind| kind.words).copied().chain(["executor"]);
    let keys = sections.chain(options).chain(kinds().flat_map(StepDefinition::keys));
    let keys: BTreeSet<&str> = keys.map(|key| key.name).chain(words).collect();
    let named = ours(&document);
    assert!(named.len() > 100, "only {} names", named.len());
    for name in named {
        if name.starts_with('-') {
            assert!(known_flags.contains(name), "there is no flag `{name}`");
        } else if let Some(expression) = name.strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
            assert!(Expr::compile(expression, &EmptyScope).is_ok(), "`{expression}` is no expression");
        } else if let Some((key, value)) = name.split_once(':') {
            assert!(keys.iter().any(|known| same_key(known, key)), "there is no key `{key}`");
            if key == "executor" {
                assert!(EXECUTORS.iter().any(|executor| executor.options.name == value.trim()), "no executor {value}");
            }
        } else {
            assert_eq!(name, "LOADAGENT_…", "neither a flag nor a key");
        }
    }
}

#[test]
fn all_executors_are_named() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/migration.md");
    let document = fs::read_to_string(path).unwrap();
    for executor in &EXECUTORS {
        assert!(document.contains(&format!("`executor: {}`", executor.options.name)), "{}", executor.options.name);
    }
}
