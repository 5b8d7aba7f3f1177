//! The pages that targets serve: Prometheus' text format and OpenMetrics. A page comes from outside: a line that can't be
//! read is skipped and reported, and no page yields more samples than a limit.

use std::collections::HashMap;

use super::Sample;
use crate::metric::Kind;

/// Samples of a page; the rest of it is not read.
const MAX_SAMPLES: usize = 100_000;
/// Labels of a sample.
const MAX_LABELS: usize = 64;

/// What a page holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    /// Its samples. Buckets and quantiles are left out: the sum and the count of a distribution are counters.
    pub samples: Vec<Sample>,
    /// Number of the first line that can't be read, from 1.
    pub wrong_line: Option<usize>,
    /// Whether samples were left out because they are too many.
    pub is_cut: bool,
}

/// What `# TYPE` says of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Counter,
    Gauge,
    /// A histogram or a summary.
    Distribution,
}

/// Reads a page.
#[must_use]
pub(super) fn parse(text: &str) -> Page {
    let mut families: HashMap<&str, Family> = HashMap::new();
    let mut page = Page::default();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            families.extend(family(comment).filter(|_| families.len() < MAX_SAMPLES));
        } else if !line.is_empty() {
            match sample(line, &families) {
                Some(sample) => page.samples.extend(sample),
                None => page.wrong_line = page.wrong_line.or(Some(number + 1)),
            }
        }
        if page.samples.len() >= MAX_SAMPLES {
            page.is_cut = true;
            break;
        }
    }
    page
}

/// Name and type of a family from the comment that says it.
fn family(comment: &str) -> Option<(&str, Family)> {
    let mut words = comment.split_whitespace();
    let name = (words.next() == Some("TYPE")).then(|| words.next()).flatten()?.trim_matches('"');
    let family = match words.next()? {
        "counter" => Family::Counter,
        "histogram" | "summary" | "gaugehistogram" => Family::Distribution,
        _ => Family::Gauge,
    };
    Some((name, family))
}

/// A sample; the inner None is one that is left out. None if the line can't be read. Timestamps and exemplars are ignored.
#[expect(clippy::option_option, reason = "a line can be wrong, or hold a sample that is not wanted")]
fn sample(line: &str, families: &HashMap<&str, Family>) -> Option<Option<Sample>> {
    let end = line.find(|c: char| c == '{' || c.is_whitespace())?;
    let (written, mut rest) = line.split_at(end);
    let (mut labels, mut name) = (Vec::new(), Some(written.to_owned()).filter(|name| !name.is_empty()));
    if let Some(inside) = rest.strip_prefix('{') {
        let (found, quoted_name, behind) = read_labels(inside)?;
        (labels, rest) = (found, behind);
        name = name.or(quoted_name);
    }
    let name = name.filter(|name| !name.starts_with(|c: char| c.is_ascii_digit()))?;
    let value: f64 = rest.split_whitespace().next()?.parse().ok()?;
    let kind = kind_of(&name, &labels, families);
    Some(kind.filter(|_| value.is_finite()).map(|kind| Sample { name, labels, value, kind }))
}

/// How a sample is kept; None for buckets, quantiles, times of creation and facts that never change.
fn kind_of(name: &str, labels: &[(String, String)], families: &HashMap<&str, Family>) -> Option<Kind> {
    let has_label = |wanted: &str| labels.iter().any(|(label, _)| label == wanted);
    if name.ends_with("_info") {
        return None;
    }
    if let Some(family) = families.get(name) {
        return match family {
            Family::Counter => Some(Kind::Counter),
            Family::Gauge => Some(Kind::Gauge),
            Family::Distribution => None,
        };
    }
    let of_family = |ending: &str| name.strip_suffix(ending).and_then(|name| families.get(name)).copied();
    match (of_family("_sum").or(of_family("_count")), of_family("_bucket"), of_family("_created")) {
        (Some(Family::Distribution), ..) => Some(Kind::Counter),
        (_, Some(Family::Distribution), _) | (_, _, Some(_)) => None,
        _ if name.ends_with("_bucket") && has_label("le") => None,
        _ if name.ends_with("_total") => Some(Kind::Counter),
        _ => Some(Kind::Gauge),
    }
}

/// Labels, a quoted name of the metric among them (UTF-8 names), and what follows the closing brace.
type Read<'t> = (Vec<(String, String)>, Option<String>, &'t str);

fn read_labels(text: &str) -> Option<Read<'_>> {
    let (mut labels, mut name) = (Vec::new(), None);
    let mut rest = text.trim_start();
    loop {
        if let Some(behind) = rest.strip_prefix('}') {
            return Some((labels, name, behind));
        }
        let (label, behind) = if rest.starts_with('"') { read_quoted(rest)? } else { read_word(rest)? };
        let behind = behind.trim_start();
        if let Some(value) = behind.strip_prefix('=') {
            let (value, behind) = read_quoted(value.trim_start())?;
            labels.push((label, value));
            rest = behind.trim_start();
        } else {
            name = Some(label);
            rest = behind;
        }
        rest = match rest.strip_prefix(',') {
            Some(behind) => behind.trim_start(),
            None if rest.starts_with('}') => rest,
            None => return None,
        };
        if labels.len() > MAX_LABELS {
            return None;
        }
    }
}

fn read_word(text: &str) -> Option<(String, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    // Only a quoted name stands without a value.
    let is_label = end > 0 && text[end..].trim_start().starts_with('=');
    is_label.then(|| (text[..end].to_owned(), &text[end..]))
}

/// A quoted text with its escapes resolved, and what follows it.
fn read_quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut read = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((read, &inside[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => read.push('\n'),
                other => read.push(other),
            },
            other => read.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests;
