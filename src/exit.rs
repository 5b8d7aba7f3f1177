//! Exit codes: one table for `--help`, the README and the process.

use serde::{Deserialize, Serialize};

/// How a command ended: the exit code of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
#[repr(u8)]
pub enum Exit {
    /// All thresholds hold.
    Passed = 0,
    /// Internal error of loadagent.
    Internal = 1,
    /// Bad command line.
    Usage = 2,
    /// A threshold failed.
    ThresholdFailed = 99,
    /// Invalid profile or configuration; nothing was sent.
    BadProfile = 104,
    /// Stopped by a signal or the control API.
    Stopped = 105,
    /// Aborted by a threshold, an `abort` step or a failed setup.
    Aborted = 108,
    /// The planned load was not delivered, or no request succeeded.
    Invalid = 109,
    /// An output did not deliver everything.
    TelemetryIncomplete = 110,
}

impl Exit {
    /// All codes with their meaning, in the order of the table.
    pub const TABLE: [(Self, &'static str); 9] = [
        (Self::Passed, "passed, or no thresholds"),
        (Self::Internal, "internal error of loadagent"),
        (Self::Usage, "bad command line"),
        (Self::ThresholdFailed, "a threshold failed, or had no data (unless it has noData: pass)"),
        (Self::BadProfile, "invalid profile or configuration; nothing was sent"),
        (Self::Stopped, "stopped by SIGINT, SIGTERM, SIGHUP or the control API"),
        (Self::Aborted, "aborted by a threshold (abortOnFail), an abort step or a failed setup"),
        (Self::Invalid, "invalid: the planned load was not delivered, or no request succeeded"),
        (Self::TelemetryIncomplete, "telemetry incomplete: an output did not deliver everything"),
    ];

    /// The first of these wins where several hold. The only place that decides it.
    const PRECEDENCE: [Self; 9] = [
        Self::Usage,
        Self::Internal,
        Self::BadProfile,
        Self::Aborted,
        Self::Stopped,
        Self::Invalid,
        Self::ThresholdFailed,
        Self::TelemetryIncomplete,
        Self::Passed,
    ];

    /// The code with precedence.
    #[must_use]
    pub fn first_of(codes: &[Self]) -> Self {
        Self::PRECEDENCE.into_iter().find(|code| codes.contains(code)).unwrap_or(Self::Passed)
    }

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        exit.code()
    }
}

/// A number that is no exit code of loadagent's.
#[derive(Debug, thiserror::Error)]
#[error("unknown exit code {0}")]
pub struct UnknownExit(u8);

impl TryFrom<u8> for Exit {
    type Error = UnknownExit;

    fn try_from(code: u8) -> Result<Self, UnknownExit> {
        Self::TABLE.iter().map(|(exit, _)| *exit).find(|exit| exit.code() == code).ok_or(UnknownExit(code))
    }
}

#[cfg(test)]
mod tests;
