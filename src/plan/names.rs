//! Name resolution: overrides, blocked hosts and addresses, caching and choice of addresses.

use std::{net::IpAddr, time::Duration};

use crate::net::host::{AddressRange, HostPattern};

/// Options of name resolution.
#[derive(Debug, Clone)]
pub(crate) struct NameOptions {
    /// Lifetime of cached addresses; zero resolves for each connection, [`Duration::MAX`] once.
    pub ttl: Duration,
    pub select: Select,
    pub policy: Policy,
    /// Fixed addresses of host names; the first match counts.
    pub hosts: Vec<(HostPattern, Override)>,
    /// Host names that are never connected to.
    pub blocked_hosts: Vec<HostPattern>,
    /// Addresses that are never connected to.
    pub blocked_addresses: Vec<AddressRange>,
    /// Source addresses, used in turn; empty for the system's choice.
    pub local_addresses: Vec<IpAddr>,
}

impl Default for NameOptions {
    /// k6's defaults.
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(300),
            select: Select::Random,
            policy: Policy::PreferV4,
            hosts: Vec::new(),
            blocked_hosts: Vec::new(),
            blocked_addresses: Vec::new(),
            local_addresses: Vec::new(),
        }
    }
}

/// Which of several addresses is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Select {
    /// The first of the resolver.
    First,
    /// A random one.
    Random,
    RoundRobin,
}

/// Which IP versions are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// IPv4 before IPv6.
    PreferV4,
    /// IPv6 before IPv4.
    PreferV6,
    /// IPv4 only.
    OnlyV4,
    /// IPv6 only.
    OnlyV6,
    /// In the order of the resolver.
    Any,
}

/// A fixed address of a host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Override {
    pub address: IpAddr,
    /// The port, if it is replaced as well.
    pub port: Option<u16>,
}
