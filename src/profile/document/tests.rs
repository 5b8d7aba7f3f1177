//! Variables from the command line.

use super::*;

#[test]
fn a_misspelt_variable_of_the_command_line_is_an_error_beside_the_others() {
    let text = "vars: {HOST: h}\nenvironments: {dev: {vars: {KEY: k}}}\npresets: {big: {vars: {SIZE: 1}}}\n\
                base_url: 'http://${HOST}'\nvus: 1\nduration: 1s\nflow: [{get: /}, {gte: /}]\n";
    let errors = |text: &str, name: &str| {
        let overrides = Overrides { flags: vec![(name.to_owned(), "h".to_owned())], ..Overrides::default() };
        load("p.yaml", text, &overrides).map_or_else(|errors| errors.to_string(), |_| String::new())
    };
    let both = errors(text, "HSOT");
    assert!(both.starts_with("-e HSOT: unknown variable\n  hint: did you mean `HOST`?\np.yaml:7:19: "), "{both}");
    let text = text.replace(", {gte: /}", "");
    assert!(errors(&text, "OTHER").contains("hint: variables are declared in a profile: `vars: {OTHER: …}`"));
    // Those of overlays that are not selected are known.
    for name in ["HOST", "KEY", "SIZE"] {
        assert_eq!(errors(&text, name), "", "{name}");
    }
}

#[test]
fn errors_of_outputs_have_their_places_beside_other_errors() {
    fn odd(given: &[String], environment: &dyn Fn(&str) -> Option<String>) -> Vec<(usize, Invalid)> {
        let known = environment("A").unwrap_or_default();
        let odd = given.iter().enumerate().filter(|(_, text)| **text != known);
        odd.map(|(at, text)| (at, Invalid::new(format!("odd: {text}")).hint("even"))).collect()
    }
    let text = "vars: {A: csv}\nvus: 1\nduration: 1s\noutputs:\n  - csv\n  - cvs\n  - jsn\nflow: [{gte: /}]\n";
    let overrides = Overrides { check_outputs: Some(odd), ..Overrides::default() };
    let errors = load("p.yaml", text, &overrides).unwrap_err().to_string();
    for reported in ["p.yaml:6:5: odd: cvs\n", "p.yaml:7:5: odd: jsn\n", "hint: even", "p.yaml:8:9: ", "3 errors in"] {
        assert!(errors.contains(reported), "{reported}: {errors}");
    }
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
