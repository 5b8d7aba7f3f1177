//! Variables from the command line.

use super::*;

#[test]
fn a_misspelt_variable_of_the_command_line_is_a_warning() {
    let overrides = Overrides { flags: vec![("HSOT".to_owned(), "h".to_owned())], ..Overrides::default() };
    let text = "vars: {HOST: h}\nbase_url: 'http://${HOST}'\nvus: 1\nduration: 1s\nflow: [{get: /}]\n";
    let plan = load("p.yaml", text, &overrides).unwrap();
    assert_eq!(plan.notes, ["-e HSOT: unknown variable; did you mean `HOST`?"]);
}
