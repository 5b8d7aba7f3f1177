//! Name resolution in the section `http:`: `dns`, `hosts`, and blocked hosts and addresses.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::super::{
    diagnostic::Invalid,
    grammar::{Key, Section, Type, words},
    reader::{MapReader, Reader},
};
use crate::{
    net::host::{AddressRange, HostPattern},
    plan::names::{NameOptions, Override, Policy, Select},
    units,
};

/// Options of name resolution.
pub(in crate::profile) static DNS: Section = Section::new(
    "dns",
    "Name resolution, as in k6.",
    &[&[
        Key::new("ttl", Type::Text, "how long addresses are cached: a duration, `inf` or 0; 5m"),
        Key::new("select", Type::Word(&words(&SELECTS)), "which address is used; random"),
        Key::new("policy", Type::Word(&words(&POLICIES)), "which IP version is used; preferIPv4"),
    ]],
);

const SELECTS: [(&str, Select); 3] =
    [("first", Select::First), ("random", Select::Random), ("roundRobin", Select::RoundRobin)];
const POLICIES: [(&str, Policy); 5] = [
    ("preferIPv4", Policy::PreferV4),
    ("preferIPv6", Policy::PreferV6),
    ("onlyIPv4", Policy::OnlyV4),
    ("onlyIPv6", Policy::OnlyV6),
    ("any", Policy::Any),
];

pub(super) fn read(reader: &Reader, http: &mut MapReader<'_>) -> NameOptions {
    let mut names = NameOptions::default();
    if let Some(node) = http.take("dns") {
        let mut dns = reader.section(node, "dns", &DNS);
        let ttl = dns.take("ttl").and_then(|node| reader.parsed(node, "ttl", parse_ttl));
        let select = dns.take("select").and_then(|node| reader.word(node, "select", &SELECTS));
        let policy = dns.take("policy").and_then(|node| reader.word(node, "policy", &POLICIES));
        dns.finish(reader);
        names.ttl = ttl.unwrap_or(names.ttl);
        names.select = select.unwrap_or(names.select);
        names.policy = policy.unwrap_or(names.policy);
    }
    if let Some(node) = http.take("hosts") {
        for entry in &reader.map(node, "hosts").entries {
            let pattern =
                HostPattern::parse(&entry.name).map_err(|error| reader.error(entry.position, error.to_string(), None));
            let to = reader.parsed(entry.value, &format!("`{}`", entry.name), parse_override);
            names.hosts.extend(pattern.ok().zip(to));
        }
    }
    names.blocked_hosts = list(reader, http, "block_hostnames", HostPattern::parse);
    names.blocked_addresses = list(reader, http, "blacklist_ips", AddressRange::parse);
    names.local_addresses = list(reader, http, "local_ips", |text| {
        text.parse::<IpAddr>().map_err(|_| format!("`{text}` is not an IP address"))
    });
    names
}

fn list<T, E: std::fmt::Display>(
    reader: &Reader,
    http: &mut MapReader<'_>,
    key: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Vec<T> {
    let Some(node) = http.take(key) else { return Vec::new() };
    node.one_or_many().iter().filter_map(|item| reader.parsed(item, key, &parse)).collect()
}

/// A duration, or k6's `inf`.
fn parse_ttl(text: &str) -> Result<Duration, Invalid> {
    if text == "inf" {
        Ok(Duration::MAX)
    } else {
        units::parse_duration(text).map_err(|error| Invalid::new(error.to_string()))
    }
}

fn parse_override(text: &str) -> Result<Override, Invalid> {
    if let Ok(address) = text.parse() {
        return Ok(Override { address, port: None });
    }
    let invalid = |_| Invalid::new(format!("`{text}` must be an IP address or ADDRESS:PORT"));
    let whole: SocketAddr = text.parse().map_err(invalid)?;
    Ok(Override { address: whole.ip(), port: Some(whole.port()) })
}
