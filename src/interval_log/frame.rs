//! Frames: kind, length, checksum, payload; and the JSON records among them.

use std::io;

use serde::{Deserialize, Serialize};

/// First bytes of a log. The line end inside catches transfers that "repair" line ends.
pub(crate) const MAGIC: &[u8; 8] = b"LALOG\x01\r\n";
/// Bytes before a payload.
pub(crate) const HEAD: usize = 9;
/// No frame is larger; a longer length is a torn or foreign tail.
pub(crate) const MAX_PAYLOAD: u32 = 256 * 1024 * 1024;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// [`Header`], once, first.
    Header = 1,
    /// An interval.
    Interval = 2,
    /// [`Event`].
    Event = 3,
    /// How the run ended, as JSON.
    End = 4,
}

impl FrameKind {
    /// The kind of a number.
    #[must_use]
    pub(crate) fn of(number: u8) -> Option<Self> {
        [Self::Header, Self::Interval, Self::Event, Self::End].into_iter().find(|kind| *kind as u8 == number)
    }
}

/// Identity and plan of a run; the first frame.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub struct Header {
    /// Version of loadagent that wrote the log.
    pub version: String,
    /// Identity of the run.
    pub run_id: String,
    /// Name of the profile.
    pub profile: String,
    /// Name of this process among several of a run.
    pub instance: String,
    /// Start, Unix milliseconds.
    pub started_at_ms: i64,
    /// Seed of everything random.
    pub seed: u64,
    /// Planned length in milliseconds, without graceful stops.
    pub planned_ms: u64,
    /// Milliseconds from the start that thresholds leave out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub warm_up_ms: u64,
    /// Labels of every series of the run.
    pub labels: Vec<(String, String)>,
    /// Scenarios in the order of the plan.
    pub scenarios: Vec<LoggedScenario>,
    /// Where the requests of its steps go.
    pub requests: Vec<LoggedRequest>,
    /// Names of the profile's own counters: one that never counted is shown as 0.
    #[serde(default)]
    pub counters: Vec<String>,
    /// Thresholds in their order.
    pub thresholds: Vec<LoggedThreshold>,
    /// Whether the load is that of a search for the breaking point.
    #[serde(default)]
    pub search: bool,
    /// The part of the load that this process makes: its number from 1, and the number of parts; None for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<(u64, u64)>,
    /// Number of segments that this log was merged from; None for the log of a process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A threshold in the log.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub struct LoggedThreshold {
    /// The metric as written.
    pub metric: String,
    /// The condition as written.
    pub condition: String,
    /// Whether no data passes.
    pub allow_no_data: bool,
    /// The bound, if it is a multiple of another run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// The stage that it is a multiple of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_stage: Option<String>,
    /// Its place among tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Whether missing it fails the run: a `threshold::Bearing` by name.
    pub bearing: String,
    /// Whether the command line gave it.
    pub by_flag: bool,
    /// Kind and unit of its metric, if the profile defined it: names of `metric::Kind` and `metric::Unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<(String, String)>,
}

/// A scenario in the log.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct LoggedScenario {
    /// Its name.
    pub name: String,
    /// k6's executor name.
    pub executor: String,
    /// Open or closed.
    pub model: Model,
    /// Its load in a few words.
    pub load: String,
    /// Its start, milliseconds after that of the run.
    #[serde(default)]
    pub start_ms: u64,
    /// Its planned length in milliseconds, without graceful stops; 0 if unknown.
    #[serde(default)]
    pub length_ms: u64,
    /// Its load over time; empty if unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<LoggedStage>,
}

/// A part of the load of a scenario, which changes evenly from its start to its end.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq)]
pub struct LoggedStage {
    /// Its length in milliseconds; 0 is a jump.
    pub length_ms: u64,
    /// Arrivals per second or users at its start.
    pub from: f64,
    /// The same at its end.
    pub to: f64,
}

/// Where the request of a step goes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct LoggedRequest {
    /// Label `scenario` of its series.
    pub scenario: String,
    /// Label `name`.
    pub name: String,
    /// Label `method`.
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Host name or address.
    pub address: String,
    /// Port.
    pub port: u16,
}

/// Whether load waits for answers.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// Arrivals come whatever the target does.
    Open,
    /// Users wait for each answer.
    Closed,
}

/// Something that happened: stop, abort, a gap in delivery, a change of load.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct Event {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// For programs.
    pub kind: String,
    /// For users.
    pub text: String,
    /// The time without a process that it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

/// A time in which no process of the run was there: nothing was sent, and nothing is logged.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq)]
pub struct Gap {
    /// End of the last interval before it, Unix milliseconds.
    pub from_ms: i64,
    /// Start of the first interval after it, Unix milliseconds.
    pub to_ms: i64,
}

impl Gap {
    /// Its length in milliseconds.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        u64::try_from(self.to_ms - self.from_ms).unwrap_or(0)
    }
}

/// Why a log can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file system's.
    #[error("interval log {path}")]
    Io {
        /// Which file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A whole frame is damaged, or of a version that this one can't read.
    #[error("{path} is damaged at byte {offset}, or was written by another version")]
    Damaged {
        /// Which file.
        path: String,
        /// Where the frame begins.
        offset: u64,
    },
    /// Another process writes it, or delivers it.
    #[error("{path} is in use: its run is not over, or a replay is running")]
    InUse {
        /// Which file.
        path: String,
    },
    /// The file is something else.
    #[error("{path} is not an interval log")]
    Foreign {
        /// Which file.
        path: String,
    },
}

/// Puts a frame together.
#[must_use]
pub(crate) fn frame(kind: FrameKind, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + payload.len());
    seal(&mut bytes, kind as u8, payload);
    bytes
}

/// Appends a frame of any kind: the framing of other logs too.
pub(crate) fn seal(out: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&checksum(kind, payload).to_le_bytes());
    out.extend_from_slice(payload);
}

/// CRC-32 over kind and payload: a flipped kind is noticed too.
#[must_use]
pub(crate) fn checksum(kind: u8, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[kind]);
    hasher.update(payload);
    hasher.finalize()
}
