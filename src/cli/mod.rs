//! The command line: clap's types and help text, nothing else.
//!
//! Owns flags and their help. Never acts on them. Where k6 has a flag, its name is used. Help texts are plain text: where a
//! doc comment would need Markdown, `help` is given explicitly. Start with [`Cli`].

mod campaign;
mod compare;
mod control;
mod convert;
mod dashboards;
mod help;
pub(crate) mod load;
mod merge;
mod parse;
mod report_files;
mod targets;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use url::Url;

pub(crate) use self::{
    campaign::CampaignArgs,
    compare::CompareArgs,
    control::{ControlArgs, ScaleArgs},
    convert::{ConvertArgs, FirstLoad, InitArgs, ReadingArgs},
    dashboards::{DashboardsAction, ExportArgs},
};
pub(crate) use load::LoadArgs;
pub(crate) use merge::MergeArgs;
pub(crate) use parse::{command, near_command, parse, run_args, variables};
pub(crate) use report_files::ReportFiles;
pub(crate) use targets::TargetFlags;

use crate::{exit::Exit, units};

/// A command-line load generator that measures latency without coordinated omission.
#[derive(Debug, Parser)]
#[command(name = "loadagent", version, args_conflicts_with_subcommands = true, after_help = MORE, after_long_help = exit_codes(), max_term_width = 110)]
pub struct Cli {
    /// The command; `run` without one.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of `run`.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a profile, a bundled profile, or requests to a URL
    Run(Box<RunArgs>),
    /// Run several profiles in order, with one table
    ///
    /// Run several profiles in order, with pauses, repeats, one table and one exit code.
    Campaign(CampaignArgs),
    /// Validate a profile and print its plan; sends nothing
    Check(Box<CheckArgs>),
    /// Write a first profile, and a JSON Schema for editors
    Init(InitArgs),
    /// Convert a HAR, OpenAPI, Postman or curl file to a profile
    ///
    /// Convert a HAR, OpenAPI 3 description, Postman collection or curl commands to a profile. Secrets become variables.
    Convert(ConvertArgs),
    /// List what an MCP server offers, and write a profile to start from
    ///
    /// List the tools, resources and prompts of an MCP server, and write a profile to start from. Tools are listed, not
    /// called; in the profile, those that may change something are commented out.
    Mcp(McpArgs),
    /// Start the practice target, an HTTP server to run load against
    ///
    /// Start the practice target: an HTTP server with a known latency, capacity, error rate, stalls and outages.
    Target(TargetArgs),
    /// List or print bundled profiles, or their JSON Schema
    Profiles {
        /// `list` without one.
        #[command(subcommand)]
        action: Option<ProfilesAction>,
    },
    /// List or write the bundled Grafana dashboards
    Dashboards {
        /// `list` without one.
        #[command(subcommand)]
        action: Option<DashboardsAction>,
    },
    /// Print the summary of a run or write reports, also after a crash
    Report(ReportArgs),
    /// Compare two runs: worse, better, or the same
    ///
    /// Compare two runs metric by metric and step by step: regressed, improved, same or inconclusive. The exit code is
    /// 99 if anything regressed.
    Compare(CompareArgs),
    /// Merge the segments of a run: one result, one verdict
    ///
    /// Merge the logs of all segments of a run into one: exact histograms, thresholds over the whole, one verdict. A segment
    /// that is missing or was killed makes the whole invalid, or counts in its coverage.
    Merge(MergeArgs),
    /// Deliver metrics that a run could not deliver
    Replay(ReplayArgs),
    /// Show the status of a run that was started with --control
    Status(ControlArgs),
    /// Pause a run: no new iterations start
    Pause(ControlArgs),
    /// Resume a paused run
    Resume(ControlArgs),
    /// Set the users or the rate of a scenario of a run
    Scale(ScaleArgs),
    /// Stop a run: it finishes requests in flight
    ///
    /// Stop a run: it finishes requests in flight, delivers metrics and prints its summary.
    Stop(ControlArgs),
    /// Print a shell completion script
    Completions {
        /// Shell to print it for
        shell: clap_complete::Shell,
    },
}

