//! Presets: named shapes of load, as data. The documentation and `check` show these stages.

/// A level relative to the base load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Level {
    /// One user, or one arrival per second.
    One,
    /// A multiple of the base load.
    Times(f64),
}

/// A shape relative to a base load: the maximum number of users, or rate, of a scenario without the preset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Preset {
    pub name: &'static str,
    /// The purpose, for `check` and the documentation.
    pub about: &'static str,
    /// The level at the start.
    pub start: Level,
    /// Duration in seconds and level at the end of each stage; a duration of zero is a jump.
    pub stages: &'static [(u64, Level)],
    /// Whether arrival rates are searched instead, and for how many seconds at most.
    pub search: Option<u64>,
}

use Level::{One, Times};

/// All presets.
pub(crate) const PRESETS: [Preset; 6] = [
    Preset {
        name: "smoke",
        about: "a functional check: one user, or one arrival per second",
        start: One,
        stages: &[(30, One)],
        search: None,
    },
    Preset {
        name: "load",
        about: "normal traffic: the base load",
        start: Times(0.0),
        stages: &[(120, Times(1.0)), (300, Times(1.0)), (60, Times(0.0))],
        search: None,
    },
    Preset {
        name: "stress",
        about: "above normal: in steps up to twice the base load",
        start: Times(0.0),
        stages: &[
            (120, Times(1.0)),
            (180, Times(1.0)),
            (60, Times(1.5)),
            (180, Times(1.5)),
            (60, Times(2.0)),
            (180, Times(2.0)),
            (120, Times(0.0)),
        ],
        search: None,
    },
    Preset {
        name: "spike",
        about: "a spike: five times the base load within ten seconds, then recovery",
        start: Times(0.0),
        stages: &[
            (60, Times(1.0)),
            (60, Times(1.0)),
            (10, Times(5.0)),
            (60, Times(5.0)),
            (10, Times(1.0)),
            (180, Times(1.0)),
            (30, Times(0.0)),
        ],
        search: None,
    },
    Preset {
        name: "soak",
        about: "endurance: the base load for four hours, to find leaks",
        start: Times(0.0),
        stages: &[(300, Times(1.0)), (14_400, Times(1.0)), (300, Times(0.0))],
        search: None,
    },
    Preset {
        name: "breakpoint",
        about: "the breaking point: the highest rate at which thresholds hold is searched; users instead of rates rise up to \
                ten times the base load",
        start: Times(0.0),
        stages: &[(120, Times(1.0)), (1_800, Times(10.0))],
        search: Some(600),
    },
];

impl Level {
    /// The level as a load.
    #[must_use]
    pub(crate) fn of(self, base: f64) -> f64 {
        match self {
            Self::One => 1.0,
            Self::Times(times) => base * times,
        }
    }

    fn times(self) -> f64 {
        if let Self::Times(times) = self { times } else { 0.0 }
    }
}

impl Preset {
    #[must_use]
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The highest factor of the base load, at least one.
    #[must_use]
    pub(crate) fn peak(&self) -> f64 {
        self.stages.iter().map(|(_, level)| level.times()).fold(1.0, f64::max)
    }
}

#[cfg(test)]
mod tests;
