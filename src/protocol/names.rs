//! Name resolution: overrides of `hosts`, blocked hosts and addresses, a cache, and the order in which addresses are tried.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    rc::Rc,
    time::Duration,
};

use tokio::{net::lookup_host, time::Instant};

use super::{ErrorClass, Failure, Phase};
use crate::plan::names::{NameOptions, Policy, Select};

/// Most names in the cache of a worker.
const MAX_NAMES: usize = 4_096;

/// The resolver of a worker.
#[derive(Debug)]
pub(crate) struct Names {
    options: NameOptions,
    known: RefCell<HashMap<String, Known>>,
    turn: Cell<usize>,
}

#[derive(Debug, Clone)]
struct Known {
    asked: Instant,
    addresses: Rc<[IpAddr]>,
}

impl Names {
    /// A resolver with an empty cache.
    #[must_use]
    pub(crate) fn new(options: NameOptions) -> Self {
        Self { options, known: RefCell::default(), turn: Cell::default() }
    }

    /// Checks a host against `blockHostnames`.
    ///
    /// # Errors
    /// [`ErrorClass::Blocked`] when a pattern matches.
    pub(crate) fn check_not_blocked(&self, host: &str, port: u16) -> Result<(), Failure> {
        let blocked = self.options.blocked_hosts.iter().any(|pattern| pattern.matches(host, port));
        if blocked {
            Err(Failure::text(ErrorClass::Blocked, format!("`{host}` is in `block_hostnames`")))
        } else {
            Ok(())
        }
    }

    /// The addresses of a host, in the order in which to try them.
    ///
    /// # Errors
    /// When the look-up fails, or every address is blocked.
    pub(crate) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
        let elsewhere = self.options.hosts.iter().find(|(pattern, _)| pattern.matches(host, port));
        let addresses = if let Some((_, to)) = elsewhere {
            vec![SocketAddr::new(to.address, to.port.unwrap_or(port))]
        } else {
            let addresses = match host.parse::<IpAddr>() {
                Ok(address) => Rc::from([address]),
                Err(_) => self.look_up(host).await?,
            };
            let turn = self.turn.replace(self.turn.get().wrapping_add(1));
            let ordered = order(&addresses, self.options.policy, self.options.select, turn);
            ordered.into_iter().map(|address| SocketAddr::new(address, port)).collect()
        };
        if addresses.is_empty() {
            return Err(Failure::text(ErrorClass::Dns, format!("`{host}` has no address that `dns.policy` allows")));
        }
        let is_blocked =
            |address: &SocketAddr| self.options.blocked_addresses.iter().any(|range| range.contains(address.ip()));
        let allowed: Vec<_> = addresses.into_iter().filter(|address| !is_blocked(address)).collect();
        if allowed.is_empty() {
            return Err(Failure::text(ErrorClass::Blocked, format!("every address of `{host}` is in `blacklist_ips`")));
        }
        Ok(allowed)
    }

    /// The local address to connect to `peer` from, if the profile lists one of the same address family.
    #[must_use]
    pub(crate) fn local_address(&self, peer: SocketAddr) -> Option<IpAddr> {
        let alike: Vec<_> = self.options.local_addresses.iter().filter(|own| own.is_ipv4() == peer.is_ipv4()).collect();
        let turn = self.turn.get().checked_rem(alike.len())?;
        alike.get(turn).copied().copied()
    }

    async fn look_up(&self, host: &str) -> Result<Rc<[IpAddr]>, Failure> {
        if let Some(known) = self.known.borrow().get(host)
            && known.asked.elapsed() < self.options.ttl
        {
            return Ok(known.addresses.clone());
        }
        let found = lookup_host((host, 0)).await.map_err(|error| {
            let class = ErrorClass::of_io(Phase::Dns, &error);
            Failure::text(class, format!("`{host}`: {}", resolver_words(&error)))
        })?;
        let addresses: Rc<[IpAddr]> = found.map(|address| address.ip()).collect();
        if self.options.ttl > Duration::ZERO {
            let mut known = self.known.borrow_mut();
            if known.len() >= MAX_NAMES {
                known.clear();
            }
            known.insert(host.to_owned(), Known { asked: Instant::now(), addresses: addresses.clone() });
        }
        Ok(addresses)
    }
}

/// What the resolver answered.
fn resolver_words(error: &std::io::Error) -> String {
    let words = error.to_string();
    words.strip_prefix("failed to lookup address information: ").unwrap_or(&words).to_owned()
}

/// Sorts addresses: the preferred family first, and each family by `select`.
fn order(addresses: &[IpAddr], policy: Policy, select: Select, turn: usize) -> Vec<IpAddr> {
    let of = |v4: bool| addresses.iter().copied().filter(move |address| address.is_ipv4() == v4).collect::<Vec<_>>();
    let kinds = match policy {
        Policy::PreferV4 => [of(true), of(false)],
        Policy::PreferV6 => [of(false), of(true)],
        Policy::OnlyV4 => [of(true), Vec::new()],
        Policy::OnlyV6 => [of(false), Vec::new()],
        Policy::Any => [addresses.to_vec(), Vec::new()],
    };
    let mut ordered = Vec::new();
    for mut kind in kinds {
        match select {
            Select::First => {}
            Select::Random => fastrand::shuffle(&mut kind),
            Select::RoundRobin => {
                let first = turn.checked_rem(kind.len()).unwrap_or(0);
                kind.rotate_left(first);
            }
        }
        ordered.append(&mut kind);
    }
    ordered
}

#[cfg(test)]
mod tests;
