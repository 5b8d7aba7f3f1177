//! Names that look like variables of options.

use super::*;

fn warned(names: &[&str], text: &str) -> Vec<String> {
    unknown(names.iter().map(|name| (*name).to_owned()), text)
}

#[test]
fn every_variable_of_an_option_is_known_and_its_misspellings_are_not() {
    let known = cli::variables();
    assert!(known.len() > 25, "{known:?}");
    let all: Vec<&str> = known.iter().map(String::as_str).chain(BESIDE_OPTIONS.map(|(name, _)| name)).collect();
    assert_eq!(warned(&all, ""), [""; 0]);
    for name in &known {
        let misspelt = format!("{name}S");
        if all.contains(&&*misspelt) {
            continue;
        }
        let [warning] = &warned(&[&misspelt], "")[..] else { panic!("{misspelt} is known") };
        assert!(warning.starts_with(&misspelt) && warning.contains(&format!("did you mean `{name}`?")), "{warning}");
    }
}

#[test]
fn names_of_others_are_left_alone() {
    let others = [
        "LOADAGENT",
        "LOADAGENT_PORT",
        "LOADAGENT_SERVICE_HOST",
        "LOADAGENT_TARGET_SERVICE_PORT_HTTP",
        "LOADAGENT_TARGET_PORT_8080_TCP_ADDR",
        "MY_LOADAGENT_VUSS",
        "loadagent_vuss",
        "PATH",
    ];
    assert_eq!(warned(&others, ""), [""; 0]);
    assert_eq!(warned(&["LOADAGENT_REGION"], "vars: {LOADAGENT_REGION: eu}"), [""; 0]);
    let far = warned(&["LOADAGENT_REGION"], "vars: {REGION: eu}");
    assert_eq!(far, ["LOADAGENT_REGION is set, but no option has this variable"]);
}
