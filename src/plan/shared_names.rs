//! Requests that share a name though they are different ones: their metrics are one, and no threshold can tell them apart.

use std::collections::BTreeMap;

use super::{Origin, Plan, Scenario, rendering::Piece, request::Request};

/// What makes a request another one: method, server and path.
#[derive(Debug, PartialEq, Eq)]
struct Kind<'p> {
    method: &'p str,
    origin: Option<&'p Origin>,
    /// The path without its query. Segments with digits or values are equal: names are there to join those.
    path: String,
}

impl<'p> Kind<'p> {
    /// None for a URL that is known only in the run.
    fn of(plan: &'p Plan, request: &'p Request) -> Option<Self> {
        let method = request.spec.method.as_str();
        let line = match &request.rendering {
            None => String::from_utf8_lossy(&request.spec.wire.bytes).into_owned(),
            Some(rendering) if rendering.url.is_none() => {
                let text = |piece: &Piece| match piece {
                    Piece::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    // As a digit: it stands for what differs.
                    _ => "0".to_owned(),
                };
                rendering.head.iter().map(text).collect()
            }
            Some(_) => return None,
        };
        let target = line.strip_prefix(method)?.split_ascii_whitespace().next()?;
        let path = target.split('?').next().unwrap_or_default();
        let segment = |segment: &str| {
            let is_one_of_many = segment.contains(|letter: char| letter.is_ascii_digit());
            if is_one_of_many { "…".to_owned() } else { segment.to_owned() }
        };
        let path = path.split('/').map(segment).collect::<Vec<_>>().join("/");
        Some(Self { method, origin: plan.origins.get(request.spec.origin), path })
    }

    /// Method, path, and the server where that of another one differs.
    fn unlike(&self, other: &Self) -> String {
        let origin = self.origin.filter(|_| self.origin != other.origin);
        let server = origin.map(|origin| format!("{}:{}", origin.host, origin.port)).unwrap_or_default();
        format!("{} {server}{}", self.method, self.path)
    }
}

/// A warning for each name of a scenario that different requests share.
pub(super) fn warnings<'p>(plan: &'p Plan, scenario: &'p Scenario) -> impl Iterator<Item = String> + use<'p> {
    let mut known: BTreeMap<&str, (Kind<'_>, Option<String>)> = BTreeMap::new();
    for (step, request) in scenario.flow.steps.requests().filter(|(_, request)| !request.internal) {
        let Some(kind) = Kind::of(plan, request) else { continue };
        // A computed name differs by its values.
        if step.name.contains('{') {
            continue;
        }
        match known.get_mut(&*step.name) {
            None => {
                known.insert(&step.name, (kind, None));
            }
            Some((first, other)) if other.is_none() && *first != kind => {
                *other = Some(format!("{} and {}", first.unlike(&kind), kind.unlike(first)));
            }
            Some(_) => {}
        }
    }
    let name = &scenario.name;
    known.into_iter().filter_map(move |(shared, (_, both))| {
        let both = both?;
        Some(format!(
            "{name}: {both} share the name `{shared}`, so their metrics are mixed; give each a `name` of its own"
        ))
    })
}
