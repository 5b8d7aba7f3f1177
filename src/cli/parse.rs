//! From the words of the command line to [`Cli`], with hints for those of other tools.

use std::ffi::OsString;

use clap::{
    ArgMatches, CommandFactory, Error, FromArgMatches, Subcommand,
    builder::StyledStr,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};

use super::{Cli, Command, RunArgs, help};
use crate::language::did_you_mean;

/// Options of other tools (k6, Locust, wrk, hey, ab, oha, vegeta, curl) and what stands for them here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["-n", "--requests", "--num-requests"], "-i N (--iterations): iterations of all users together"),
    (&["-c", "--connections", "--concurrency", "--users", "--clients"], "-u N (--vus): virtual users"),
    (&["-z", "--run-time", "--time", "--timelimit"], "-d TIME (--duration)"),
    (&["-t"], "-d TIME (--duration) for a time, --workers N for threads"),
    (&["--threads", "--cpus"], "--workers N"),
    (&["-r", "--spawn-rate", "--hatch-rate", "--ramp-up"], "-s TIME:USERS (--stage), for example -s 30s:100 -s 1m:100"),
    (
        &["--rps", "--qps", "--arrival-rate"],
        "--rate N: iterations started per second, however slowly the service responds",
    ),
    (&["-k", "--insecure", "--no-verify"], "--insecure-skip-tls-verify"),
    (&["-v", "--verbose", "--debug"], "--http-debug"),
    (&["--no-summary"], "-q (--quiet)"),
    (&["-f", "--locustfile", "--file", "--config"], "the profile without a flag: loadagent run profile.yaml"),
    (&["-m", "-X", "--request"], "--method METHOD"),
    (&["--dry-run", "--validate", "--lint"], "loadagent check, which sends nothing"),
    (&["-D", "--data", "--data-raw", "--data-binary"], "--body TEXT, or --body @FILE"),
    (&["--host", "--url"], "the URL without a flag, or base_url in a profile"),
    (&["--timeout"], "http: {timeout: 10s} in a profile"),
    (&["--json", "--output-format"], "--out json=FILE for samples, --summary-export FILE for the summary"),
    (&["--disable-keepalive", "--no-keepalive"], "http: {connections: …} in a profile; see docs/http.md"),
    (&["--http2"], "http: {version: 2} in a profile"),
    (&["--tags"], "--tag NAME=VALUE"),
    (&["--vars", "--var"], "-e NAME=VALUE (--env)"),
    (&["--processes"], "--workers N"),
    (&["--master", "--worker", "--expect-workers", "--execution-segment-sequence"], "--segment I/N on each machine"),
    (&["--paused"], "--start-at TIME"),
    (&["--linger", "--address"], "--control ADDRESS"),
    (&["-T", "--exclude-tags", "--class-picker"], "--scenarios NAMES"),
    (&["-A", "--user-agent"], "-H 'User-Agent: NAME' (--header), or http: {headers: …} in a profile"),
    (&["-b", "--cookie"], "-H 'Cookie: NAME=VALUE' (--header)"),
    (&["-x", "--proxy"], "HTTP_PROXY and HTTPS_PROXY, or http: {proxy: …} in a profile"),
    (&["--cacert", "--cert"], "http: {tls: {ca: …, certificate: …, key: …}} in a profile"),
    (&["--no-connection-reuse", "--no-vu-connection-reuse"], "http: {connections: …} in a profile; see docs/http.md"),
    (
        &["--dns", "--local-ips", "--blacklist-ip", "--block-hostnames"],
        "the section http of a profile; see docs/http.md",
    ),
    (&["--batch", "--batch-per-host"], "the key width: N of the step parallel in a profile"),
    (&["--stop-timeout"], "gracefulStop: TIME of a scenario in the profile"),
    (&["--only-summary", "--print-stats"], "--no-progress"),
];

/// Options of other tools that nothing has to stand for, and why.
const NOT_NEEDED: &[(&[&str], &str)] = &[
    (
        &["--headless", "--autostart", "--autoquit", "--no-web", "--web-host", "--web-port"],
        "leave it out: there is no web interface, and a run starts at once",
    ),
    (&["--csv-full-history"], "leave it out: --csv always writes the full history"),
    (
        &["--log-output", "--log-format", "--loglevel", "--log-level", "--logfile", "-L"],
        "leave it out: events of a run are in events.log of its directory",
    ),
    (&["--no-setup", "--no-teardown"], "remove the section setup or teardown from the profile"),
    (&["--discard-response-bodies"], "leave it out: a body is kept only for steps that read it"),
    (&["--system-tags"], "leave it out: labels are fixed, and never hold a URL"),
    (&["--summary-time-unit"], "leave it out: times of summary.json are in milliseconds"),
    (
        &["--no-usage-report", "--compatibility-mode", "--include-system-env-vars", "--reset-stats"],
        "leave it out: it has no counterpart here",
    ),
];

/// Commands whose options may also stand before them.
const OF_RUN: [&str; 2] = ["run", "check"];

/// Reads the words of this process; ends it with a message or with help where they say so.
pub(crate) fn parse() -> Cli {
    read(&std::env::args_os().collect::<Vec<_>>()).unwrap_or_else(|error| error.exit())
}

/// Reads options of `run`, as if they stood on the command line.
///
/// # Errors
/// When they are wrong.
pub(crate) fn run_args(options: &[String]) -> Result<RunArgs, Error> {
    let words = ["loadagent", "run"].into_iter().chain(options.iter().map(String::as_str));
    let cli = read(&words.map(OsString::from).collect::<Vec<_>>())?;
    Ok(match cli.command {
        Some(Command::Run(args)) => *args,
        _ => cli.run,
    })
}

