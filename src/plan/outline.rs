//! The outline: the steps of a scenario as a tree, as the profile has them. `check` prints it, and upper bounds of
//! requests are computed from it; the program that runs is compiled from the same steps.

use std::time::Duration;

use super::{program::Pause, steps::StepId};

/// The steps of a scenario by entry.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outline {
    /// Steps of a user before its first iteration.
    pub on_start: Vec<OutlineStep>,
    pub iteration: Vec<OutlineStep>,
    /// Steps of a user after its last iteration.
    pub on_stop: Vec<OutlineStep>,
}

/// A step, and the steps within it.
#[derive(Debug, Clone)]
pub(crate) struct OutlineStep {
    /// The step in short, such as `GET /cart` or `if status != 200`.
    pub text: String,
    /// What else it does, such as `check status is 200`.
    pub details: Vec<String>,
    pub kind: OutlineKind,
}

/// The kind of a step.
#[derive(Debug, Clone)]
pub(crate) enum OutlineKind {
    /// Neither sends nor waits.
    Quiet {
        /// Whether it can end the iteration, for want of a value.
        may_fail: bool,
    },
    Request(RequestOutline),
    Think(Pause),
    /// Reads a row; without one, the user ends.
    Row,
    /// Runs one of several branches.
    Choice(Vec<OutlineBranch>),
    /// Repeats steps.
    Loop {
        rounds: Rounds,
        body: Vec<OutlineStep>,
    },
    /// Repeats steps with a pause, until a timeout.
    Poll {
        body: Vec<OutlineStep>,
        every: Pause,
        limit: Pause,
        on_timeout: Vec<OutlineStep>,
    },
    /// Contains steps: a group, a measured block, a flow that is used.
    Block {
        is_group: bool,
        body: Vec<OutlineStep>,
    },
    /// Runs branches beside each other, each so many times.
    Parallel {
        copies: Rounds,
        /// The most branches at a time; None if there is no limit, or it is known only during the run.
        width: Option<u64>,
        branches: Vec<Vec<OutlineStep>>,
    },
    /// Runs steps later, beside what follows.
    Detached(Vec<OutlineStep>),
    /// Ends something early.
    End(EndScope),
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct RequestOutline {
    pub step: StepId,
    /// Maximum number of retries.
    pub retries: u32,
    /// Shortest pauses: before the first retry, and the most to which they grow.
    pub pauses: (Duration, Duration),
    /// Requests that it may need to fetch a token.
    pub token_requests: Vec<StepId>,
    /// Whether it can end the iteration before it is sent, for want of a value.
    pub may_fail_before: bool,
    /// Whether it can end the iteration after its response.
    pub may_fail_after: bool,
}

/// A branch of a choice.
#[derive(Debug, Clone)]
pub(crate) struct OutlineBranch {
    /// Its line; None for the first one of a step whose line says it.
    pub heading: Option<String>,
    /// Its probability, if it is known.
    pub share: Option<f64>,
    pub steps: Vec<OutlineStep>,
}

/// A number of rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rounds {
    pub least: u64,
    /// None if it is known only during the run.
    pub most: Option<u64>,
}

impl Rounds {
    /// An exact number of rounds.
    #[must_use]
    pub(crate) fn exactly(rounds: u64) -> Self {
        Self { least: rounds, most: Some(rounds) }
    }
}

/// What a step ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndScope {
    Loop,
    Group,
    Iteration,
    /// The user or the whole run.
    User,
}

impl Outline {
    /// Whether anything in the entries satisfies a condition.
    #[must_use]
    pub(crate) fn any(&self, mut condition: impl FnMut(&OutlineKind) -> bool) -> bool {
        [&self.on_start, &self.iteration, &self.on_stop].into_iter().any(|steps| any(steps, &mut condition))
    }

    /// The entries as lines, indented by two blanks a level.
    #[must_use]
    pub(crate) fn lines(&self) -> Vec<String> {
        let entries = [("on_start", &self.on_start), ("flow", &self.iteration), ("on_stop", &self.on_stop)];
        let mut lines = Vec::new();
        for (name, steps) in entries.into_iter().filter(|(_, steps)| !steps.is_empty()) {
            lines.push(format!("{name}:"));
            write(steps, 1, &mut lines);
        }
        lines
    }

