//! What a run takes from the environment: variables of the profile, options, and names that it does not know.

#[cfg(test)]
mod tests;

use crate::{
    cli::{self, RunArgs},
    control::port::TOKEN_VARIABLE,
    language::did_you_mean,
    plan::Plan,
};

/// What variables of options begin with.
const PREFIX: &str = "LOADAGENT_";
/// Names that are read beside those of options, each with whether an option wins over it.
const BESIDE_OPTIONS: [(&str, fn(&RunArgs) -> bool); 3] = [
    ("LOADAGENT_PROFILE", |args| args.profile.is_some()),
    // It matters only with the control API.
    (TOKEN_VARIABLE, |args| args.control.is_none()),
    ("TEST_DURATION_MULTIPLIER", |args| args.load.duration_factor.is_some()),
];

/// A note with the names that the environment sets, without their values, some of which are secrets.
#[must_use]
pub(super) fn note(plan: &Plan, args: &RunArgs) -> Option<String> {
    let is_flag = |name: &str| args.variables.iter().any(|(known, _)| known == name);
    let of_profile = plan.variables.keys().filter(|name| !is_flag(name) && std::env::var(name).is_ok());
    let has_text = |name: &str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
    let beside = BESIDE_OPTIONS.iter().filter(|(name, is_given)| has_text(name) && !is_given(args));
    let options = args.options_by_variable.iter().cloned().chain(beside.map(|(name, _)| (*name).to_owned()));
    let names: Vec<String> = of_profile.cloned().chain(options).collect();
    (!names.is_empty()).then(|| format!("from the environment: {}", names.join(", ")))
}

/// A note for each variable that `-e` sets more than once.
pub(super) fn repeated(args: &RunArgs) -> impl Iterator<Item = String> {
    let is_repeated = |at: &usize| {
        let name = &args.variables[*at].0;
        let earlier = args.variables[..*at].iter().filter(|(known, _)| known == name).count();
        earlier == 1
    };
    let repeated = (0..args.variables.len()).filter(is_repeated);
    repeated.map(|at| format!("-e {} is given more than once; the last value counts", args.variables[at].0))
}

/// Warnings of variables that look like those of options and are none: with a misspelt name, an option would silently have
/// its default. `text` is the profile with all else that may refer to variables of its own.
#[must_use]
pub(super) fn unknown(names: impl Iterator<Item = String>, text: &str) -> Vec<String> {
    let known: Vec<String> =
        cli::variables().into_iter().chain(BESIDE_OPTIONS.iter().map(|(name, _)| (*name).to_owned())).collect();
    let is_unknown = |name: &String| {
        name.starts_with(PREFIX) && !known.contains(name) && !is_of_a_service(name) && !text.contains(name.as_str())
    };
    let mut unknown: Vec<String> = names.filter(is_unknown).collect();
    unknown.sort_unstable();
    let hint = |name: &str| {
        let near = did_you_mean(name, known.iter().map(String::as_str));
        near.map(|near| format!("; {near}")).unwrap_or_default()
    };
    unknown.iter().map(|name| format!("{name} is set, but no option has this variable{}", hint(name))).collect()
}

/// Whether Kubernetes sets it for a service whose name begins with `loadagent`.
fn is_of_a_service(name: &str) -> bool {
    name.ends_with("_PORT") || ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT_"].iter().any(|part| name.contains(part))
}
