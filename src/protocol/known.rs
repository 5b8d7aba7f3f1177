//! What users found out about servers, so that others need not ask again.

use std::{cell::RefCell, collections::HashMap};

/// Most servers that are remembered; others are asked again.
const MAX_SERVERS: usize = 1_000;

/// The address of a server: origin, and path with query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ServerAddress {
    pub origin: usize,
    pub target: Box<str>,
}

/// What is known of servers, by address.
#[derive(Debug)]
pub(crate) struct Known<V>(RefCell<HashMap<ServerAddress, V>>);

impl<V> Default for Known<V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<V: Clone> Known<V> {
    #[must_use]
    pub(crate) fn of(&self, address: &ServerAddress) -> Option<V> {
        self.0.borrow().get(address).cloned()
    }

    /// Remembers a value; the first one stays.
    pub(crate) fn learn(&self, address: &ServerAddress, value: V) {
        let mut known = self.0.borrow_mut();
        if known.len() < MAX_SERVERS {
            known.entry(address.clone()).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests;