    /// The lines of the steps of setup or teardown, which has no other entry.
    #[must_use]
    pub(crate) fn hook_lines(&self) -> Vec<String> {
        lines_of(&self.iteration, 0)
    }
}

/// Whether a step, or one within it, satisfies a condition.
pub(super) fn any(steps: &[OutlineStep], condition: &mut impl FnMut(&OutlineKind) -> bool) -> bool {
    steps
        .iter()
        .any(|step| condition(&step.kind) || within(&step.kind).into_iter().any(|part| any(part.steps, condition)))
}

/// Steps as lines, indented as deep.
#[must_use]
pub(crate) fn lines_of(steps: &[OutlineStep], depth: usize) -> Vec<String> {
    let mut lines = Vec::new();
    write(steps, depth, &mut lines);
    lines
}

/// Steps directly within a step.
struct Substeps<'o> {
    /// The line above them and its depth below that of the step; None for those that the step's line leads in.
    heading: Option<(usize, String)>,
    steps: &'o [OutlineStep],
}

impl<'o> Substeps<'o> {
    fn led_in(steps: &'o [OutlineStep]) -> Self {
        Self { heading: None, steps }
    }

    fn headed(depth: usize, heading: impl Into<String>, steps: &'o [OutlineStep]) -> Self {
        Self { heading: Some((depth, heading.into())), steps }
    }
}

fn within(kind: &OutlineKind) -> Vec<Substeps<'_>> {
    match kind {
        OutlineKind::Choice(branches) => {
            // The branches of `choose` are below its line; `else` is beside that of the condition.
            let depth = usize::from(branches.iter().all(|branch| branch.heading.is_some()));
            let part = |branch: &'_ OutlineBranch| branch.heading.clone().map(|heading| (depth, heading));
            branches.iter().map(|branch| Substeps { heading: part(branch), steps: &branch.steps }).collect()
        }
        OutlineKind::Loop { body, .. } | OutlineKind::Block { body, .. } | OutlineKind::Detached(body) => {
            vec![Substeps::led_in(body)]
        }
        OutlineKind::Poll { body, on_timeout, .. } => {
            vec![Substeps::led_in(body), Substeps::headed(0, "on_timeout", on_timeout)]
        }
        OutlineKind::Parallel { branches, .. } if branches.len() == 1 => vec![Substeps::led_in(&branches[0])],
        OutlineKind::Parallel { branches, .. } => {
            let numbered = branches.iter().zip(1..);
            numbered.map(|(steps, number)| Substeps::headed(1, format!("branch {number}"), steps)).collect()
        }
        _ => Vec::new(),
    }
}

fn write(steps: &[OutlineStep], depth: usize, lines: &mut Vec<String>) {
    let line = |depth: usize, text: &str| format!("{}{text}", "  ".repeat(depth));
    for OutlineStep { text, details, kind } in steps {
        let mut parts: Vec<_> = within(kind).into_iter().filter(|part| !part.steps.is_empty()).collect();
        let is_led_in = parts.iter().any(|part| part.heading.as_ref().is_none_or(|(depth, _)| *depth > 0));
        let only = match parts.first() {
            Some(Substeps { heading: None, steps: [only] }) if matches!(only.kind, OutlineKind::End(_)) => {
                Some(&only.text)
            }
            _ => None,
        };
        if only.is_some() {
            parts.remove(0);
        }
        let beside = only.map(|text| format!(" {text}")).unwrap_or_default();
        lines.push(line(depth, &format!("{text}{}{beside}", if is_led_in { ":" } else { "" })));
        lines.extend(details.iter().map(|detail| line(depth + 1, detail)));
        for Substeps { heading, steps } in parts {
            let below = heading.as_ref().map_or(0, |(below, _)| *below);
            lines.extend(heading.map(|(_, heading)| line(depth + below, &format!("{heading}:"))));
            write(steps, depth + below + 1, lines);
        }
    }
}
