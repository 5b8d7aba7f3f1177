//! Asynchronous jobs: a request submits one, others ask for its state until it ends.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use url::Url;

use super::{program::Pause, steps::StepId};
use crate::language::{Expr, Slot, Template, Value, extract::HeaderSelector};

/// Shortest time that a server can ask for by `Retry-After`.
pub(crate) const SHORTEST_RETRY_AFTER: Duration = Duration::from_secs(1);
/// A number beyond this is a time in milliseconds since the Unix epoch; in seconds it would be the year 5138.
const LARGEST_SECONDS: f64 = 1e11;

/// One of the operations of a job.
#[derive(Debug, Clone)]
pub(crate) struct JobOp {
    /// Its row in the step table.
    pub step: StepId,
    pub slots: JobSlots,
    pub phase: JobPhase,
    /// Position of the steps that run unless the job is done.
    pub otherwise: usize,
}

/// Where the state of a job is. Times are nanoseconds since the start of the run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JobSlots {
    /// When its submission was due.
    pub due: Slot,
    /// The end of the response that accepted it.
    pub accepted: Slot,
    /// When the latest poll was begun.
    pub asked: Slot,
    /// When the latest request was begun whose response did not show the job ended: it cannot have ended before.
    pub open: Slot,
    /// Number of polls.
    pub polls: Slot,
    /// The URL of its state.
    pub location: Slot,
    /// The variable for the result.
    pub result: Option<Slot>,
}

/// What an operation of a job does.
#[derive(Debug, Clone)]
pub(crate) enum JobPhase {
    /// Reads the response to the submission.
    Submitted {
        location: Template,
        /// URL of the submission, to which the location can be relative.
        base: Option<Url>,
    },
    /// Waits before the next poll.
    Pause {
        every: Pause,
        /// From the acceptance; the last poll is sent when it is over.
        limit: Duration,
        /// `Retry-After`, if the server can set the pause.
        header: Option<HeaderSelector>,
    },
    /// Reads the response to a poll.
    Polled {
        failed: Option<Box<Expr>>,
        done: Box<Expr>,
        /// The time of the end by the server's clock.
        ended_at: Option<Template>,
        /// Position of the pause before the next poll.
        again: usize,
    },
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobOutcome {
    Done,
    /// By the condition of the profile.
    Failed,
    /// It was still open when its time was over.
    TimedOut,
    /// The submission failed.
    Refused,
    /// The submission succeeded, but its response does not say where the state of the job is.
    NoLocation,
}

impl JobOutcome {
    /// All outcomes.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 5] = [Self::Done, Self::Failed, Self::TimedOut, Self::Refused, Self::NoLocation];

    /// The word in labels and expressions.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Refused => "refused",
            Self::NoLocation => "no_location",
        }
    }
}

/// What is known of a job at its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct JobEnd {
    pub outcome: JobOutcome,
    /// From when its submission was due.
    pub response_time: Duration,
    /// From its acceptance.
    pub duration: Duration,
    pub polls: u64,
    /// From the start of the last request that did not show it ended to the end of the response that did.
    pub window: Duration,
    /// From its end by the server's clock to the end of the response that showed it; None if the server does not tell.
    pub overshoot: Option<Duration>,
}

impl JobEnd {
    /// The value of the variable for the result.
    #[must_use]
    pub(crate) fn value(&self, location: Value) -> Value {
        let millis = |time: Duration| Value::Float(time.as_secs_f64() * 1e3);
        let entries = [
            ("outcome", Value::from(self.outcome.as_str())),
            ("polls", Value::from(self.polls)),
            ("response_time", millis(self.response_time)),
            ("duration", millis(self.duration)),
            ("location", location),
        ];
        Value::Map(entries.into_iter().map(|(name, value)| (Arc::from(name), value)).collect())
    }
}

/// A time since the Unix epoch: a number of seconds or milliseconds, a time of RFC 3339 or a date of HTTP.
#[must_use]
pub(crate) fn time_of(value: &Value) -> Option<Duration> {
    match value {
        Value::Int(number) => of_number(*number as f64),
        Value::Float(number) => of_number(*number),
        Value::Text(text) => {
            let text = text.trim();
            if let Ok(number) = text.parse() {
                return of_number(number);
            }
            if let Ok(time) = text.parse::<jiff::Timestamp>() {
                return Duration::try_from(time.duration_since(jiff::Timestamp::UNIX_EPOCH)).ok();
            }
            date_of(text)
        }
        _ => None,
    }
}

/// A date of HTTP (RFC 9110, section 5.6.7) since the Unix epoch.
#[must_use]
pub(crate) fn date_of(text: &str) -> Option<Duration> {
    httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()
}

fn of_number(number: f64) -> Option<Duration> {
    let seconds = if number.abs() > LARGEST_SECONDS { number / 1e3 } else { number };
    Duration::try_from_secs_f64(seconds).ok()
}

/// The absolute URL of a location, as in a response to a request for `base`; unchanged if it cannot be resolved.
#[must_use]
pub(crate) fn resolved(location: &str, base: Option<&Url>) -> String {
    base.and_then(|base| base.join(location).ok()).map_or_else(|| location.to_owned(), Into::into)
}

#[cfg(test)]
mod tests;
