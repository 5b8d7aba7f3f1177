//! The plan of a task, from the query of the agent's URL.

use std::time::Duration;

use crate::practice_target::value_error::ValueError;
use crate::units::parse_duration;

/// Most artifacts, events and tasks that a number can be.
const MOST: usize = 10_000;

/// How a task ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum End {
    #[default]
    Completed,
    Failed,
    Canceled,
    Rejected,
    InputRequired,
    AuthRequired,
    /// Never.
    Working,
}

impl End {
    const ALL: [(&'static str, Self); 7] = [
        ("completed", Self::Completed),
        ("failed", Self::Failed),
        ("canceled", Self::Canceled),
        ("rejected", Self::Rejected),
        ("input_required", Self::InputRequired),
        ("auth_required", Self::AuthRequired),
        ("working", Self::Working),
    ];

    pub(super) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, end)| *end == self).map_or("", |(name, _)| name)
    }
}

/// What a client asks by the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// The one version that the agent speaks, `none` for none over JSON-RPC; both.
    pub(super) version: Option<String>,
    /// How long a task is submitted, and then working.
    pub(super) submitted: Duration,
    pub(super) working: Duration,
    /// Pieces of the answer, evenly over that time.
    pub(super) artifacts: usize,
    pub(super) end: End,
    /// Only each such task has this end, the others are completed.
    pub(super) nth: usize,
    /// After how many events the stream ends, or has an error.
    pub(super) cut: Option<usize>,
    pub(super) error: Option<usize>,
    /// Whether messages are answered by a message.
    pub(super) message: bool,
    /// Whether answers have another id.
    pub(super) wrong_id: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            version: None,
            submitted: Duration::from_millis(5),
            working: Duration::from_millis(20),
            artifacts: 1,
            end: End::default(),
            nth: 1,
            cut: None,
            error: None,
            message: false,
            wrong_id: false,
        }
    }
}

impl Plan {
    /// Reads `working=100ms&end=failed`.
    pub(super) fn parse(query: &str) -> Result<Self, ValueError> {
        let mut plan = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = &*value;
            match &*key {
                "version" => plan.version = Some(value.to_owned()),
                "submitted" => plan.submitted = parse_duration(value)?,
                "working" => plan.working = parse_duration(value)?,
                "artifacts" => plan.artifacts = number(value)?,
                "end" => {
                    let known = End::ALL.iter().find(|(name, _)| *name == value);
                    let (_, end) =
                        known.ok_or_else(|| ValueError::form(value, "end", "a state, for example failed"))?;
                    plan.end = *end;
                }
                "nth" => plan.nth = number(value)?.max(1),
                "cut" => plan.cut = Some(number(value)?),
                "error" => plan.error = Some(number(value)?),
                "message" => plan.message = value == "true",
                "id" => plan.wrong_id = value == "wrong",
                // The URL of an application has parameters of its own.
                _ => {}
            }
        }
        Ok(plan)
    }
}

fn number(text: &str) -> Result<usize, ValueError> {
    let known = text.parse().ok().filter(|number| *number <= MOST);
    known.ok_or_else(|| ValueError::form(text, "number", "a whole number, for example 20"))
}
