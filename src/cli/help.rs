//! How help looks: options in groups, one screen for `-h`, variables of the environment in `--help`.

use clap::{Arg, Command, builder::Resettable};

/// Groups of the options of a run.
const GROUPS: &[(&str, &str)] = &[
    (
        "Load",
        "vus duration iterations stages rate max_vus vus_factor duration_factor min_iteration_duration segment start_at",
    ),
    ("Profile", "environment confirm preset scenarios variables seed"),
    ("Outputs", "outputs traces tags drain grafana"),
    ("Targets", "scrape_targets prometheus_queries prometheus"),
    ("Thresholds", "thresholds warm_up no_thresholds baseline"),
    ("Run", "run_id instance run_dir resume workers disk_limit control grace health"),
    ("Summary", "html junit markdown csv summary_export summary_trend_stats summary_by_stage termination_message"),
    ("HTTP", "method headers body insecure_skip_tls_verify max_redirects http_debug"),
    ("Terminal", "quiet no_color no_progress"),
];

/// What `-h` of the program shows of them, which lists the commands, too.
const OF_PROGRAM: &str = "vus duration rate";

/// What `-h` of a command shows of them.
const COMMON: &str =
    "vus duration iterations stages rate environment scenarios variables outputs thresholds http_debug quiet";

/// What changes only how a run goes on or what it leaves: `check` takes it, so that a command line of `run` can be checked
/// as it is, and its help leaves it out.
const WITHOUT_EFFECT_ON_CHECK: &str = "html junit markdown confirm drain grafana instance run_dir resume workers disk_limit csv summary_export grace health \
                                       termination_message summary_by_stage insecure_skip_tls_verify http_debug quiet no_color no_progress";

/// The program, which takes the options of `run`, too.
const PROGRAM: &str = "loadagent";

/// Puts the options of a command and its subcommands in order.
pub(super) fn arrange(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let command = command.mut_args(described).mut_subcommands(arrange);
    match name.as_str() {
        PROGRAM => command
            .mut_args(|arg| grouped(arg, |id, group| group == "Load" && names(OF_PROGRAM).any(|name| name == id))),
        "run" | "check" => {
            let hides = |arg: &Arg| name == "check" && names(WITHOUT_EFFECT_ON_CHECK).any(|id| arg.get_id() == id);
            let command = command.mut_args(|arg| grouped(arg, |id, _| names(COMMON).any(|name| name == id)));
            command.mut_args(|arg| if hides(&arg) { arg.hide(true) } else { arg })
        }
        _ => command,
    }
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(' ')
}

/// Puts an option into its group; `is_common`: whether `-h` shows it.
fn grouped(arg: Arg, is_common: impl Fn(&str, &str) -> bool) -> Arg {
    let id = arg.get_id().as_str();
    let Some((group, _)) = GROUPS.iter().find(|(_, ids)| names(ids).any(|name| name == id)) else { return arg };
    let hidden = !is_common(id, group);
    arg.help_heading(*group).hide_short_help(hidden)
}

/// Gives an option its long text, without the short one, and names its variable there and only there, without its value;
/// an empty variable counts as not set, as Compose and CI systems leave it.
fn described(arg: Arg) -> Arg {
    let short = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let long = arg.get_long_help().map(ToString::to_string);
    // clap begins the long text with the short one.
    let own = long.map(|long| long.split_once("\n\n").map(|(_, own)| own.to_owned()).unwrap_or(long));
    let Some(name) = arg.get_env().map(|name| name.to_string_lossy().into_owned()) else {
        return if let Some(own) = own { arg.long_help(own) } else { arg };
    };
    let is_empty = std::env::var(&name).is_ok_and(|value| value.trim().is_empty());
    let arg = arg.long_help(format!("{}\n[env: {name}]", own.unwrap_or(short))).hide_env(true);
    if is_empty { arg.env(Resettable::Reset) } else { arg }
}

#[cfg(test)]
mod tests;
