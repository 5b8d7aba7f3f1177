//! The command line: clap's types and help text, nothing else.
//!
//! Owns flags and their words. Never acts on them. Flags follow k6 and `INTERFACE`: where k6 has a word, it is used.

mod dashboards;
pub mod load;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use url::Url;

pub use self::dashboards::{DashboardsAction, ExportArgs};
pub use load::LoadArgs;

use crate::{exit::Exit, units};

/// A headless load generator whose numbers are true.
#[derive(Debug, Parser)]
#[command(name = "loadagent", version, args_conflicts_with_subcommands = true, after_help = exit_codes(), max_term_width = 110)]
pub struct Cli {
    /// What to do; without a command, `run`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of `run`.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a profile, a bundled profile by name, or one GET a user against a URL
    Run(Box<RunArgs>),
    /// Validate a profile and print the plan: scenarios, timeline, peaks, warnings; nothing is sent
    Check(Box<CheckArgs>),
    /// Start the practice target: a server of known latency, capacity, errors, stalls and outages
    Target(TargetArgs),
    /// The bundled profiles
    Profiles {
        /// `list` (default), `show NAME` or `schema`
        #[command(subcommand)]
        action: Option<ProfilesAction>,
    },
    /// The bundled Grafana dashboards
    Dashboards {
        /// `list` (default) or `export [DIR]`
        #[command(subcommand)]
        action: Option<DashboardsAction>,
    },
    /// Read a run's interval log, also after a crash, and print its summary
    Report(ReportArgs),
    /// Send what an earlier run could not deliver
    Replay(ReplayArgs),
}

/// What to do with bundled profiles.
#[derive(Debug, Subcommand)]
pub enum ProfilesAction {
    /// Names and what they do
    List,
    /// The text of one
    Show {
        /// Its name
        name: String,
    },
    /// The JSON Schema of profiles, for editors
    Schema,
}

/// Flags of `run`.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct RunArgs {
    /// A profile, the name of a bundled one, or a URL [default: $`LOADAGENT_PROFILE`, then ./loadagent.yaml]
    #[arg(value_name = "PROFILE|URL")]
    pub profile: Option<String>,
    /// What shapes the load
    #[command(flatten)]
    pub load: LoadArgs,
    /// A variable of the profile; repeat it
    #[arg(short = 'e', long = "env", value_name = "NAME=VALUE", value_parser = pair)]
    pub variables: Vec<(String, String)>,
    /// Where to send metrics, for example prometheus=http://localhost:9090/api/v1/write; repeat it
    #[arg(short = 'o', long = "out", value_name = "SINK", env = "LOADAGENT_OUT", hide_env_values = true)]
    pub outputs: Vec<String>,
    /// Trace requests and send spans by OTLP, for example 'otlp=http://localhost:4318?ratio=0.01&max=50/s'
    #[arg(long, value_name = "ADDRESS", env = "LOADAGENT_TRACES", hide_env_values = true)]
    pub traces: Option<String>,
    /// Add a threshold, or replace those of its metric, for example '`http_req_duration=p(95)`<500'; repeat it
    #[arg(long = "threshold", value_name = "METRIC=EXPR", value_parser = pair, value_delimiter = ';', env = "LOADAGENT_THRESHOLD")]
    pub thresholds: Vec<(String, String)>,
    /// Judge nothing
    #[arg(long, env = "LOADAGENT_NO_THRESHOLDS")]
    pub no_thresholds: bool,
    /// A tag of every series; repeat it
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = pair)]
    pub tags: Vec<(String, String)>,
    /// Identity of the run [default: time and four letters]
    #[arg(long, env = "LOADAGENT_RUN_ID")]
    pub run_id: Option<String>,
    /// Folder of the run [default: `runs/RUN_ID`]
    #[arg(long, value_name = "DIR", env = "LOADAGENT_RUN_DIR")]
    pub run_dir: Option<PathBuf>,
    /// Seed of everything random [default: the profile's, or 1]
    #[arg(long, env = "LOADAGENT_SEED")]
    pub seed: Option<u64>,
    /// Threads that make load [default: one for each core this process may use]
    #[arg(long, value_name = "N", env = "LOADAGENT_WORKERS")]
    pub workers: Option<usize>,
    /// How long to go on delivering metrics after the end
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration, env = "LOADAGENT_DRAIN")]
    pub drain: Duration,
    /// Bytes that the run's logs may take on disk; past it old intervals lose resolution first
    #[arg(long, value_name = "SIZE", default_value = "2GiB", value_parser = size, env = "LOADAGENT_DISK_LIMIT")]
    pub disk_limit: u64,
    /// Write Locust's four CSV files, their names beginning with this
    #[arg(long, value_name = "PREFIX", env = "LOADAGENT_CSV")]
    pub csv: Option<PathBuf>,
    /// Take orders on this address, for example 127.0.0.1:6565: pause, stop, users, rate
    #[arg(long, value_name = "ADDRESS", env = "LOADAGENT_CONTROL")]
    pub control: Option<SocketAddr>,
    /// Where Grafana is, for the address of the run's dashboard, for example <http://localhost:3000>
    #[arg(long, value_name = "URL", value_parser = dashboards::grafana, env = "LOADAGENT_GRAFANA")]
    pub grafana: Option<Url>,
    /// Write the summary as JSON to this file, too
    #[arg(long, value_name = "FILE")]
    pub summary_export: Option<PathBuf>,
    /// Statistics of trends
    #[arg(long, value_name = "LIST", default_value = crate::report::trends::DEFAULT_STATS)]
    pub summary_trend_stats: String,
    /// Take any certificate
    #[arg(long)]
    pub insecure_skip_tls_verify: bool,
    /// Redirects that a request follows; 0 follows none [default: the profile's, or 10]
    #[arg(long, value_name = "N", env = "LOADAGENT_MAX_REDIRECTS")]
    pub max_redirects: Option<u32>,
    /// Show requests and responses on standard error, secrets masked; with =full also the beginnings of bodies
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "heads")]
    pub http_debug: Option<HttpDebug>,
    /// No progress and no summary on the terminal
    #[arg(short = 'q', long)]
    pub quiet: bool,
    /// No colours (also $`NO_COLOR`)
    #[arg(long)]
    pub no_color: bool,
    /// No live progress
    #[arg(long)]
    pub no_progress: bool,
}

