//! The targets that are scraped: those of the profile and those of flags.

use url::Url;

use crate::{
    cli::RunArgs,
    plan::{
        Plan,
        targets::{Target, name_apart},
    },
    run::error::CommandError,
    scraper::Scraper,
};

/// Where the Prometheus is that `--prometheus-query` asks.
const PROMETHEUS: &str = "http://localhost:9090";

/// Adds the targets of flags.
///
/// # Errors
/// When one is not a URL.
pub(crate) fn add_flags(plan: &mut Plan, args: &RunArgs) -> Result<(), CommandError> {
    for text in &args.targets.scrape_targets {
        let target = Target::page(text).map_err(|error| CommandError::usage(format!("--scrape-target {error}")))?;
        plan.targets.push(target);
    }
    if !args.targets.prometheus_queries.is_empty() {
        let text = args.targets.prometheus.as_ref().map_or(PROMETHEUS, Url::as_str);
        let target = Target::page(text).map_err(|error| CommandError::usage(format!("--prometheus {error}")))?;
        plan.targets.push(Target { queries: args.targets.prometheus_queries.clone(), ..target });
    }
    name_apart(&mut plan.targets);
    Ok(())
}

/// What scrapes the targets of a plan; None without any.
///
/// # Errors
/// When a client can't be set up.
pub(crate) fn scraper(targets: &[Target]) -> Result<Option<Scraper>, CommandError> {
    let scraper = (!targets.is_empty()).then(|| Scraper::new(targets.to_vec())).transpose();
    scraper.map_err(|error| CommandError::configuration(error.to_string()))
}
