//! From flags to everything a run needs: the plan, the practice target, outputs, identity.

pub(crate) mod baseline;
pub(crate) mod confirmation;
mod environment;
mod indexed;
pub(crate) mod instance;
pub(crate) mod load;
pub(crate) mod outputs;
pub(crate) mod start_at;
pub(crate) mod targets;
pub(crate) mod thresholds;
pub(crate) mod traces;
mod verdicts;
pub(crate) mod warnings;

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    cli::{HttpDebug, RunArgs, near_command},
    executor::Sampling,
    exit::Exit,
    interval_log::{
        Header,
        frame::{LoggedScenario, LoggedStage, Model},
    },
    metric::Kind,
    output::OutputAddress,
    plan::{
        Partition, Plan, Shape,
        describe::{describe, describe_part},
        http::Debug,
        schedule::StageLoad,
    },
    practice_target::{self, Target, TargetOptions},
    profile::{self, Overrides, bundled, quick_plan},
    report::trends::parse_stats,
    run::{error::CommandError, find::RUNS},
    threshold::Stat,
};

/// Everything a run needs.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What will happen.
    pub plan: Arc<Plan>,
    /// The practice target, for as long as the run lasts.
    pub target: Option<Target>,
    /// Where metrics go.
    pub outputs: Vec<OutputAddress>,
    /// Identity.
    pub run_id: String,
    /// Name of this process among those of the run.
    pub instance: String,
    /// Folder.
    pub run_dir: PathBuf,
    /// Threads that make load.
    pub workers: usize,
    /// The part of the load that this process makes.
    pub segment: Partition,
    /// Time from the start that thresholds leave out.
    pub warm_up: Duration,
    /// Statistics that are shown.
    pub trend_stats: Vec<(String, Stat)>,
    /// The text of the profile, with secrets struck out.
    pub profile: String,
    /// What can be said against the run before it starts.
    pub warnings: Vec<String>,
}

/// The name of a profile that flags and a URL stand for.
pub(crate) const QUICK: &str = "flags";

