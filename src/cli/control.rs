//! Flags of the commands that control a running load.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use clap::Args;

/// Where the run listens.
#[derive(Debug, Clone, Args)]
pub struct ControlArgs {
    /// Address of the run's control API, as given to its --control
    #[arg(
        short = 'a',
        long,
        visible_alias = "address",
        value_name = "ADDRESS",
        default_value = "localhost:6565",
        value_parser = address,
        env = "LOADAGENT_CONTROL"
    )]
    pub control: SocketAddr,
    /// Print the status as JSON
    #[arg(long)]
    pub json: bool,
}

/// Flags of `scale`.
#[derive(Debug, Clone, Args)]
pub struct ScaleArgs {
    /// The scenario; not needed if the run has only one
    pub scenario: Option<String>,
    /// What it gets.
    #[command(flatten)]
    pub load: ScaledLoad,
    /// Where.
    #[command(flatten)]
    pub control: ControlArgs,
}

/// The load that `scale` sets: one of them.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct ScaledLoad {
    /// Users of a closed scenario
    #[arg(short = 'u', long, visible_alias = "users", value_name = "N", value_parser = super::load::whole::<u32>)]
    pub vus: Option<u32>,
    /// Arrivals per second of an open scenario
    #[arg(long, value_name = "N", value_parser = super::load::rate)]
    pub rate: Option<f64>,
    /// Let the scenario follow its schedule again
    #[arg(long)]
    pub as_scheduled: bool,
}

/// Reads the address of a control API: `localhost:6565`, `127.0.0.1:6565`, `:6565` or `6565`.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let wanted = text.trim();
    let wanted = wanted.strip_prefix("http://").unwrap_or(wanted);
    let wanted = wanted.split('/').next().unwrap_or_default();
    let port = wanted.strip_prefix(':').unwrap_or(wanted);
    if let Ok(port) = port.parse::<u16>() {
        return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
    }
    let example = "write HOST:PORT, for example localhost:6565";
    if !wanted.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) {
        return Err(example.to_owned());
    }
    let found: Vec<SocketAddr> = wanted.to_socket_addrs().map_err(|error| format!("{error}; {example}"))?.collect();
    // `localhost` may be both; what listens and what connects must choose the same.
    let first = found.iter().find(|address| matches!(address.ip(), IpAddr::V4(_))).or(found.first());
    first.copied().ok_or_else(|| example.to_owned())
}

#[cfg(test)]
mod tests;
