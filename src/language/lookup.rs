//! Where expressions look into a response: JSON along a path, header lines, cookies.

use super::Value;

/// A path into JSON that is known before the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct JsonPath(pub(super) Vec<JsonStep>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JsonStep {
    /// Into a map; into a list if it is written like a number.
    Name(String),
    /// Into a list; negative ones count from the end.
    Index(i64),
}

/// The value at a path of a JSON text.
pub(super) fn json(body: &[u8], path: &JsonPath) -> Option<Value> {
    let whole: serde_json::Value = serde_json::from_slice(body).ok()?;
    let mut place = &whole;
    for step in &path.0 {
        place = match (step, place) {
            (JsonStep::Name(name), serde_json::Value::Array(items)) => items.get(name.parse::<usize>().ok()?)?,
            (JsonStep::Name(name), map) => map.get(name)?,
            (JsonStep::Index(index), serde_json::Value::Array(items)) => {
                let from_end = || items.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?);
                items.get(if *index < 0 { from_end()? } else { usize::try_from(*index).ok()? })?
            }
            (JsonStep::Index(index), map) => map.get(index.to_string())?,
        };
    }
    Some(Value::from(place))
}

/// The value of the first header line of a name.
pub(super) fn header(head: &[u8], name: &str) -> Option<Value> {
    headers(head, name).next().map(|value| Value::from(&*String::from_utf8_lossy(value)))
}

/// The value of a cookie that the response sets.
pub(super) fn cookie(head: &[u8], name: &str) -> Option<Value> {
    let pairs = headers(head, "set-cookie").filter_map(|line| {
        let pair = line.split(|byte| *byte == b';').next()?;
        let equals = memchr::memchr(b'=', pair)?;
        Some((pair[..equals].trim_ascii(), pair[equals + 1..].trim_ascii()))
    });
    let mut found = pairs.filter(|(known, _)| *known == name.as_bytes());
    found.next().map(|(_, value)| Value::from(&*String::from_utf8_lossy(value)))
}

fn headers<'h>(head: &'h [u8], name: &str) -> impl Iterator<Item = &'h [u8]> {
    // The first line is the status.
    head.split(|byte| *byte == b'\n').skip(1).filter_map(move |line| {
        let colon = memchr::memchr(b':', line)?;
        line[..colon].eq_ignore_ascii_case(name.as_bytes()).then(|| line[colon + 1..].trim_ascii())
    })
}
