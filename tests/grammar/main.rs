//! The table of the grammar: its readers use it, the schema takes what they take, and each step shows an example that is one.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

mod committed;
mod documents;
mod migration;
mod probes;

use std::{collections::BTreeSet, fs, path::Path};

use loadagent::testing::profile::{
    self, Overrides,
    flow::StepDefinition,
    grammar::{EXECUTORS, Key, SECTIONS, STEPS, Section},
};

/// A key that is like no other.
const STRANGE: &str = "zzzzzzzzzzzz";

/// The keys that a reader names when it finds a strange one in a text.
fn known_to_reader(text: &str) -> BTreeSet<String> {
    let found = profile::load("p.yaml", text, &Overrides::default()).unwrap_err();
    let strange = found.list.iter().find(|error| error.message.contains(STRANGE)).unwrap_or_else(|| panic!("{text}"));
    let hint = strange.hint.as_deref().unwrap();
    let keys = hint.strip_prefix("known keys: ");
    assert!(keys.is_some() || hint.contains("has no other keys"), "{text}\n{found}");
    keys.into_iter().flat_map(|list| list.split(", ")).map(str::to_owned).collect()
}

fn names(keys: impl Iterator<Item = &'static Key>) -> BTreeSet<String> {
    keys.map(|key| key.name.to_owned()).collect()
}

#[test]
fn readers_use_the_section_of_the_table() {
    for section in SECTIONS.iter().filter(|section| !["load", "wait", "scenario"].contains(&section.name)) {
        let (_, probe) = probes::SECTIONS.iter().find(|(name, _)| *name == section.name).unwrap();
        assert_eq!(known_to_reader(probe), names(section.all_keys()), "{}", section.name);
    }
}

#[test]
fn scenarios_have_the_keys_of_their_load() {
    let section = |name| SECTIONS.iter().find(|section| section.name == name).unwrap();
    let own = names(section("scenario").all_keys()).into_iter().chain(["executor".to_owned()]).collect::<BTreeSet<_>>();
    let with = |keys: BTreeSet<String>| own.union(&keys).cloned().collect::<BTreeSet<_>>();
    assert_eq!(known_to_reader(&probes::scenario("vus: 1")), with(names(section("load").own_keys())));
    for executor in &EXECUTORS {
        let options = &executor.options;
        let known = known_to_reader(&probes::scenario(&format!("executor: {}", options.name)));
        assert_eq!(known, with(names(options.own_keys())), "{}", options.name);
    }
}

/// A key of the table that no reader takes would be documented and refused.
#[test]
fn every_key_of_the_table_has_a_reader() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut source = String::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                source += &fs::read_to_string(&path).unwrap();
            }
        }
    }
    let sections = SECTIONS.iter().copied().chain(EXECUTORS.iter().map(|executor| &executor.options));
    let steps = STEPS.iter().copied().flatten();
    for key in sections.flat_map(Section::own_keys).chain(steps.flat_map(StepDefinition::keys)) {
        let literal = format!("\"{}\"", key.name);
        assert!(source.matches(&literal).count() > 1, "no reader takes {literal}");
    }
}

#[test]
fn every_profile_of_the_repository_fits_the_schema() {
    let validator = documents::validator();
    let profiles = documents::profiles();
    assert!(!profiles.is_empty());
    for (name, text) in profiles {
        let errors = documents::errors(&validator, &text);
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

/// What the readers refuse for its keys, the schema refuses, too.
#[test]
fn strange_keys_do_not_fit_the_schema() {
    let validator = documents::validator();
    let steps = probes::steps().into_iter().map(|step| step.with(STRANGE));
    for text in steps.chain(probes::SECTIONS.iter().map(|(_, text)| (*text).to_owned())) {
        assert!(!documents::errors(&validator, &text).is_empty(), "{text}");
        assert!(profile::load("p.yaml", &text, &Overrides::default()).is_err(), "{text}");
    }
}

#[test]
fn the_example_of_a_step_is_one() {
    let validator = documents::validator();
    for step in probes::steps() {
        let text = step.text();
        let errors = documents::errors(&validator, &text);
        assert!(errors.is_empty(), "{text}{errors:?}");
        let read = profile::load("p.yaml", &text, &Overrides::default());
        assert!(read.is_ok(), "{text}\n{}", read.unwrap_err());
    }
}
