//! The bundled dashboards, one per file, each from summary to details.

mod agents;
mod compare;
mod generator;
mod live;
mod runs;
mod shared;
mod soak;
mod spike;
mod stress;

use super::{Dashboard, DataSource};

/// One per dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundledDashboard {
    /// A run in progress.
    Live,
    /// A long steady run: drift and leaks.
    Soak,
    /// A sudden burst: failures and recovery.
    Spike,
    /// Increasing load: the limit.
    Stress,
    /// Two runs compared.
    Compare,
    /// Health of the generator and its outputs.
    Generator,
    /// Event streams and language models.
    Agents,
    /// All runs.
    Runs,
}

impl BundledDashboard {
    /// All dashboards.
    pub const ALL: [Self; 8] =
        [Self::Live, Self::Soak, Self::Spike, Self::Stress, Self::Compare, Self::Agents, Self::Generator, Self::Runs];

    /// File name and tag.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Soak => "soak",
            Self::Spike => "spike",
            Self::Stress => "stress",
            Self::Compare => "compare",
            Self::Agents => "agents",
            Self::Generator => "generator",
            Self::Runs => "runs",
        }
    }

    /// The dashboard for the tag `kind` of a profile: `soak`, `spike` or `stress`; else `live`.
    #[must_use]
    pub fn of_kind(kind: Option<&str>) -> Self {
        let tests = [Self::Soak, Self::Spike, Self::Stress];
        tests.into_iter().find(|topic| Some(topic.as_str()) == kind).unwrap_or(Self::Live)
    }

    /// Grafana's dashboard UID, the same in every installation.
    #[must_use]
    pub fn uid(self, data_source: DataSource) -> String {
        match data_source {
            DataSource::Prometheus => format!("loadagent-{}", self.as_str()),
            DataSource::InfluxDb => format!("loadagent-{}-influx", self.as_str()),
        }
    }

    /// The dashboard.
    #[must_use]
    pub(crate) fn dashboard(self, data_source: DataSource) -> Dashboard {
        match self {
            Self::Live => live::dashboard(data_source),
            Self::Soak => soak::dashboard(data_source),
            Self::Spike => spike::dashboard(data_source),
            Self::Stress => stress::dashboard(data_source),
            Self::Compare => compare::dashboard(data_source),
            Self::Agents => agents::dashboard(data_source),
            Self::Generator => generator::dashboard(data_source),
            Self::Runs => runs::dashboard(data_source),
        }
    }
}
