//! Host patterns and ranges of addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// A host name, or `*.domain` for all names below it, with an optional port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPattern {
    /// In lower case, without the `*`.
    name: String,
    below: bool,
    port: Option<u16>,
}

/// A name or address that can't be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameError {
    #[error("`{0}` must be a host name or `*.domain`")]
    Host(String),
    #[error("`{0}` must be an IP address or a network such as 10.0.0.0/8")]
    Network(String),
}

impl HostPattern {
    /// Parses `name`, `*.domain`, `name:port`, `[::1]:port` or `*`.
    ///
    /// # Errors
    /// If it is none of them.
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

    /// Whether a host and port match.
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
    /// Parses `address` or `address/bits`.
    ///
    /// # Errors
    /// If it is neither.
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
mod tests;
