//! Flags of `dashboards`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use url::Url;

/// What to do with the bundled dashboards.
#[derive(Debug, Subcommand)]
pub enum DashboardsAction {
    /// List titles and descriptions (default)
    List,
    /// Write the dashboards as JSON for Grafana, below DIR/prometheus and DIR/influxdb
    Export(ExportArgs),
}

/// Flags of `dashboards export`.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// Directory to write to
    #[arg(value_name = "DIR", default_value = "dashboards")]
    pub folder: PathBuf,
    /// Prefix of metric names, as in --out 'prometheus=…?prefix='
    #[arg(long, value_name = "PREFIX", default_value = "loadagent_", value_parser = metric_prefix)]
    pub prefix: String,
    /// Prefix of measurements, as in --out 'influxdb=…?prefix='
    #[arg(long, value_name = "PREFIX", default_value = "", value_parser = measurement_prefix)]
    pub measurement_prefix: String,
}

/// Prefixes stand in queries as they are: nothing in them may end a name.
fn metric_prefix(text: &str) -> Result<String, String> {
    let known = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let begins = text.chars().next().is_none_or(|c| !c.is_ascii_digit());
    if known && begins {
        Ok(text.to_owned())
    } else {
        Err("a prefix holds letters, digits and `_`, and does not begin with a digit".to_owned())
    }
}

fn measurement_prefix(text: &str) -> Result<String, String> {
    let known = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    if known && !text.starts_with('_') {
        Ok(text.to_owned())
    } else {
        Err("a prefix holds letters, digits, `_`, `-` and `.`, and does not begin with `_`".to_owned())
    }
}

/// Grafana's address.
pub(super) fn grafana(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}; write for example http://localhost:3000"))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err("write for example http://localhost:3000".to_owned())
    }
}

#[cfg(test)]
mod tests;
