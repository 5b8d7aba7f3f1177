//! Where names lead to: overrides, what is forbidden, how looked-up addresses are remembered and chosen.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use ipnet::IpNet;

/// What is decided about names.
#[derive(Debug, Clone)]
pub(crate) struct NameOptions {
    /// How long a looked-up name is trusted; zero asks for each connection, [`Duration::MAX`] once.
    pub ttl: Duration,
    /// Which of several addresses comes first.
    pub select: Select,
    /// Which addresses are taken.
    pub policy: Policy,
    /// Names that lead elsewhere; the first that matches counts.
    pub hosts: Vec<(HostPattern, Override)>,
    /// Names that must not be connected to.
    pub blocked_hosts: Vec<HostPattern>,
    /// Addresses that must not be connected to.
    pub blocked_addresses: Vec<AddressRange>,
    /// Addresses of this machine to connect from, in turn; empty lets the system choose.
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
    /// The first that the resolver gave.
    First,
    /// Any.
    Random,
    /// One after the other.
    RoundRobin,
}

/// Which addresses are taken.
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
    /// As the resolver gave them.
    Any,
}

/// Where a name leads instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Override {
    /// The address.
    pub address: IpAddr,
    /// The port, if it changes too.
    pub port: Option<u16>,
}

/// A host name, `*.domain` for all names below one, and perhaps a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPattern {
    /// Lower case, without the `*`.
    name: String,
    below: bool,
    port: Option<u16>,
}

/// A name or address that can't be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameError {
    #[error("`{0}` is neither a host name nor `*.domain`")]
    Host(String),
    #[error("`{0}` is neither an address nor a network such as 10.0.0.0/8")]
    Network(String),
}

impl HostPattern {
    /// Reads `name`, `*.domain`, `name:port`, `[::1]:port` or `*`.
    ///
    /// # Errors
    /// When it is none of them.
    pub(crate) fn parse(text: &str) -> Result<Self, NameError> {
        let wrong = || NameError::Host(text.to_owned());
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                (name, Some(port.parse().map_err(|_| wrong())?))
            }
            _ => (text, None),
        };
        let name = name.trim_matches(['[', ']']).to_ascii_lowercase();
        let (name, below) = match name.strip_prefix('*') {
            Some(rest) => (rest.to_owned(), true),
            None => (name, false),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        let whole = !name.is_empty() && (!below || name.starts_with('.'));
        if (below && name.is_empty() || whole) && name.chars().all(plain) {
            Ok(Self { name, below, port })
        } else {
            Err(wrong())
        }
    }

    /// Whether a host and port are meant.
    #[must_use]
    pub(crate) fn matches(&self, host: &str, port: u16) -> bool {
        let host = host.to_ascii_lowercase();
        let named = if self.below { host.ends_with(&self.name) } else { host == self.name };
        named && self.port.is_none_or(|own| own == port)
    }
}

/// A network such as `10.0.0.0/8`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AddressRange(IpNet);

impl AddressRange {
    /// Reads `address` or `address/bits`.
    ///
    /// # Errors
    /// When it is neither.
    pub(crate) fn parse(text: &str) -> Result<Self, NameError> {
        let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
        network.map(Self).map_err(|_| NameError::Network(text.to_owned()))
    }

    /// Whether it contains an address; IPv4 written as IPv6 counts as IPv4.
    #[must_use]
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// Whether an address is this machine's own.
#[must_use]
pub(crate) fn is_loopback(host: &str) -> bool {
    let loopback = |address: IpAddr| match address {
        IpAddr::V4(address) => Ipv4Addr::is_loopback(&address),
        IpAddr::V6(address) => Ipv6Addr::is_loopback(&address),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_names_below_a_domain_and_ports() {
        let matches = |pattern: &str, host: &str, port| HostPattern::parse(pattern).unwrap().matches(host, port);
        assert!(matches("Shop.example", "shop.EXAMPLE", 80));
        assert!(matches("*.example", "a.b.example", 80) && !matches("*.example", "example", 80));
        assert!(!matches("*.example", "badexample", 80));
        assert!(matches("*", "anything", 1));
        assert!(matches("h:81", "h", 81) && !matches("h:81", "h", 80));
        assert!(matches("[::1]:81", "::1", 81) && matches("::1", "::1", 9));
        for wrong in ["", "a b", "*x", "h:port", "http://h/"] {
            assert!(HostPattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn networks_hold_what_begins_alike() {
        let holds =
            |network: &str, address: &str| AddressRange::parse(network).unwrap().contains(address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.1", "10.0.0.1") && !holds("10.0.0.1", "10.0.0.2"));
        assert!(holds("0.0.0.0/0", "1.2.3.4") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
        assert!(holds("fe80::/10", "fe80::1") && !holds("fe80::/10", "::1"));
        assert!(AddressRange::parse("10.0.0.0/33").is_err() && AddressRange::parse("x").is_err());
    }

    #[test]
    fn loopback_is_known_by_name_and_address() {
        assert!(is_loopback("localhost") && is_loopback("127.8.8.8") && is_loopback("::1"));
        assert!(!is_loopback("example.org") && !is_loopback("10.0.0.1"));
    }
}
