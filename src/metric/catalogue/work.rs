//! Work beside requests: what fails in it, and which of that is an error.

use super::{JOB_FAILED, JOB_OUTCOMES, MetricDef, WS_ERRORS, WS_FAILED};

/// The metrics of work that can fail although each of its requests succeeds.
#[derive(Debug)]
pub struct WorkMetrics {
    /// What one of it is called in messages.
    pub noun: &'static str,
    /// What it has to do, in messages: "no … succeeded".
    pub success: &'static str,
    /// Share of it that failed.
    pub failed: &'static MetricDef,
    /// Failures by reason.
    pub reasons: &'static MetricDef,
    /// Which reasons are errors; None where each is an error class.
    pub errors: Option<&'static [WorkError]>,
    /// Whether a run is invalid if all of it failed. A job that failed is an outcome that its profile describes.
    pub invalidates: bool,
}

/// A reason that is an error.
#[derive(Debug, Clone, Copy)]
pub struct WorkError {
    /// Label `reason`.
    pub reason: &'static str,
    /// The class that reports name it by.
    pub class: &'static str,
    /// What it says, for people.
    pub meaning: &'static str,
}

impl WorkMetrics {
    /// The error class of a reason; None if it is no error.
    #[must_use]
    pub fn error_of<'r>(&self, reason: &'r str) -> Option<&'r str> {
        match self.errors {
            None => Some(reason),
            Some(errors) => errors.iter().find(|error| error.reason == reason).map(|error| error.class),
        }
    }
}

/// Work beside requests. Calls of JSON-RPC fail their requests.
pub static WORK: [WorkMetrics; 2] = [
    WorkMetrics {
        noun: "WebSocket",
        success: "succeeded",
        failed: &WS_FAILED,
        reasons: &WS_ERRORS,
        errors: None,
        invalidates: true,
    },
    WorkMetrics {
        noun: "job",
        success: "was done",
        failed: &JOB_FAILED,
        reasons: &JOB_OUTCOMES,
        errors: Some(&JOB_ERRORS),
        invalidates: false,
    },
];

/// A refused job is an error of its request.
const JOB_ERRORS: [WorkError; 3] = [
    WorkError { reason: "failed", class: "job_failure", meaning: "the server says that the job failed" },
    WorkError { reason: "timed_out", class: "job_timeout", meaning: "the job was still open when its time was over" },
    WorkError {
        reason: "no_location",
        class: "job_no_location",
        meaning: "the response to the submission does not say where the job is",
    },
];