/// Reads words, the first of them the name of the program.
///
/// # Errors
/// When they are wrong, or ask for help.
pub(super) fn read(words: &[OsString]) -> Result<Cli, Error> {
    let matches = matches_of(words).map_err(|error| with_variable_named(error, words))?;
    let mut cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))?;
    note_variables(&mut cli, &matches);
    Ok(cli)
}

/// Notes which lists come from variables: there, one value holds all of them.
fn note_variables(cli: &mut Cli, matches: &ArgMatches) {
    let (run, matches) = match (&mut cli.command, matches.subcommand()) {
        (Some(Command::Run(run)), Some((_, matches))) => (&mut **run, matches),
        (Some(Command::Check(check)), Some((_, matches))) => (&mut check.run, matches),
        (None, None) => (&mut cli.run, matches),
        _ => return,
    };
    let is_by_variable = |id: &str| matches.value_source(id) == Some(ValueSource::EnvVariable);
    run.outputs_by_variable = is_by_variable("outputs");
    let command = command_of_runs();
    let options = command.get_arguments().filter(|arg| is_by_variable(arg.get_id().as_str()));
    run.options_by_variable = options.filter_map(variable).collect();
}

/// The command `run` as clap has it, with variables that are empty.
fn command_of_runs() -> clap::Command {
    Command::augment_subcommands(clap::Command::new("")).find_subcommand("run").cloned().unwrap_or_default()
}

fn variable(arg: &clap::Arg) -> Option<String> {
    arg.get_env().map(|name| name.to_string_lossy().into_owned())
}

/// All variables of the environment that options have.
#[must_use]
pub(crate) fn variables() -> Vec<String> {
    let command = Cli::command();
    let arguments = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let all: std::collections::BTreeSet<String> = arguments.filter_map(variable).collect();
    all.into_iter().collect()
}

/// An error in a variable names the variable, not the option that it stands for and that is not written.
fn with_variable_named(mut error: Error, words: &[OsString]) -> Error {
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg) else { return error };
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else { return error };
    let run = command_of_runs();
    let option = given.split([' ', '=']).next().unwrap_or_default().trim_start_matches("--");
    let Some(arg) = run.get_arguments().find(|arg| arg.get_long() == Some(option)) else { return error };
    let is_written = words.iter().filter_map(|word| word.to_str()).any(|word| {
        let long = word.strip_prefix("--").map(|word| word.split('=').next() == Some(option));
        let short =
            word.strip_prefix('-').and_then(|rest| rest.chars().next()).is_some_and(|c| arg.get_short() == Some(c));
        long.unwrap_or(short)
    });
    let Some(name) = arg.get_env().and_then(|name| name.to_str()).filter(|_| !is_written) else { return error };
    if std::env::var(name).is_ok_and(|set| set.contains(value.as_str())) {
        error.insert(ContextKind::InvalidArg, ContextValue::String(name.to_owned()));
    }
    error
}

/// The command line as it is read and as help shows it.
pub(crate) fn command() -> clap::Command {
    help::arrange(Cli::command())
}

fn matches_of(words: &[OsString]) -> Result<ArgMatches, Error> {
    let error = match command().try_get_matches_from(words) {
        Ok(matches) => return Ok(matches),
        Err(error) => error,
    };
    match error.kind() {
        // `loadagent --out … run quickstart`
        ErrorKind::ArgumentConflict => with_command_first(words).ok_or_else(|| with_command_named(error, words)),
        ErrorKind::UnknownArgument => Err(explained(error)),
        _ => Err(error),
    }
}

/// The same words with `run` or `check` before their options, if they can be read so.
fn with_command_first(words: &[OsString]) -> Option<ArgMatches> {
    let places = (2..words.len()).filter(|at| OF_RUN.iter().any(|name| words[*at] == **name));
    places.into_iter().find_map(|at| {
        let (before, after) = (&words[1..at], &words[at + 1..]);
        let ordered = [&words[..1], &words[at..=at], before, after].concat();
        command().try_get_matches_from(ordered).ok()
    })
}

/// `loadagent rn quickstart`: the first word may be a command with a typing error.
fn with_command_named(mut error: Error, words: &[OsString]) -> Error {
    let first = words.get(1).and_then(|word| word.to_str()).unwrap_or_default();
    let is_command = command().find_subcommand(first).is_some();
    if let Some(near) = near_command(first).filter(|_| !is_command) {
        let tip = StyledStr::from(format!("there is no command `{first}`; {near}"));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

/// A hint at the command that a word is near to.
#[must_use]
pub(crate) fn near_command(word: &str) -> Option<String> {
    let command = Cli::command();
    did_you_mean(word, command.get_subcommands().map(clap::Command::get_name))
}

/// An unknown option with what it may stand for. clap's own tip, to pass it as a value, is of no use: no value begins
/// with a dash.
fn explained(mut error: Error) -> Error {
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg) else { return error };
    let given = given.split('=').next().unwrap_or_default().to_owned();
    error.remove(ContextKind::Suggested);
    if let Some((_, here)) = ELSEWHERE.iter().find(|(names, _)| names.contains(&given.as_str())) {
        error.remove(ContextKind::SuggestedArg);
        let tip = StyledStr::from(format!("in loadagent, use {here}"));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    } else if let Some((_, why)) = NOT_NEEDED.iter().find(|(names, _)| names.contains(&given.as_str())) {
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(*why)]));
    }
    error
}

#[cfg(test)]
mod tests;