/// What `--http-debug` shows.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum HttpDebug {
    /// Heads
    Heads,
    /// Heads and the beginnings of bodies
    Full,
}

/// Flags of `check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// The plan as JSON
    #[arg(long)]
    pub json: bool,
    /// Everything that `run` takes
    #[command(flatten)]
    pub run: RunArgs,
}

/// Flags of `target`: every knob is a flag, read by the target itself.
#[derive(Debug, Clone, Args)]
#[command(after_help = knob_table(), override_usage = "loadagent target [--listen ADDRESS] [--KNOB VALUE]...")]
pub struct TargetArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Knobs
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "--KNOB VALUE", hide = true)]
    pub knobs: Vec<String>,
}

/// Flags of `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// A run's folder, or its intervals.log
    pub run: PathBuf,
    /// One line of JSON for each interval, and one about the log, instead of the summary
    #[arg(long)]
    pub intervals: bool,
    /// Write Locust's four CSV files, their names beginning with this, instead of the summary
    #[arg(long, value_name = "PREFIX", conflicts_with_all = ["intervals", "get"])]
    pub csv: Option<PathBuf>,
    /// Print one value of the summary, for example `metrics.http_reqs.count`
    #[arg(long, value_name = "PATH", conflicts_with = "intervals")]
    pub get: Option<String>,
}

/// Flags of `replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// A run's folder
    #[arg(value_name = "RUN_DIR")]
    pub run: PathBuf,
    /// Where to send it instead, by kind; needed where the run's own address held a secret; repeat it
    #[arg(short = 'o', long = "out", value_name = "SINK")]
    pub outputs: Vec<String>,
    /// How long to try
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub drain: Duration,
}

fn size(text: &str) -> Result<u64, String> {
    units::parse_size(text).map_err(|error| error.to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    if name.is_empty() {
        Err("the name before `=` is empty".to_owned())
    } else {
        Ok((name.to_owned(), value.to_owned()))
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    units::parse_duration(text).map_err(|error| error.to_string())
}

fn exit_codes() -> String {
    let lines: Vec<String> =
        Exit::TABLE.iter().map(|(exit, meaning)| format!("  {:>3}  {meaning}", exit.code())).collect();
    format!("Exit codes:\n{}", lines.join("\n"))
}

fn knob_table() -> String {
    let lines: Vec<String> = crate::practice_target::NAMES
        .iter()
        .map(|(name, help)| format!("  --{:<16} {help}", name.replace('_', "-")))
        .collect();
    format!("Knobs:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn help_never_shows_what_sinks_the_environment_holds() {
        for command in [Cli::command(), CheckArgs::augment_args(clap::Command::new("check"))] {
            let out = command.get_arguments().find(|argument| argument.get_id() == "outputs").unwrap();
            assert!(out.is_hide_env_values_set());
            let traces = command.get_arguments().find(|argument| argument.get_id() == "traces").unwrap();
            assert!(traces.is_hide_env_values_set());
            let csv = command.get_arguments().find(|argument| argument.get_id() == "csv").unwrap();
            assert_eq!(csv.get_env().unwrap(), "LOADAGENT_CSV");
        }
    }
}
