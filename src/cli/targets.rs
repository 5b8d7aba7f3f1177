//! Flags for metrics of the system under test.

use clap::Args;
use url::Url;

use super::dashboards;

const SCRAPE_HELP: &str = "Read the metrics of the system under test from this page during the run, for example http://shop:9090/metrics \
                           (repeatable). They are exported like other metrics, and judged for leaks.";
const PROMETHEUS_HELP: &str = "Prometheus that --prometheus-query asks [default: http://localhost:9090]";

/// What is scraped.
#[derive(Debug, Clone, Default, Args)]
pub struct TargetFlags {
    /// Read the metrics of a page of Prometheus or OpenMetrics during the run (repeatable)
    #[arg(
        long = "scrape-target",
        long_help = SCRAPE_HELP,
        value_name = "URL",
        env = "LOADAGENT_SCRAPE_TARGET",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub scrape_targets: Vec<String>,
    /// Queries, by name.
    #[arg(long = "prometheus-query", value_name = "NAME=QUERY", help = QUERY_HELP, value_parser = query)]
    pub prometheus_queries: Vec<(String, String)>,
    /// Where the queries go.
    #[arg(long, help = PROMETHEUS_HELP, value_name = "URL", value_parser = dashboards::grafana, env = "LOADAGENT_PROMETHEUS", hide_env_values = true)]
    pub prometheus: Option<Url>,
}

/// An example has characters that a doc comment would have to quote.
const QUERY_HELP: &str = "Read the result of a query from a Prometheus during the run as metric target_NAME, for example \
                          'memory=sum(container_memory_working_set_bytes{pod=\"shop\"})' (repeatable)";

fn query(text: &str) -> Result<(String, String), String> {
    let example = "write NAME=QUERY, for example memory=process_resident_memory_bytes";
    let (name, query) = text.split_once('=').ok_or(example)?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name && !query.trim().is_empty() { Ok((name.to_owned(), query.to_owned())) } else { Err(example.to_owned()) }
}
