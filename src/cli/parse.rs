//! From the words of the command line to [`Cli`], with hints for those of other tools.

use std::ffi::OsString;

use clap::{
    ArgMatches, CommandFactory, Error, FromArgMatches,
    builder::StyledStr,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{Cli, help};
use crate::language::did_you_mean;

/// Options of other tools (k6, Locust, wrk, hey, ab, oha, vegeta, curl) and what stands for them here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["-n", "--requests", "--num-requests"], "-i N (--iterations): iterations of all users together"),
    (&["-c", "--connections", "--concurrency", "--users", "--clients"], "-u N (--vus): virtual users"),
    (&["-z", "--run-time", "--time", "--timelimit"], "-d TIME (--duration)"),
    (&["-t"], "-d TIME (--duration) for a time, --workers N for threads"),
    (&["--threads", "--cpus"], "--workers N"),
    (&["-r", "--spawn-rate", "--hatch-rate", "--ramp-up"], "-s TIME:USERS (--stage), for example -s 30s:100 -s 1m:100"),
    (&["--rps", "--qps", "--arrival-rate"], "--rate N: arrivals per second, independent of the target"),
    (&["-k", "--insecure", "--no-verify"], "--insecure-skip-tls-verify"),
    (&["-v", "--verbose", "--debug"], "--http-debug"),
    (&["--no-summary"], "-q (--quiet)"),
    (&["-f", "--locustfile", "--file", "--config"], "the profile without a flag: loadagent run profile.yaml"),
    (&["-m", "--request"], "--method METHOD"),
    (&["-D", "--data", "--data-raw", "--data-binary"], "--body TEXT, or --body @FILE"),
    (&["--host", "--url"], "the URL without a flag, or base_url in a profile"),
    (&["--timeout"], "http: {timeout: 10s} in a profile"),
    (&["--html", "--json", "--output-format"], "--out json=FILE for samples, --summary-export FILE for the summary"),
    (&["--disable-keepalive", "--no-keepalive"], "http: {connections: …} in a profile; see docs/http.md"),
    (&["--http2"], "http: {version: 2} in a profile"),
    (&["--tags"], "--tag NAME=VALUE"),
    (&["--vars", "--var"], "-e NAME=VALUE (--env)"),
];

/// Commands whose options may also stand before them.
const OF_RUN: [&str; 2] = ["run", "check"];

/// Reads the words of this process; ends it with a message or with help where they say so.
pub(crate) fn parse() -> Cli {
    read(&std::env::args_os().collect::<Vec<_>>()).unwrap_or_else(|error| error.exit())
}

/// Reads words, the first of them the name of the program.
///
/// # Errors
/// When they are wrong, or ask for help.
pub(super) fn read(words: &[OsString]) -> Result<Cli, Error> {
    let matches = matches_of(words)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))
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
    if let Some(near) = near_command(first) {
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
    }
    error
}

#[cfg(test)]
mod tests;