/// A profile's text and the name it goes by.
#[derive(Debug)]
pub(crate) struct Source {
    /// For messages.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Prepares a run; nothing is sent.
///
/// # Errors
/// Bad flags (2), a bad profile or configuration (104).
pub(crate) fn prepare(args: &RunArgs) -> Result<Prepared, CommandError> {
    // One provider for every TLS client of the process; a second call is ignored.
    drop(rustls::crypto::ring::default_provider().install_default());
    raise_descriptor_limit();
    let source = find_source(args)?;
    if profile::campaign::is_campaign(&source.text) {
        let name = &source.name;
        return Err(CommandError::configuration(format!("{name} is a campaign\n  hint: loadagent campaign {name}")));
    }
    let (plan, target) = load_plan(&source, args, true)?;
    let Identity { trend_stats, segment, outputs, run_id, workers, warm_up } = identity(args, &plan)?;
    let instance = instance::name(args.instance.as_deref(), args.run_id.is_some(), segment);
    let run_dir = args.run_dir.clone().unwrap_or_else(|| PathBuf::from(RUNS).join(&run_id));
    let warnings = warnings::of(&plan, segment, &source, args);
    let profile = text_of(&source, &plan);
    let plan = Arc::new(plan);
    Ok(Prepared {
        plan,
        target,
        outputs,
        run_id,
        instance,
        run_dir,
        workers,
        segment,
        warm_up,
        trend_stats,
        profile,
        warnings,
    })
}

/// The text of the profile and those of the files that it includes, with secrets struck out.
fn text_of(source: &Source, plan: &Plan) -> String {
    let included = plan.included.iter().map(|file| {
        let rule = "-".repeat(20);
        format!("\n# {rule} {}, which the profile includes\n{}", file.name, profile::struck_out::struck_out(&file.text))
    });
    std::iter::once(profile::struck_out::struck_out(&source.text)).chain(included).collect()
}

/// What flags say beside the plan.
struct Identity {
    trend_stats: Vec<(String, Stat)>,
    segment: Partition,
    outputs: Vec<OutputAddress>,
    run_id: String,
    workers: usize,
    warm_up: Duration,
}

/// Whether the flags can be read that don't change the plan: `check` refuses what `run` refuses. Gives the part of the
/// load that they select, and the number of outputs.
///
/// # Errors
/// Bad flags (2), a bad configuration (104).
pub(crate) fn check_flags(args: &RunArgs, plan: &Plan) -> Result<(Partition, usize), CommandError> {
    let Identity { segment, outputs, .. } = identity(args, plan)?;
    let wait = args.load.start_at.as_deref().map(|text| start_at::wait_until(text, Timestamp::now()));
    match wait {
        // The time of a profile that is checked may have passed.
        Some(Err(error @ start_at::StartAtError::NotATime(_))) => {
            Err(CommandError::usage(format!("--start-at {error}")))
        }
        _ => Ok((segment, outputs.len())),
    }
}

fn identity(args: &RunArgs, plan: &Plan) -> Result<Identity, CommandError> {
    let trend_stats = parse_stats(&args.summary_trend_stats)
        .map_err(|message| CommandError::usage(format!("--summary-trend-stats: {message}")))?;
    let segment = load::segment(args)?;
    if segment != Partition::WHOLE && plan.searched_rates().is_some() {
        let message = "--segment: a search for the breaking point needs the whole load; each part would search alone";
        return Err(CommandError::usage(message));
    }
    let environment = |name: &str| plan.variables.get(name).cloned().or_else(|| std::env::var(name).ok());
    let flags = match &args.outputs[..] {
        [list] if args.outputs_by_variable => outputs::split(list),
        flags => flags.to_vec(),
    };
    let addresses = if flags.is_empty() { &plan.outputs } else { &flags };
    let traces = args.traces.as_ref().or(plan.traces.as_ref()).map(|given| traces::address(given));
    let all = addresses.iter().cloned().chain(traces);
    let outputs: Result<Vec<_>, _> = all.map(|given| OutputAddress::parse(&given, environment)).collect();
    let outputs = outputs.map_err(|error| CommandError::new(Exit::BadProfile, &error))?;
    traces::check_single_output(&outputs)?;
    let mixed = OutputAddress::one_place_each(&outputs);
    mixed.map_err(|error| CommandError::new(Exit::BadProfile, &error))?;
    let run_id = match &args.run_id {
        Some(id)
            if id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
                && !id.is_empty()
                && !id.starts_with('.') =>
        {
            id.clone()
        }
        Some(id) => {
            let message = format!("--run-id `{id}` may hold only letters, digits, `-`, `_` and `.`");
            return Err(CommandError::usage(message));
        }
        None => new_run_id(),
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workers = args.workers.unwrap_or(cores);
    if workers == 0 || workers > 1_024 {
        return Err(CommandError::usage("--workers must be between 1 and 1024"));
    }
    let warm_up = load::warm_up(args, plan)?;
    Ok(Identity { trend_stats, segment, outputs, run_id, workers, warm_up })
}

impl Prepared {
    /// How many record: the workers, setup and teardown.
    #[must_use]
    pub(crate) fn recorders(&self) -> usize {
        self.workers + usize::from(self.plan.setup.is_some()) + usize::from(self.plan.teardown.is_some())
    }

    /// What is traced, if it is asked for.
    #[must_use]
    pub(crate) fn sampling(&self) -> Option<Sampling> {
        traces::sampling(&self.outputs, (&self.run_id, &self.instance), self.plan.seed)
    }

    /// The first record of the run's log.
    #[must_use]
    pub(crate) fn header(&self, started_at_ms: i64) -> Header {
        let plan = &self.plan;
        let own = [("run_id", &self.run_id), ("profile", &plan.name), ("instance", &self.instance)];
        let own = own.map(|(name, value)| (name.to_owned(), value.clone()));
        let counters = plan.metrics.iter().filter(|metric| metric.def.kind == Kind::Counter);
        Header {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: self.run_id.clone(),
            profile: plan.name.clone(),
            started_at_ms,
            seed: plan.seed,
            planned_ms: u64::try_from(plan.duration().as_millis()).unwrap_or(u64::MAX),
            warm_up_ms: u64::try_from(self.warm_up.as_millis()).unwrap_or(u64::MAX),
            labels: plan.tags.iter().cloned().chain(own).collect(),
            scenarios: logged_scenarios(plan, self.segment),
            requests: traces::request_headers(plan),
            counters: counters.map(|metric| metric.def.name.to_string()).collect(),
            thresholds: plan.thresholds.iter().map(|one| thresholds::to_logged(one, &plan.metrics)).collect(),
            instance: self.instance.clone(),
            search: plan.searched_rates().is_some(),
            segment: (self.segment != Partition::WHOLE).then(|| self.segment.place()),
            merged: None,
        }
    }
}

/// The scenarios of a plan in the log.
fn logged_scenarios(plan: &Plan, segment: Partition) -> Vec<LoggedScenario> {
    plan.scenarios.iter().map(|scenario| scenario_header(scenario, segment)).collect()
}

fn scenario_header(scenario: &crate::plan::Scenario, segment: Partition) -> LoggedScenario {
    let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let model = if matches!(scenario.shape, Shape::Open(_)) { Model::Open } else { Model::Closed };
    LoggedScenario {
        name: scenario.name.clone(),
        executor: scenario.executor.to_owned(),
        model,
        load: describe(scenario) + &describe_part(scenario, segment),
        start_ms: millis(scenario.start),
        length_ms: millis(scenario.duration()),
        stages: stages(scenario),
    }
}

/// The load over time. That of a scenario that ends by its iterations, or is searched or controlled, is not known.
fn stages(scenario: &crate::plan::Scenario) -> Vec<LoggedStage> {
    let loads = match &scenario.shape {
        Shape::Open(open) if open.is_searched => Vec::new(),
        Shape::Open(open) => open.schedule.loads(),
        Shape::Closed(closed) if matches!(scenario.executor, "constant-vus" | "ramping-vus") => closed.schedule.loads(),
        Shape::Closed(_) => Vec::new(),
    };
    let logged = |load: StageLoad| LoggedStage {
        length_ms: u64::try_from(load.length.as_millis()).unwrap_or(u64::MAX),
        from: load.from,
        to: load.to,
    };
    loads.into_iter().map(logged).collect()
}

/// Finds the profile: a URL with flags, a bundled name, a file.
///
/// # Errors
/// When there is none, or flags do not go with it.
pub(crate) fn find_source(args: &RunArgs) -> Result<Source, CommandError> {
    let named =
        args.profile.clone().or_else(|| std::env::var("LOADAGENT_PROFILE").ok().filter(|name| !name.trim().is_empty()));
    if let Some(url) = named.as_ref().filter(|name| name.contains("://")) {
        let text = quick_plan(url, &load::flags(args), &load::request(args))
            .map_err(|invalid| CommandError { exit: Exit::Usage, message: load::message_with_hint(&invalid) })?;
        return Ok(Source { name: QUICK.to_owned(), text });
    }
    load::no_request(args)?;
    let name = named.unwrap_or_else(|| "loadagent.yaml".to_owned());
    if let Some(message) = script(&name) {
        return Err(CommandError::configuration(message));
    }
    match fs::read_to_string(&name) {
        Ok(text) => Ok(Source { name, text }),
        Err(_) if bundled::find(&name).is_some() => {
            let text = bundled::find(&name).unwrap_or_default().to_owned();
            Ok(Source { name, text })
        }
        Err(_) if args.profile.is_none() && name == "loadagent.yaml" => Err(CommandError::configuration(
            "no profile given, and there is no loadagent.yaml here\n  hint: `loadagent run quickstart` needs no server; `loadagent run http://…` needs no file",
        )),
        Err(error) => Err(CommandError::configuration(not_read(&name, &error))),
    }
}

/// Why the file of another tool is no profile, by its name.
fn script(name: &str) -> Option<String> {
    const KINDS: [(&[&str], &str); 4] = [
        (&["js", "mjs", "cjs", "ts"], "a script, as k6 and Artillery run them"),
        (&["py"], "a script, as Locust runs them"),
        (&["jmx"], "a test plan of JMeter"),
        (&["scala", "java", "kt"], "a simulation, as Gatling runs them"),
    ];
    let extension = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
    if extension == "har" {
        let hint = format!("loadagent convert {name} loadagent.yaml makes a profile of it");
        return Some(format!("`{name}` is a recording of a browser; loadagent runs profiles in YAML\n  hint: {hint}"));
    }
    let (_, kind) = KINDS.iter().find(|(extensions, _)| extensions.contains(&&*extension))?;
    Some(format!(
        "`{name}` is {kind}; loadagent runs profiles in YAML\n  hint: `loadagent init` writes a first one; docs/migration.md \
         lists what stands for options and functions of k6 and Locust"
    ))
}

/// Why an argument is no profile, and what may be meant.
fn not_read(name: &str, error: &std::io::Error) -> String {
    let message = match error.kind() {
        std::io::ErrorKind::NotFound if name.trim().is_empty() => "the name of the profile is empty".to_owned(),
        std::io::ErrorKind::NotFound => format!("no file or bundled profile `{name}`"),
        std::io::ErrorKind::IsADirectory => format!("`{name}` is a folder; give the profile in it"),
        std::io::ErrorKind::InvalidData => format!("`{name}` is not text in UTF-8, so it is no profile"),
        _ => format!("{name}: {error}"),
    };
    let bundled = bundled::all().map(|(name, ..)| *name);
    let hint = if is_like_url(name) {
        let rest = name.trim_start_matches("http:").trim_start_matches("https:").trim_start_matches('/');
        Some(format!("is that a URL? write http://{rest}"))
    } else {
        let command = || near_command(name).map(|hint| hint.replace("mean ", "mean the command "));
        profile::diagnostic::did_you_mean(name, bundled).or_else(command)
    };
    format!("{message}{}", hint.map(|hint| format!("\n  hint: {hint}")).unwrap_or_default())
}

/// Whether an argument looks like a URL without its scheme: `localhost`, `host:8080`, `10.0.0.1/path`, `example.com`.
fn is_like_url(name: &str) -> bool {
    let rest = name.strip_prefix("//").unwrap_or(name);
    if rest != name || name.starts_with("http:") || name.starts_with("https:") {
        return true;
    }
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let has_port = !name.is_empty() && !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
    let is_file =
        ["yaml", "yml", "json", "js"].iter().any(|end| host.to_ascii_lowercase().ends_with(&format!(".{end}")));
    let has_domain = name.contains('.') && name.split('.').all(|part| !part.is_empty());
    has_port || name.eq_ignore_ascii_case("localhost") || (has_domain && !is_file)
}

/// Reads the plan and, where the profile asks for it and `start` is set, starts the practice target first.
///
/// # Errors
/// When the profile is wrong or the target can't be started.
pub(crate) fn load_plan(source: &Source, args: &RunArgs, start: bool) -> Result<(Plan, Option<Target>), CommandError> {
    // Bound before the profile is read, which needs the address; only a profile with a practice target uses it.
    let listener = start.then(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).transpose();
    let listener = listener.map_err(|error| CommandError::internal(&error))?;
    let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
    let given = Overrides {
        flags: args.variables.clone(),
        environment: std::env::vars_os()
            .filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()))
            .collect(),
        // Any address will do when no target is started.
        practice_url: Some(address.map_or("http://127.0.0.1:1".to_owned(), |address| format!("http://{address}"))),
        load: load::load_overrides(args, source.name == QUICK)?,
        environment_name: args.load.environment.clone(),
        preset: args.load.preset.clone(),
        seed: args.seed,
        check_outputs: args.outputs.is_empty().then_some(outputs::errors),
        check_target_option: Some(|name, value| {
            TargetOptions::default().set(name, value).map_err(|error| error.to_string())
        }),
    };
    let mut plan = profile::load(&source.name, &source.text, &given).map_err(|errors| refused(source, &errors))?;
    let running = match (&plan.practice_target, listener) {
        (Some(options), Some(listener)) => Some(start_target(options, &listener)?),
        _ => None,
    };
    overlay(&mut plan, args)?;
    plan.notes.extend(environment::note(&plan, args));
    plan.notes.extend(environment::repeated(args));
    confirmation::permit(&plan, args, start)?;
    Ok((plan, running))
}

