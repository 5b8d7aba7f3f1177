//! Access of expressions to a response: JSON paths, headers, cookies, by means of `extract`.

use super::{
    Value,
    extract::{self, Cookie, HeaderSelector},
};

/// A constant path into JSON.
#[derive(Debug, Clone, Default)]
pub(super) struct ResponsePath {
    steps: Vec<JsonStep>,
    /// The path for the walk over the bytes; None if a step may be a name or a position, depending on the value.
    walked: Option<extract::JsonPath>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JsonStep {
    /// A key of a map, or, written like a number, a position in a list.
    Name(String),
    /// A position in a list; negative positions count from the end.
    Index(i64),
}

impl ResponsePath {
    /// The path with another step.
    pub(super) fn then(mut self, step: JsonStep) -> Self {
        self.steps.push(step);
        let text: Option<String> = self.steps.iter().map(JsonStep::written).collect();
        self.walked = text.and_then(|text| extract::JsonPath::parse(&format!("${text}")).ok());
        self
    }

    /// The value at this path of a JSON body.
    pub(super) fn find(&self, body: &[u8]) -> Option<Value> {
        if let Some(path) = &self.walked {
            return path.first(body);
        }
        let whole: serde_json::Value = serde_json::from_slice(body).ok()?;
        let whole = Value::from(&whole);
        let found = self.steps.iter().try_fold(&whole, |place, step| match step {
            JsonStep::Name(name) => place.get(name),
            JsonStep::Index(index) => place.at(*index),
        });
        found.cloned()
    }
}

impl JsonStep {
    /// The step as `JSONPath` (RFC 9535), if it is unambiguous.
    fn written(&self) -> Option<String> {
        match self {
            Self::Index(index) => Some(format!("[{index}]")),
            Self::Name(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => None,
            Self::Name(name) => Some(format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))),
        }
    }
}

/// The value of the first header of a name.
pub(super) fn header(head: &[u8], name: &str) -> Option<Value> {
    HeaderSelector::new(name).matches(head).next().map(Value::from)
}

/// The value of a cookie that the response sets.
pub(super) fn cookie(head: &[u8], name: &str) -> Option<Value> {
    Cookie::new(name).matches(head).next().map(Value::from)
}
