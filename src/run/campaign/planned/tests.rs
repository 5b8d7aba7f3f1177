//! Tests of planned runs: folders, options, errors.

use super::*;

fn planned(text: &str, given: Given<'_>) -> Result<PlannedCampaign, String> {
    let source = Source { name: "c.yaml".to_owned(), text: text.to_owned() };
    plan(&source, given, false).map_err(|error| error.message)
}

#[test]
fn repeats_are_runs_with_folders_in_order() {
    let text =
        "repeats: 2\nruns: [{profile: quickstart, name: 'a b/../c'}, {profile: 'http://h/', duration: 5s, repeats: 1}]";
    let campaign = planned(text, Given::default()).unwrap_or_else(|error| panic!("{error}"));
    let folders: Vec<&str> = campaign.runs.iter().map(|run| run.folder.as_str()).collect();
    assert_eq!(folders, ["01-a-b-..-c-1", "02-a-b-..-c-2", "03-h"]);
    assert_eq!(campaign.runs[2].planned, Duration::from_secs(5));
    assert_eq!(slug("../.."), "run");
}

#[test]
fn flags_replace_variables_and_outputs_of_the_file() {
    let text = "outputs: [csv=a]\nenv: {A: 1, B: 2}\nruns: [quickstart]";
    let variables = [("A".to_owned(), "3".to_owned())];
    // quickstart has no such variables: the error is that of `run`.
    let error = planned(text, Given { variables: &variables, outputs: &[] }).unwrap_err();
    assert!(error.contains("-e A: unknown variable") && error.contains("c.yaml:3:8: run `quickstart`"), "{error}");
    let outputs = ["csv=b".to_owned()];
    let text = "outputs: [csv=a]\nruns: [quickstart]";
    let campaign = planned(text, Given { variables: &[], outputs: &outputs }).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(campaign.runs[0].args.outputs, ["csv=b"]);
}

#[test]
fn all_profiles_are_checked_before_any_is_run() {
    let error = planned("runs: [no-such.yaml, quickstart, {profile: quickstart, name: b, vus: 0}]", Given::default());
    let error = error.map(drop).unwrap_err();
    assert!(error.contains("no-such.yaml") && error.contains("run `b`") && error.contains("2 of 3 runs"), "{error}");
}