/// Flags of `mcp`.
#[derive(Debug, Clone, Args)]
pub struct McpArgs {
    /// URL of the server
    pub url: String,
    /// File to write
    #[arg(default_value = "mcp.yaml")]
    pub file: PathBuf,
    /// Header of the requests (repeatable); its value is not saved in the profile
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<String>,
}

/// What to do with bundled profiles.
#[derive(Debug, Subcommand)]
pub enum ProfilesAction {
    /// List names and descriptions (default)
    List,
    /// Print a profile
    Show {
        /// Name of a bundled profile
        name: String,
    },
    /// Print the JSON Schema of profiles, for editors
    Schema,
}

/// Flags of `run`.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct RunArgs {
    /// What to run.
    #[arg(
        value_name = "PROFILE|URL",
        help = "A file, a bundled profile or a URL [default: loadagent.yaml]",
        long_help = "A file, the name of a bundled profile, or a URL [default: $LOADAGENT_PROFILE, then ./loadagent.yaml]"
    )]
    pub profile: Option<String>,
    /// Flags that shape the load.
    #[command(flatten)]
    pub load: LoadArgs,
    /// With a URL: method of the request [default: GET, or POST with --body]
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// With a URL: header of the request (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<String>,
    /// With a URL: body of the request, or a file as @FILE
    #[arg(long, value_name = "TEXT|@FILE")]
    pub body: Option<String>,
    /// Set a variable of the profile
    ///
    /// Set a variable of the profile (repeatable).
    #[arg(short = 'e', long = "env", value_name = "NAME=VALUE", value_parser = pair)]
    pub variables: Vec<(String, String)>,
    /// Send metrics, for example prometheus=URL
    ///
    /// Send metrics to this output, for example prometheus=http://localhost:9090/api/v1/write (repeatable).
    #[arg(short = 'o', long = "out", value_name = "OUTPUT", env = "LOADAGENT_OUT", hide_env_values = true)]
    pub outputs: Vec<String>,
    /// Whether `outputs` is the list of `LOADAGENT_OUT`.
    #[arg(skip)]
    pub outputs_by_variable: bool,
    /// Whether it is a run of a campaign, which prints its own table instead of the summary.
    #[arg(skip)]
    pub is_of_campaign: bool,
    /// Variables of the environment that options have their values from.
    #[arg(skip)]
    pub options_by_variable: Vec<String>,
    /// Spans.
    #[arg(long, value_name = "ADDRESS", help = TRACES_HELP, env = "LOADAGENT_TRACES", hide_env_values = true)]
    pub traces: Option<String>,
    /// Targets that are scraped.
    #[command(flatten)]
    pub targets: TargetFlags,
    /// Thresholds beside those of the profile.
    #[arg(long = "threshold", value_name = "METRIC=CONDITION", help = "Set a threshold", long_help = THRESHOLD_HELP, value_parser = threshold, value_delimiter = ';', env = "LOADAGENT_THRESHOLD")]
    pub thresholds: Vec<(String, String)>,
    /// Run that thresholds with `x baseline` are compared with: its directory, or its ID in runs/
    #[arg(long, value_name = "RUN", help = BASELINE_HELP, env = "LOADAGENT_BASELINE")]
    pub baseline: Option<String>,
    /// Leave the first TIME of the run out of thresholds
    #[arg(long, value_name = "TIME", value_parser = duration, env = "LOADAGENT_WARM_UP")]
    pub warm_up: Option<Duration>,
    /// Disable all thresholds
    #[arg(long, env = "LOADAGENT_NO_THRESHOLDS", value_parser = switch)]
    pub no_thresholds: bool,
    /// Add a tag to every series (repeatable)
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = pair)]
    pub tags: Vec<(String, String)>,
    /// ID of the run [default: start time and four letters]
    #[arg(long, env = "LOADAGENT_RUN_ID")]
    pub run_id: Option<String>,
    /// Value of the instance label [default: the host name, with random letters after it if --run-id is given]
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new(), env = "LOADAGENT_INSTANCE")]
    pub instance: Option<String>,
    /// Directory of the run.
    #[arg(long, value_name = "DIR", help = "Directory of the run [default: runs/RUN_ID]", env = "LOADAGENT_RUN_DIR")]
    pub run_dir: Option<PathBuf>,
    /// Go on with the run in this directory, which was killed or stopped
    ///
    /// Go on with the run in this directory, which was killed or stopped: where the wall clock says, with the same run ID
    /// and the profile and options that it was started with. A run with --run-dir and --run-id does so by itself.
    #[arg(long, value_name = "DIR", env = "LOADAGENT_RESUME")]
    pub resume: Option<PathBuf>,
    /// Random seed [default: the profile's, or 1]
    #[arg(long, value_name = "N", value_parser = load::whole::<u64>, env = "LOADAGENT_SEED")]
    pub seed: Option<u64>,
    /// Worker threads [default: one per core available to this process]
    #[arg(long, value_name = "N", value_parser = load::whole::<usize>, env = "LOADAGENT_WORKERS")]
    pub workers: Option<usize>,
    /// Maximum time to deliver metrics after the load has ended; undelivered metrics stay on disk for loadagent replay
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration, env = "LOADAGENT_DRAIN")]
    pub drain: Duration,
    /// Maximum disk space of the run's logs; above it, undelivered intervals are also downsampled and undelivered spans dropped
    #[arg(long, value_name = "SIZE", default_value = "2GiB", value_parser = size, env = "LOADAGENT_DISK_LIMIT")]
    pub disk_limit: u64,
    /// Write Locust's four CSV files with this file name prefix
    #[arg(long, value_name = "PREFIX", env = "LOADAGENT_CSV")]
    pub csv: Option<PathBuf>,
    /// Serve the control API for status, pause …
    ///
    /// Serve the control API on this address, for example localhost:6565; see the commands status, pause, resume, scale
    /// and stop.
    #[arg(long, value_name = "ADDRESS", value_parser = control::address, env = "LOADAGENT_CONTROL")]
    pub control: Option<SocketAddr>,
    /// Time to end after a signal
    ///
    /// Time to end after a signal: half of it for requests in flight and teardown, the rest to deliver metrics and to write
    /// results. In Kubernetes, somewhat less than terminationGracePeriodSeconds [default: as long as it takes].
    #[arg(long, value_name = "TIME", value_parser = duration, env = "LOADAGENT_GRACE")]
    pub grace: Option<Duration>,
    /// Serve /livez and /readyz for probes
    ///
    /// Serve /livez and /readyz on this address, for example :8090, from a thread of their own.
    #[arg(long, value_name = "ADDRESS", value_parser = control::address, env = "LOADAGENT_HEALTH")]
    pub health: Option<SocketAddr>,
    /// Write the verdict and its reasons to this file, for example /dev/termination-log
    #[arg(long, value_name = "FILE", env = "LOADAGENT_TERMINATION_MESSAGE")]
    pub termination_message: Option<PathBuf>,
    /// Grafana.
    #[arg(long, value_name = "URL", help = GRAFANA_HELP, value_parser = dashboards::grafana, env = "LOADAGENT_GRAFANA")]
    pub grafana: Option<Url>,
    /// Also write the summary as JSON to this file
    #[arg(long, value_name = "FILE")]
    pub summary_export: Option<PathBuf>,
    /// Files that report the run.
    #[command(flatten)]
    pub reports: ReportFiles,
    /// Statistics of trend metrics in the summary
    #[arg(long, value_name = "LIST", default_value = crate::report::trends::DEFAULT_STATS)]
    pub summary_trend_stats: String,
    /// In the table of steps, add one row per load stage below each step
    #[arg(long)]
    pub summary_by_stage: bool,
    /// Skip TLS certificate verification (insecure)
    #[arg(long)]
    pub insecure_skip_tls_verify: bool,
    /// Maximum redirects per request; 0 follows none [default: the profile's, or 10]
    #[arg(long, value_name = "N", value_parser = load::whole::<u32>, env = "LOADAGENT_MAX_REDIRECTS")]
    pub max_redirects: Option<u32>,
    /// Print requests and responses
    ///
    /// Print requests and responses to standard error with secrets masked; =full includes the start of bodies.
    #[arg(long, value_name = "full", hide_possible_values = true, num_args = 0..=1, require_equals = true, default_missing_value = "heads")]
    pub http_debug: Option<HttpDebug>,
    /// Print only why a run failed
    ///
    /// Print neither progress nor summary, only why a run failed.
    #[arg(short = 'q', long)]
    pub quiet: bool,
    /// No colours.
    #[arg(long, help = "Disable colours (also with $NO_COLOR)")]
    pub no_color: bool,
    /// Disable live progress; messages are still printed
    #[arg(long)]
    pub no_progress: bool,
}

