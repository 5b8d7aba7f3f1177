//! Files that include others: what wins, what is refused, where errors stand.

use std::fs;

use crate::{
    plan::Plan,
    profile::{self, Overrides},
};

/// Loads `main.yaml` of a folder with these files; errors without the path of the folder.
fn loaded(files: &[(&str, &str)], overrides: &Overrides) -> Result<Plan, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let main = folder.path().join("main.yaml");
    let text = fs::read_to_string(&main).unwrap();
    let begin = format!("{}/", folder.path().display());
    profile::load(&main.to_string_lossy(), &text, overrides).map_err(|errors| errors.to_string().replace(&begin, ""))
}

fn load(files: &[(&str, &str)]) -> Result<Plan, String> {
    loaded(files, &Overrides::default())
}

fn refused(files: &[(&str, &str)]) -> String {
    load(files).map(drop).unwrap_err()
}

const PARTS: (&str, &str) = (
    "parts.yaml",
    "vars: {HOST: h, USERS: 3}\nbase_url: 'http://${HOST}'\ntags: {team: a, tier: test}\nvus: ${USERS}\nduration: 1m\n\
     checks: {fine: [{status: 200}, {that: is_list(json)}]}\nflows:\n  look: [{get: /look, check: fine}]\n",
);

#[test]
fn keys_of_an_included_file_hold_where_the_profile_has_not_its_own() {
    let main =
        "include: parts.yaml\ntags: {tier: prod}\nflow: [{use: look}, {get: /own, check: [fine, {status: 2xx}]}]\n";
    let plan = load(&[("main.yaml", main), PARTS]).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(plan.tags, [("team".to_owned(), "a".to_owned()), ("tier".to_owned(), "prod".to_owned())]);
    let scenario = &plan.scenarios[0];
    assert_eq!((scenario.peak_vus(), scenario.duration().as_secs()), (3, 60));
    let lines = scenario.flow.outline.as_ref().unwrap().lines().join("\n");
    for part in [
        "use look (",
        "parts.yaml:8)",
        "GET /look",
        "check status is 200",
        "check is_list(json)",
        "check status is 2xx",
    ] {
        assert!(lines.contains(part), "{part}: {lines}");
    }
    let keys = ["vars", "base_url", "tags", "vus", "duration", "checks (fine)", "flows (look)"];
    assert_eq!(plan.included.iter().map(|file| &file.keys[..]).collect::<Vec<_>>(), [keys.map(str::to_owned)]);
}

#[test]
fn load_of_the_profile_replaces_that_of_an_included_file() {
    let main = "include: parts.yaml\nstages: [{duration: 10s, target: 7}]\nflow: [{use: look}]\n";
    let plan = load(&[("main.yaml", main), PARTS]).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((plan.scenarios[0].peak_vus(), plan.scenarios[0].duration().as_secs()), (7, 10));
}

#[test]
fn variables_of_an_included_file_are_set_by_flags_and_select_an_environment() {
    let parts = "vars: {K6_ENVIRONMENT: DEV}\nenvironment: ${K6_ENVIRONMENT}\nenvironments:\n  \
                 DEV: {base_url: 'http://dev'}\n  STAGING: {base_url: 'http://staging'}\n";
    let main = "include: parts.yaml\nvus: 1\niterations: 1\nflow: [{get: /}]\n";
    let files = [("main.yaml", main), ("parts.yaml", parts)];
    let host = |overrides: &Overrides| loaded(&files, overrides).map(|plan| plan.origins[0].host.clone());
    let pair = |value: &str| vec![("K6_ENVIRONMENT".to_owned(), value.to_owned())];
    assert_eq!(host(&Overrides::default()).unwrap(), "dev");
    assert_eq!(host(&Overrides { flags: pair("STAGING"), ..Overrides::default() }).unwrap(), "staging");
    assert_eq!(host(&Overrides { environment: pair("STAGING"), ..Overrides::default() }).unwrap(), "staging");
    let named = Overrides { flags: pair("STAGING"), environment_name: Some("DEV".to_owned()), ..Overrides::default() };
    assert_eq!(host(&named).unwrap(), "dev");
    let unknown = host(&Overrides { flags: pair("STAGIN"), ..Overrides::default() }).unwrap_err();
    assert!(unknown.starts_with("parts.yaml:2:14: unknown environment `STAGIN`; known: DEV, STAGING\n"), "{unknown}");
}

