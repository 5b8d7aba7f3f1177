//! Broken profiles with their exact messages: `tests/golden/broken/cases/*.cases`, each case a title, a profile and its
//! messages. `UPDATE_GOLDEN=1 cargo test --test broken` writes the messages; read them as their user would.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

use std::{collections::BTreeSet, fs, path::PathBuf};

use loadagent::testing::profile::{self, Diagnostics, Overrides};

struct Case<'t> {
    title: &'t str,
    profile: &'t str,
    message: &'t str,
}

const TITLE: &str = "=== ";
const MESSAGE: &str = "\n→\n";

fn files() -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/broken/cases");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let parts = text.strip_prefix(TITLE).unwrap().split("\n=== ");
    let case = |part| {
        let (title, rest) = str::split_once(part, '\n').unwrap();
        let (profile, message) = rest.split_once(MESSAGE).unwrap_or((rest, ""));
        Case { title, profile, message }
    };
    parts.map(case).collect()
}

fn errors(profile: &str) -> Diagnostics {
    match profile::load("p.yaml", profile, &Overrides::default()) {
        Err(errors) => errors,
        // A profile without errors is not a case; the test below says so.
        Ok(()) => Diagnostics::new("p.yaml", profile, Vec::new()),
    }
}

#[test]
fn every_case_has_its_message() {
    for (path, text) in files() {
        let written: Vec<String> = cases(&text)
            .iter()
            .map(|case| {
                format!("{TITLE}{}\n{}{MESSAGE}{}\n", case.title, case.profile.trim_end(), errors(case.profile))
            })
            .collect();
        let written = written.join("\n");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &written).unwrap();
        } else {
            assert_eq!(
                text,
                written,
                "{} is behind; `UPDATE_GOLDEN=1 cargo test --test broken` writes it",
                path.display()
            );
        }
    }
}

#[test]
fn a_case_is_one_error_and_no_other_cases() {
    let (mut titles, mut messages) = (BTreeSet::new(), BTreeSet::new());
    for (path, text) in files() {
        let many = path.file_stem().is_some_and(|stem| stem == "many");
        for case in cases(&text) {
            let found = errors(case.profile).list;
            assert_eq!(found.len() > 1, many, "{}: {}: {found:#?}", path.display(), case.title);
            assert!(titles.insert(case.title.to_owned()), "duplicate title `{}`", case.title);
            assert!(!case.message.is_empty(), "`{}` has no message", case.title);
            messages.extend(found.into_iter().map(|error| (error.message, error.hint)));
        }
    }
    assert!(titles.len() >= 180 && messages.len() >= 160, "{} cases, {} messages", titles.len(), messages.len());
}

#[test]
fn errors_are_in_the_order_of_the_file() {
    for case in files().iter().flat_map(|(_, text)| cases(text)) {
        let positions: Vec<_> = errors(case.profile).list.iter().map(|error| error.position).collect();
        assert!(positions.is_sorted(), "{}: {positions:?}", case.title);
    }
}

#[test]
fn profiles_with_several_errors() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/broken");
    let mut profiles: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    profiles.sort();
    assert!(profiles.len() >= 6);
    for path in profiles {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let errors = profile::load(&name, &std::fs::read_to_string(&path).unwrap(), &Overrides::default()).unwrap_err();
        check(&format!("broken/{}.txt", name.trim_end_matches(".yaml")), &format!("{errors}\n"));
    }
}

fn check(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(known, text, "{name} differs; `UPDATE_GOLDEN=1 cargo test` writes it");
}