/// What `--http-debug` shows.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum HttpDebug {
    /// Request and status lines with headers
    Heads,
    /// Also the start of bodies
    Full,
}

/// Flags of `check`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = "It takes all options of run; those that change nothing here are not listed.")]
pub struct CheckArgs {
    /// Print the plan as JSON
    #[arg(long)]
    pub json: bool,
    /// Flags of `run`.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Flags of `target`: every option of the practice target is a flag, read by the target itself.
#[derive(Debug, Clone, Args)]
#[command(after_help = target_options(), override_usage = "loadagent target [--listen ADDRESS] [--OPTION VALUE]...")]
pub struct TargetArgs {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = control::address)]
    pub listen: SocketAddr,
    /// Options of the practice target.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "--OPTION VALUE", hide = true)]
    pub options: Vec<String>,
}

/// Flags of `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// Directory of a run, its intervals.log, or an ID in runs/ [default: the newest run in runs/]
    pub run: Option<PathBuf>,
    /// Print intervals as JSON lines instead of the summary; the last line counts them and says whether the log is complete
    #[arg(long, conflicts_with_all = ["html", "junit", "markdown"])]
    pub intervals: bool,
    /// Write Locust's four CSV files with this file name prefix instead of printing the summary
    #[arg(long, value_name = "PREFIX", conflicts_with_all = ["intervals", "get"])]
    pub csv: Option<PathBuf>,
    /// Files that report the run; the summary is then not printed.
    #[command(flatten)]
    pub reports: ReportFiles,
    /// In the table of steps, add one row per load stage below each step
    #[arg(long)]
    pub summary_by_stage: bool,
    /// Print the JSON Schema of summary.json, of no run
    #[arg(long, exclusive = true)]
    pub schema: bool,
    /// One value of the summary.
    #[arg(
        long,
        value_name = "PATH",
        help = "Print one value of the summary, for example metrics.http_reqs.count",
        conflicts_with_all = ["intervals", "html", "junit", "markdown"]
    )]
    pub get: Option<String>,
}

