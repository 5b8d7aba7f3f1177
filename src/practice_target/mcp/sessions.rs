//! The sessions of the MCP server.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value as Json;

use crate::practice_target::shared::lock;

/// Most sessions that are open at once; beyond it, another one is forgotten.
const MOST: usize = 100_000;
/// Ids of requests that a session remembers.
const MOST_IDS: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Sessions {
    made: AtomicU64,
    open: Mutex<HashMap<String, Session>>,
}

#[derive(Debug)]
struct Session {
    revision: &'static str,
    is_initialized: bool,
    requests: u64,
    ids: Vec<Json>,
}

/// A session as a request finds it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) revision: &'static str,
    pub(super) is_initialized: bool,
    /// Whether an earlier request had the same id.
    pub(super) is_duplicate: bool,
}

impl Sessions {
    /// Opens a session; returns its id.
    pub(super) fn begin(&self, revision: &'static str) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("session-{number}-{:016x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut open = lock(&self.open);
        if open.len() >= MOST
            && let Some(other) = open.keys().next().cloned()
        {
            open.remove(&other);
        }
        open.insert(id.clone(), Session { revision, is_initialized: false, requests: 0, ids: Vec::new() });
        id
    }

    /// A message of a session; none if it is not open, or has had so many requests.
    pub(super) fn touch(&self, id: &str, request: &Json, expire: Option<u64>) -> Option<Seen> {
        let mut open = lock(&self.open);
        let session = open.get_mut(id)?;
        let is_duplicate = session.ids.contains(request);
        if !request.is_null() {
            session.requests += 1;
            if session.ids.len() < MOST_IDS {
                session.ids.push(request.clone());
            }
        }
        let seen = Seen { revision: session.revision, is_initialized: session.is_initialized, is_duplicate };
        if expire.is_some_and(|most| session.requests > most) {
            open.remove(id);
            return None;
        }
        Some(seen)
    }

    pub(super) fn initialized(&self, id: &str) {
        if let Some(session) = lock(&self.open).get_mut(id) {
            session.is_initialized = true;
        }
    }

    /// Ends a session; false if it is not open.
    pub(super) fn end(&self, id: &str) -> bool {
        lock(&self.open).remove(id).is_some()
    }

    pub(super) fn open(&self) -> u64 {
        lock(&self.open).len() as u64
    }
}
