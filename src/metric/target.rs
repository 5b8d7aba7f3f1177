//! Metrics of the system under test, which are scraped. Their names begin with `target_`, so that none is taken for one of
//! the load or of the profile.

use std::borrow::Cow;

use super::{
    Kind, MetricDef, Unit,
    catalogue::{self, LabelGroup},
};

/// How the name of each of them begins.
pub(crate) const PREFIX: &str = "target_";
/// The label with the name of the target.
pub(crate) const LABEL: &str = "target";
/// A longer name is cut.
const MAX_NAME: usize = 200;

/// Whether a metric of this name is scraped.
#[must_use]
pub(crate) fn is_scraped(name: &str) -> bool {
    name.starts_with(PREFIX) && catalogue::find(name).is_none()
}

/// The metric for what a target calls `exposed`. The unit stays in the name, as the target writes it.
#[must_use]
pub(crate) fn scraped(exposed: &str, kind: Kind) -> MetricDef {
    // Outputs write the ending of counters themselves.
    let base = exposed.strip_suffix("_total").filter(|_| kind == Kind::Counter).unwrap_or(exposed);
    let plain = base.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    let mut name: String = PREFIX.chars().chain(plain).take(MAX_NAME).collect();
    if catalogue::find(&name).is_some() {
        name.push_str("_scraped");
    }
    defined(name, kind)
}

/// The metric of a name that begins with [`PREFIX`] already.
#[must_use]
pub(crate) fn defined(name: String, kind: Kind) -> MetricDef {
    MetricDef { name: Cow::Owned(name), kind, unit: Unit::None, help: Cow::Borrowed(""), labels: LabelGroup::Target }
}

/// What a system can leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Resource {
    /// Bytes of memory.
    Memory,
    /// Open files, sockets among them.
    FileHandles,
    /// Connections, for example of a pool.
    Connections,
    /// Goroutines of Go.
    Goroutines,
    /// Threads of the operating system or of a runtime.
    Threads,
}

/// Words of names of limits, and of what is held ready: neither shows use.
const NO_USE: [&str; 22] = [
    "max",
    "maximum",
    "min",
    "limit",
    "peak",
    "virtual",
    "free",
    "available",
    "idle",
    "pending",
    "committed",
    "released",
    "daemon",
    "started",
    "next",
    "sys",
    "stack",
    "timeout",
    "capacity",
    "reserved",
    "waiting",
    "ratio",
];

impl Resource {
    /// The resource whose use a metric shows, by the words of its name; None for counters and for all others.
    #[must_use]
    pub(crate) fn of(metric: &MetricDef) -> Option<Self> {
        let name = metric.name.strip_prefix(PREFIX).filter(|_| metric.kind == Kind::Gauge)?;
        // The memory of a machine is not that of a service.
        if catalogue::find(&metric.name).is_some() || name.starts_with("node_memory_") {
            return None;
        }
        let name = name.to_ascii_lowercase();
        let words: Vec<&str> = name.split('_').collect();
        let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
        if has(&NO_USE) {
            return None;
        }
        let is_amount = has(&["bytes", "rss", "used", "usage", "inuse"])
            || words.last().is_some_and(|last| ["memory", "heap", "mem"].contains(last));
        if has(&["memory", "heap", "rss", "mem"]) && is_amount {
            Some(Self::Memory)
        } else if has(&["fds", "handles", "filefd", "descriptors"]) || has(&["open"]) && has(&["files"]) {
            Some(Self::FileHandles)
        } else if has(&["connections", "conns", "sockets", "numbackends"]) || has(&["activity"]) && has(&["count"]) {
            Some(Self::Connections)
        } else if has(&["goroutines"]) {
            Some(Self::Goroutines)
        } else if has(&["threads"]) {
            Some(Self::Threads)
        } else {
            None
        }
    }

    /// In sentences.
    #[must_use]
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::FileHandles => "file handles",
            Self::Connections => "connections",
            Self::Goroutines => "goroutines",
            Self::Threads => "threads",
        }
    }
}

#[cfg(test)]
mod tests;