/// Flags of `replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// Directory of a run, or an ID in runs/ [default: the newest run in runs/]
    pub run: Option<PathBuf>,
    /// Deliver to this output instead of the run's own; required if the run's address held a secret, which is not stored (repeatable)
    #[arg(short = 'o', long = "out", value_name = "OUTPUT")]
    pub outputs: Vec<String>,
    /// Send the whole run, including what was delivered
    #[arg(long, requires = "outputs")]
    pub all: bool,
    /// How long to retry
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub drain: Duration,
}

fn size(text: &str) -> Result<u64, String> {
    units::parse_size(text).map_err(|error| error.to_string())
}

/// An example of `--threshold` has characters that a doc comment would have to quote.
const THRESHOLD_HELP: &str = "Set a threshold; it replaces those of the profile on the same metric and tags, for example \
                              'http_req_duration=p(95)<500' (repeatable)";

const TRACES_HELP: &str =
    "Trace requests and send spans over OTLP, for example 'http://localhost:4318?ratio=0.01&max=50/s'";

const BASELINE_HELP: &str = "Run that thresholds with a multiple of 'baseline' as their limit are compared with: its directory, or its ID in runs/";

const GRAFANA_HELP: &str = "URL of Grafana, for a link to the run's dashboard, for example http://localhost:3000";

