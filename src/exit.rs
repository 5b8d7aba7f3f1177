//! Exit codes: one table, from which `--help`, the README and the process itself take them.

/// How a run ended, as the process tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Everything held.
    Passed = 0,
    /// A fault of loadagent itself.
    Internal = 1,
    /// Bad command line.
    Usage = 2,
    /// A threshold failed.
    ThresholdFailed = 99,
    /// The profile or a configuration is wrong; nothing was sent.
    BadProfile = 104,
    /// Stopped from outside.
    Stopped = 105,
    /// The test aborted itself.
    Aborted = 108,
    /// The promised load was not delivered.
    Invalid = 109,
    /// A sink did not get everything.
    TelemetryIncomplete = 110,
}

impl Exit {
    /// All codes with their meaning, in the order of the table.
    pub const TABLE: [(Self, &'static str); 9] = [
        (Self::Passed, "passed"),
        (Self::Internal, "a fault of loadagent itself"),
        (Self::Usage, "bad command line"),
        (Self::ThresholdFailed, "a threshold failed, or had no data and the profile does not allow that"),
        (Self::BadProfile, "the profile or a configuration is wrong; nothing was sent"),
        (Self::Stopped, "stopped from outside (SIGINT, SIGTERM), after a clean drain"),
        (Self::Aborted, "the test aborted itself (`abortOnFail`)"),
        (Self::Invalid, "invalid: the promised load was not delivered"),
        (Self::TelemetryIncomplete, "telemetry incomplete: a sink did not get everything"),
    ];

    /// Where several hold, the first of these wins.
    const PRECEDENCE: [Self; 8] = [
        Self::Internal,
        Self::BadProfile,
        Self::Aborted,
        Self::Stopped,
        Self::Invalid,
        Self::ThresholdFailed,
        Self::TelemetryIncomplete,
        Self::Passed,
    ];

    /// The one that counts among several.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wins() {
        assert_eq!(Exit::first_of(&[Exit::ThresholdFailed, Exit::Invalid]), Exit::Invalid);
        assert_eq!(Exit::first_of(&[Exit::TelemetryIncomplete, Exit::ThresholdFailed]), Exit::ThresholdFailed);
        assert_eq!(Exit::first_of(&[]), Exit::Passed);
    }
}
