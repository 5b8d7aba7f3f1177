//! Help texts: plain, and silent about secrets.

use clap::CommandFactory;

use super::*;

fn commands() -> Vec<clap::Command> {
    fn add(command: &clap::Command, found: &mut Vec<clap::Command>) {
        found.push(command.clone());
        command.get_subcommands().for_each(|command| add(command, found));
    }
    let mut found = Vec::new();
    add(&Cli::command(), &mut found);
    found
}

#[test]
fn help_never_shows_output_addresses_of_the_environment() {
    for command in [Cli::command(), CheckArgs::augment_args(clap::Command::new("check"))] {
        let out = command.get_arguments().find(|argument| argument.get_id() == "outputs").unwrap();
        assert!(out.is_hide_env_values_set());
        let traces = command.get_arguments().find(|argument| argument.get_id() == "traces").unwrap();
        assert!(traces.is_hide_env_values_set());
        let csv = command.get_arguments().find(|argument| argument.get_id() == "csv").unwrap();
        assert_eq!(csv.get_env().unwrap(), "LOADAGENT_CSV");
    }
}

#[test]
fn help_is_plain_text() {
    for command in commands() {
        let about = command.get_about().into_iter().chain(command.get_after_help());
        let arguments = command.get_arguments().filter_map(clap::Arg::get_help);
        let values = command.get_arguments().flat_map(clap::Arg::get_possible_values);
        let values: Vec<_> = values.filter_map(|value| value.get_help().cloned()).collect();
        for text in about.chain(arguments).chain(&values).map(ToString::to_string) {
            // Comparisons of thresholds are no markup.
            let plain = text.replace("p(95)<500", "");
            assert!(!plain.contains(['`', '<', '>']), "{}: {text}", command.get_name());
        }
    }
}

#[test]
fn every_flag_has_a_help_text() {
    for command in commands() {
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
        }
    }
}

#[test]
fn a_threshold_is_split_behind_its_tags() {
    for (key, condition) in [
        ("http_reqs", "count>0"),
        ("http_reqs", "count>=1"),
        ("http_reqs{name:http://x?a=b}", "count>0"),
        ("http_reqs{name:\"a}=b,'\"}", "count==0"),
        ("http_reqs{name: 'a\\'}=b'}", "count==0"),
        ("http_reqs{name:it's}", "count<=3"),
    ] {
        assert_eq!(threshold(&format!("{key}={condition}")), Ok((key.to_owned(), condition.to_owned())), "{key}");
    }
    threshold("http_reqs{name:a=b").unwrap_err();
}