/// The errors of a profile; those of a URL and its flags stand in no file.
fn refused(source: &Source, errors: &profile::Diagnostics) -> CommandError {
    if source.name != QUICK {
        return CommandError::configuration(errors.to_string());
    }
    let hint = |hint: &Option<String>| hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
    let lines = errors.list.iter().map(|error| format!("{}{}", error.message, hint(&error.hint)));
    CommandError::usage(lines.collect::<Vec<_>>().join("\n"))
}

fn start_target(options: &[(String, String)], listener: &TcpListener) -> Result<Target, CommandError> {
    let mut set = TargetOptions::default();
    for (name, value) in options {
        set.set(name, value).map_err(|error| CommandError::new(Exit::BadProfile, &error))?;
    }
    practice_target::start_on(set, listener).map_err(|error| CommandError::internal(&error))
}

/// What flags change in a plan.
fn overlay(plan: &mut Plan, args: &RunArgs) -> Result<(), CommandError> {
    plan.http.tls.skip_verify |= args.insecure_skip_tls_verify;
    plan.http.max_redirects = args.max_redirects.unwrap_or(plan.http.max_redirects);
    match args.http_debug {
        Some(HttpDebug::Full) => plan.http.debug = Debug::Full,
        Some(HttpDebug::Heads) => plan.http.debug = plan.http.debug.max(Debug::Heads),
        None => {}
    }
    for (at, (name, value)) in args.tags.iter().enumerate() {
        profile::tag_name::check_tag(name)
            .map_err(|message| CommandError { exit: Exit::Usage, message: format!("--tag: {message}") })?;
        if args.tags[..at].iter().any(|(known, _)| known == name) {
            let message = format!("--tag {name} is given twice\n  hint: a tag has one value for the whole run");
            return Err(CommandError { exit: Exit::Usage, message });
        }
        plan.tags.retain(|(known, _)| known != name);
        plan.tags.push((name.clone(), value.clone()));
    }
    targets::add_flags(plan, args)?;
    load::adjust(plan, args)
}

fn new_run_id() -> String {
    let letters: String = std::iter::repeat_with(|| fastrand::char('a'..='z')).take(4).collect();
    format!("{}-{letters}", Timestamp::now().strftime("%Y%m%d-%H%M%S"))
}

/// The limit of open files, and for how many users it leaves a socket each; None without a limit.
pub(crate) fn sockets_for_users() -> Option<(u64, u64)> {
    /// What a run opens besides: its logs, outputs, the control API.
    const BESIDES: u64 = 50;
    let limit = getrlimit(Resource::Nofile).maximum?;
    Some((limit, limit.saturating_sub(BESIDES)))
}

/// Each user may hold a socket: as many descriptors as the hard limit allows.
fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    // A refusal leaves the limit as it was; running out is then seen and counted as `no_socket`.
    let _refused = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).is_err();
}
