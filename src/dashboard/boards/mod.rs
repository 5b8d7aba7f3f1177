//! The boards, one a file. Each tells a story from top to bottom: verdict, evidence, detail.

mod compare;
mod evidence;
mod generator;
mod live;
mod runs;
mod soak;
mod spike;
mod stress;

use super::{Dashboard, Store};

/// What a board is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A run while it lasts.
    Live,
    /// Long and steady: does anything creep?
    Soak,
    /// A sudden burst: what broke, and for how long?
    Spike,
    /// More and more: where is the limit?
    Stress,
    /// Two runs over each other.
    Compare,
    /// The generator and its exports: can the numbers be trusted?
    Generator,
    /// All runs.
    Runs,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Live, Self::Soak, Self::Spike, Self::Stress, Self::Compare, Self::Generator, Self::Runs];

    /// Name of its file, and its tag.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Soak => "soak",
            Self::Spike => "spike",
            Self::Stress => "stress",
            Self::Compare => "compare",
            Self::Generator => "generator",
            Self::Runs => "runs",
        }
    }

    /// The board that suits a kind of test, as profiles name it: `soak`, `spike`, `stress`; else the live one.
    #[must_use]
    pub fn of_kind(kind: Option<&str>) -> Self {
        let tests = [Self::Soak, Self::Spike, Self::Stress];
        tests.into_iter().find(|topic| Some(topic.word()) == kind).unwrap_or(Self::Live)
    }

    /// Grafana's identity of the board, the same in every installation.
    #[must_use]
    pub fn uid(self, store: Store) -> String {
        match store {
            Store::Prometheus => format!("loadagent-{}", self.word()),
            Store::Influx => format!("loadagent-{}-influx", self.word()),
        }
    }

    /// Its board.
    #[must_use]
    pub fn board(self, store: Store) -> Dashboard {
        match self {
            Self::Live => live::board(store),
            Self::Soak => soak::board(store),
            Self::Spike => spike::board(store),
            Self::Stress => stress::board(store),
            Self::Compare => compare::board(store),
            Self::Generator => generator::board(store),
            Self::Runs => runs::board(store),
        }
    }
}
