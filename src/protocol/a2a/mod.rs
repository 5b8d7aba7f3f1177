//! A2A over JSON-RPC: the agent's card is read, requests are composed and what the agent answers is read here, in versions
//! 0.3 and 1.0. `executor/a2a` sends them.
//!
//! ```text
//!  the card ─▶ card::interface ─▶ URL and version
//!  what a step says ─▶ compose ─▶ the parameters of its version
//!  an answer, or each event ─▶ read ─▶ Shown ─▶ TaskWatch: the state, and how long the task was in it
//! ```

pub(crate) mod card;
pub(crate) mod compose;
pub(crate) mod read;
pub(crate) mod watch;

pub(crate) use card::Interface;
pub(crate) use read::Shown;
pub(crate) use watch::TaskWatch;
