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