fn threshold(text: &str) -> Result<(String, String), String> {
    let (tags, text_of_tags) = (text.find('{'), text.find('=').unwrap_or(text.len()));
    let split = match tags {
        Some(begin) if begin < text_of_tags => end_of_tags(text, begin),
        _ => {
            pair(text).ok().filter(|(name, condition)| !name.ends_with(['<', '>', '!']) && !condition.starts_with('='))
        }
    };
    split.ok_or_else(|| format!("write METRIC=CONDITION, for example {}", with_metric(text)))
}

/// A condition without its metric, such as `p95<5`, with one that it may be meant for; any example for another text.
fn with_metric(text: &str) -> String {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let at = text.find(['<', '>', '=', '!']).unwrap_or(text.len());
    let (stat, comparison) = (text[..at].trim(), text[at..].trim());
    let digits = stat[end.min(stat.len())..].trim_matches(['(', ')', ' ']);
    let is_percentile = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let condition = match &text[..end] {
        _ if comparison.is_empty() => None,
        "p" if is_percentile => Some(format!("http_req_duration=p({digits}){comparison}")),
        "avg" | "med" | "min" | "max" => Some(format!("http_req_duration={stat}{comparison}")),
        "rate" => Some(format!("http_req_failed=rate{comparison}")),
        "count" => Some(format!("http_reqs=count{comparison}")),
        _ => None,
    };
    condition.unwrap_or_else(|| "http_req_duration=p(95)<500".to_owned())
}

/// Splits at the first `=` behind the braces: a tag's value can contain `=`, and in quotes `}=`, too.
fn end_of_tags(text: &str, begin: usize) -> Option<(String, String)> {
    let (mut quote, mut escaped, mut before) = (None, false, '{');
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at <= begin) {
        match (quote, c) {
            _ if escaped => escaped = false,
            (_, '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') if before == ':' => quote = Some(c),
            (None, '}') => {
                if let Some(condition) = text[at + 1..].trim_start().strip_prefix('=') {
                    return Some((text[..=at].to_owned(), condition.to_owned()));
                }
            }
            _ => {}
        }
        before = if c.is_whitespace() { before } else { c };
    }
    None
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    if name.is_empty() {
        Err("the name before `=` is empty".to_owned())
    } else {
        Ok((name.to_owned(), value.to_owned()))
    }
}

/// Reads the value of a switch in a variable.
fn switch(text: &str) -> Result<bool, String> {
    const YES: [&str; 5] = ["true", "1", "yes", "on", "y"];
    const NO: [&str; 5] = ["false", "0", "no", "off", "n"];
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    match (is_one_of(&YES), is_one_of(&NO)) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err("not a boolean: write true or false".to_owned()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    units::parse_duration(text).map_err(|error| error.to_string())
}

/// What stands below `-h`.
const MORE: &str = "More options: loadagent run -h; a first run: loadagent run quickstart";

fn exit_codes() -> String {
    let lines: Vec<String> =
        Exit::TABLE.iter().map(|(exit, meaning)| format!("  {:>3}  {meaning}", exit.code())).collect();
    format!("Exit codes:\n{}", lines.join("\n"))
}

fn target_options() -> String {
    let lines: Vec<String> = crate::practice_target::NAMES
        .iter()
        .map(|(name, help)| format!("  --{:<16} {help}", name.replace('_', "-")))
        .collect();
    format!("Options of the target:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests;