#[test]
fn errors_stand_in_the_file_in_which_they_are_made() {
    let main = "include: parts.yaml\nvus: 1\nduration: 1s\nflow: [{use: look}, {gte: /}]\n";
    let parts = "base_url: http://h\nflows:\n  look:\n    - get: /${nmae}\n";
    let errors = refused(&[("main.yaml", main), ("parts.yaml", parts)]);
    assert!(errors.starts_with("main.yaml:4:22: unknown step `gte`\n"), "{errors}");
    assert!(errors.contains("\nparts.yaml:4:15: unknown variable `nmae`\n  4 |     - get: /${nmae}\n"), "{errors}");
    assert!(errors.ends_with("2 errors in main.yaml; nothing was sent"), "{errors}");
}

#[test]
fn secrets_of_an_included_file_are_masked() {
    let main = "include: parts.yaml\nvus: 1\nduration: 1s\nflow: [{get: 'http://h/'}]\n";
    let parts = "auth:\n  a: {basic: {username: ann, pasword: s3cr3t}}\nhttp: {auth: a}\n";
    let errors = refused(&[("main.yaml", main), ("parts.yaml", parts)]);
    assert!(errors.contains("parts.yaml:2:") && !errors.contains("s3cr3t"), "{errors}");
}

#[test]
fn what_is_no_file_or_includes_itself_is_refused_where_it_is_written() {
    const BUNDLED: &str =
        "hint: a bundled profile includes it: `loadagent profiles show suites/agentapi/chat-steps.yaml > ";
    for (include, message) in [
        ("none.yaml", "main.yaml:4:10: `none.yaml` can't be included: there is no such file\n"),
        ("more.yml", "hint: did you mean `more.yaml`?"),
        ("chat-steps.yaml", BUNDLED),
        (".", "main.yaml:4:10: `.` can't be included: it is not a file\n"),
        ("${FILE}", "main.yaml:4:10: `include` must name a file, not `${FILE}`\n"),
        ("{file: a}", "main.yaml:4:10: `include` must name a file, not a map\n"),
        ("main.yaml", "main.yaml:4:10: `main.yaml` includes itself: "),
        ("a/one.yaml", "a/../b/two.yaml:1:10: `../a/one.yaml` includes itself: a/one.yaml → a/../b/two.yaml → "),
        ("list.yaml", "list.yaml:1:1: an included file must be a map of keys, not a list\n"),
        ("broken.yaml", "broken.yaml:3:1: invalid YAML"),
        (
            "[parts.yaml, more.yaml]",
            "`vars.HOST` is in two included files: line 1 of parts.yaml and line 1 of more.yaml\n",
        ),
    ] {
        let main = format!("vus: 1\nduration: 1s\nflow: [{{get: 'http://h/'}}]\ninclude: {include}\n");
        let errors = refused(&[
            ("main.yaml", &main),
            PARTS,
            ("more.yaml", "vars: {HOST: other}\n"),
            ("a/one.yaml", "include: ../b/two.yaml\n"),
            ("b/two.yaml", "include: ../a/one.yaml\n"),
            ("list.yaml", "- 1\n"),
            ("broken.yaml", "vars: {A: 1}\nflows: [\n"),
        ]);
        assert!(errors.contains(message), "{include}: {errors}");
        assert!(errors.ends_with("1 error in main.yaml; nothing was sent"), "{errors}");
    }
}

#[test]
fn a_file_counts_once_and_the_including_file_decides() {
    let files = [
        ("main.yaml", "include: [a.yaml, b.yaml]\nseed: 9\nvus: 1\nduration: 1s\nflow: [{use: look}]\n"),
        ("a.yaml", "include: parts.yaml\nseed: 7\nmetrics: {n: counter}\n"),
        ("b.yaml", "include: ./parts.yaml\nseed: 8\nmetrics: {n: counter}\n"),
        PARTS,
    ];
    let plan = load(&files).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((plan.seed, plan.included.len()), (9, 3));
}

#[test]
fn files_of_data_are_beside_the_file_that_names_them() {
    let main = "include: parts/data.yaml\nvus: 1\nduration: 1s\nflow: [{row: users}, {get: 'http://h/${users.id}'}]\n";
    let files = [
        ("main.yaml", main),
        ("parts/data.yaml", "data: {users: {csv: users.csv}}\n"),
        ("parts/users.csv", "id\n1\n2\n"),
    ];
    let plan = load(&files).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(plan.data[0].set.count(), 2);
}
