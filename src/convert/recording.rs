//! The form that all formats have in common: requests with their values as templates, variables, and what was left out.
//!
//! Texts are templates of the profile: what comes from a file is written with [`literal`](super::yaml::literal), so that only
//! values that were put there on purpose are expressions.

use std::time::Duration;

use serde_json::Value as Json;

use super::variables::Variables;

/// What a file holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recording {
    /// What it is, in a few words: `a recording of 3 requests`.
    pub about: String,
    /// The base URL, a template.
    pub base_url: Option<String>,
    pub variables: Variables,
    pub steps: Vec<Step>,
    /// What was left out or has to be looked at.
    pub notes: Vec<String>,
    /// Whether responses may be compressed.
    pub compression: bool,
}

/// A part of a flow.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Request(Box<Request>),
    Think(Duration),
    Group(String, Vec<Step>),
}

/// A request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub method: String,
    /// Path and query, or a whole URL.
    pub url: String,
    /// The label, if it is not that of the method and the path.
    pub name: Option<String>,
    pub headers: Vec<(String, String)>,
    pub auth: Option<Auth>,
    pub body: Option<Body>,
    /// The status that is checked: `201` or `2xx`.
    pub status: Option<String>,
    /// Whether that status is a failure by default.
    pub is_expected_failure: bool,
    /// Variables from the response: name and JSON path.
    pub extracts: Vec<(String, String)>,
    pub timeout: Option<Duration>,
    /// Maximum number of redirects, where it is not the default.
    pub redirects: Option<u32>,
    /// What stands above it.
    pub comment: String,
    /// Whether it is written as a comment.
    pub is_off: bool,
}

/// Credentials, as templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Auth {
    Basic(String, String),
    Digest(String, String),
    Bearer(String),
}

/// A body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    Json(Json),
    Form(Vec<(String, String)>),
    Multipart(Vec<(String, String)>),
    Text(String),
    /// A file beside the profile.
    File(String),
}

impl Recording {
    /// Whether anything would be sent, or is there to be switched on.
    #[must_use]
    pub(crate) fn has_requests(&self) -> bool {
        let mut count = 0;
        each(&self.steps, &mut |_| count += 1);
        count > 0
    }

    /// Why there are none.
    #[must_use]
    pub(crate) fn why_empty(&self) -> String {
        if self.notes.is_empty() { String::new() } else { format!(": {}", self.notes.join("; ")) }
    }

    /// All requests, changed in place.
    pub(crate) fn change(&mut self, change: &mut impl FnMut(&mut Request, &mut Variables)) {
        let Self { steps, variables, .. } = self;
        change_each(steps, variables, change);
    }

    /// How many requests are sent, and how many are written as comments.
    #[must_use]
    pub(crate) fn counts(&self) -> (usize, usize) {
        let mut counts = (0, 0);
        each(&self.steps, &mut |request| if request.is_off { counts.1 += 1 } else { counts.0 += 1 });
        counts
    }
}

fn change_each(steps: &mut [Step], variables: &mut Variables, change: &mut impl FnMut(&mut Request, &mut Variables)) {
    for step in steps {
        match step {
            Step::Request(request) => change(request, variables),
            Step::Group(_, steps) => change_each(steps, variables, change),
            Step::Think(_) => {}
        }
    }
}

/// All requests in their order.
pub(crate) fn each<'s>(steps: &'s [Step], see: &mut impl FnMut(&'s Request)) {
    for step in steps {
        match step {
            Step::Request(request) => see(request),
            Step::Group(_, steps) => each(steps, see),
            Step::Think(_) => {}
        }
    }
}
