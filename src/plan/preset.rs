//! Presets: shapes of load by name, as pure data. `docs` and `check` show the stages that stand here, and nothing else.

/// How much of the base load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Level {
    /// One user, or one arrival a second.
    One,
    /// A multiple of the base load.
    Times(f64),
}

/// A shape that takes a base load: the most users, or the highest rate, that a scenario has without the preset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Preset {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Where it starts.
    pub start: Level,
    /// Lengths in seconds, and what is reached linearly at their end; length zero is a jump.
    pub stages: &'static [(u64, Level)],
}

use Level::{One, Times};

/// All presets.
pub(crate) const PRESETS: [Preset; 6] = [
    Preset {
        name: "smoke",
        about: "does it work at all: one user, or one arrival a second",
        start: One,
        stages: &[(30, One)],
    },
    Preset {
        name: "load",
        about: "an ordinary day: the base load",
        start: Times(0.0),
        stages: &[(120, Times(1.0)), (300, Times(1.0)), (60, Times(0.0))],
    },
    Preset {
        name: "stress",
        about: "beyond the ordinary, in steps up to twice the base load",
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
    },
    Preset {
        name: "spike",
        about: "five times the base load within ten seconds, and whether it recovers",
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
    },
    Preset {
        name: "soak",
        about: "the base load for four hours: leaks and slow decay",
        start: Times(0.0),
        stages: &[(300, Times(1.0)), (14_400, Times(1.0)), (300, Times(0.0))],
    },
    Preset {
        name: "breakpoint",
        about: "ever more, up to ten times the base load: give it a threshold with abortOnFail",
        start: Times(0.0),
        stages: &[(120, Times(1.0)), (1_800, Times(10.0))],
    },
];

impl Level {
    /// The level of a base load.
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
    /// The preset of a name.
    #[must_use]
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The highest multiple of the base load, at least one.
    #[must_use]
    pub(crate) fn peak(&self) -> f64 {
        self.stages.iter().map(|(_, level)| level.times()).fold(1.0, f64::max)
    }
}

#[cfg(test)]
mod tests;
