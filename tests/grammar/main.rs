//! The table of the grammar beside the readers: each is asked which keys it knows; the schema takes what they take.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

mod committed;
mod migration;
mod probes;
mod validator;

use std::{collections::BTreeSet, fs, path::Path};

use loadagent::profile::{
    self, Given,
    grammar::{EXECUTORS, Key, SECTIONS, STEPS, schema::schema},
    reader::same_key,
};

/// A key that is like no other.
const STRANGE: &str = "zzzzzzzzzzzz";

/// The keys that readers name when they find a strange one in a text.
fn known_to_readers(text: &str) -> BTreeSet<String> {
    let faults = profile::load("p.yaml", text, &Given::default()).unwrap_err();
    let strange = faults.list.iter().filter(|fault| fault.message.contains(STRANGE));
    let hints = strange.filter_map(|fault| fault.hint.as_deref()?.strip_prefix("known here: "));
    let mut found = hints.peekable();
    assert!(found.peek().is_some() || faults.to_string().contains("has no other keys"), "not asked:\n{text}\n{faults}");
    found.flat_map(|list| list.split(", ")).map(str::to_owned).collect()
}

fn names<'k>(keys: impl Iterator<Item = &'k Key>) -> BTreeSet<String> {
    keys.map(|key| key.name.to_owned()).collect()
}

#[test]
fn sections_have_the_keys_that_readers_take() {
    for section in SECTIONS.iter().filter(|section| !["load", "wait", "scenario"].contains(&section.name)) {
        let probes: Vec<&str> =
            probes::SECTIONS.iter().filter(|(name, _)| *name == section.name).map(|(_, text)| *text).collect();
        assert!(!probes.is_empty(), "no probe for {}", section.name);
        let known: BTreeSet<String> = probes.iter().flat_map(|text| known_to_readers(text)).collect();
        assert_eq!(known, names(section.all_keys()), "{}", section.name);
    }
}

#[test]
fn executors_have_the_keys_that_readers_take() {
    let scenario = SECTIONS.iter().find(|section| section.name == "scenario").unwrap();
    let brief = SECTIONS.iter().find(|section| section.name == "load").unwrap();
    let base = |keys: &'static [Key]| {
        names(scenario.all_keys().chain(keys)).into_iter().chain(["executor".to_owned()]).collect::<BTreeSet<_>>()
    };
    assert_eq!(known_to_readers(&probes::scenario("vus: 1")), base(brief.keys));
    for executor in EXECUTORS {
        let known = known_to_readers(&probes::scenario(&format!("executor: {}", executor.name)));
        assert_eq!(known, base(executor.keys), "{}", executor.name);
    }
    let unknown = profile::load("p.yaml", &probes::scenario("executor: none"), &Given::default()).unwrap_err();
    let listed: Vec<&str> = EXECUTORS.iter().map(|executor| executor.name).collect();
    assert!(unknown.to_string().contains(&format!("known: {}", listed.join(", "))), "{unknown}");
}

#[test]
fn steps_have_the_keys_that_readers_take() {
    for form in STEPS {
        for word in form.words {
            let known = known_to_readers(&probes::step(word));
            assert_eq!(known, names(form.keys()), "{word}");
        }
    }
    let faults = profile::load("p.yaml", "flow: [{zzzzzzzzzzzz: 1}]", &Given::default()).unwrap_err().to_string();
    let listed = faults.lines().find_map(|line| line.trim().strip_prefix("hint: known: ")).unwrap();
    let listed: BTreeSet<&str> = listed.split(", ").collect();
    assert_eq!(listed, STEPS.iter().flat_map(|form| form.words).copied().collect());
}

/// Every literal that a reader takes stands somewhere in the table.
#[test]
fn no_reader_takes_what_the_table_does_not_name() {
    let sections = SECTIONS.iter().flat_map(|section| section.all_keys());
    let all = sections
        .chain(EXECUTORS.iter().flat_map(|executor| executor.keys))
        .chain(STEPS.iter().flat_map(loadagent::profile::grammar::StepForm::keys));
    let known: BTreeSet<String> = names(all).into_iter().chain(["executor".to_owned()]).collect();
    let taken =
        regex::Regex::new(r#"(?:\.take\(|\.need\(\w+(?:\.\w+)?, |\bblock\(&mut \w+(?:\.\w+)?, )"(\w+)""#).unwrap();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/profile")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for found in taken.captures_iter(&fs::read_to_string(&path).unwrap()) {
                count += 1;
                assert!(known.contains(&found[1]), "{} takes `{}`", path.display(), &found[1]);
            }
        }
    }
    assert!(count > 100, "only {count} keys are taken");
}

#[test]
fn every_profile_of_the_repository_fits_the_schema() {
    let schema = schema();
    let mut count = 0;
    for (name, text) in validator::profiles() {
        count += 1;
        let faults = validator::faults(&schema, &validator::json(&text));
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
    assert!(count > 0);
}

/// What the readers refuse for its keys, the schema refuses, too.
#[test]
fn strange_keys_do_not_fit_the_schema() {
    let schema = schema();
    let steps = STEPS.iter().flat_map(|form| form.words).map(|word| probes::step(word));
    for text in steps.chain(probes::SECTIONS.iter().map(|(_, text)| (*text).to_owned())) {
        let value = validator::json(&text);
        assert!(!validator::faults(&schema, &value).is_empty(), "{text}");
    }
    assert!(same_key("zzzz_zzzz-zzzz", STRANGE));
}

/// Profiles that steps and sections are probed with fit it without their strange keys: it refuses nothing else.
#[test]
fn steps_fit_the_schema() {
    let schema = schema();
    for word in STEPS.iter().flat_map(|form| form.words) {
        let text = probes::step(word).replace(&format!("\n    {STRANGE}: 1"), "");
        let faults = validator::faults(&schema, &validator::json(&text));
        assert!(faults.is_empty(), "{text}{faults:?}");
    }
}
