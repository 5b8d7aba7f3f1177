//! Variables from the command line.

use super::*;

#[test]
fn a_misspelt_variable_of_the_command_line_is_a_warning() {
    let overrides = Overrides { flags: vec![("HSOT".to_owned(), "h".to_owned())], ..Overrides::default() };
    let text = "vars: {HOST: h}\nbase_url: 'http://${HOST}'\nvus: 1\nduration: 1s\nflow: [{get: /}]\n";
    let plan = load("p.yaml", text, &overrides).unwrap();
    assert_eq!(plan.notes, ["-e HSOT: unknown variable; did you mean `HOST`?"]);
}

#[test]
fn a_base_url_with_a_query_or_a_fragment_is_refused() {
    for (base, part) in [("h/api?key=1", "query"), ("h/?", "query"), ("h/#x", "fragment"), ("h/a?b#c", "query")] {
        let text = format!("base_url: 'http://{base}'\nvus: 1\nduration: 1s\nflow: [{{get: /}}]\n");
        let errors = load("p.yaml", &text, &Overrides::default()).unwrap_err().to_string();
        assert!(errors.contains("p.yaml:1:11") && errors.contains(part), "{errors}");
    }
}

#[test]
fn nothing_follows_from_an_unknown_environment_or_a_variable_without_a_value() {
    let profile = "name: agentapi\nenvironments: {dev: {base_url: http://x, vars: {A: x, B: y}}}\nvars: {A: ~, B: ~}\n\
                   flow: [{get: '${A}/${B}'}, {get: '${A}'}, {get: /x, timeout: '${B}'}]\n";
    let errors = |name: Option<&str>| {
        let overrides = Overrides { environment_name: name.map(str::to_owned), ..Overrides::default() };
        load("p.yaml", profile, &overrides).map_or_else(|errors| errors.to_string(), |_| String::new())
    };
    let unknown = errors(Some("QA"));
    assert_eq!(unknown, "--environment: unknown environment `QA`; known: dev\n1 error in p.yaml; nothing was sent");
    let missing = errors(None);
    assert!(missing.contains("variable `B` has no value"), "{missing}");
    // The path `/x` is one of its own.
    assert!(missing.ends_with("3 errors in p.yaml; nothing was sent"), "{missing}");
    let dev = errors(Some("dev"));
    assert!(dev.contains(": timeout: `y` is not a duration") && dev.contains("1 error in"), "{dev}");
}
