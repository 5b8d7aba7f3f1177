//! k6's threshold grammar: `metric{tag:value,…}` and `stat operator number`; and beyond k6 ` over 1m`.

use std::time::Duration;

use super::{Operator, Stat};
use crate::{
    metric::Kind,
    units::{QuantityError, parse_duration, parse_share},
};

/// Why a threshold can't be parsed. The texts are fragments: the reader adds the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParseError {
    #[error("the `{{` of the tags is never closed by `}}`")]
    Unclosed,
    #[error("`{0}` is not `tag:value`; write a value with a comma in quotes: `{{name:\"a,b\"}}`")]
    Tag(String),
    #[error("the quoted value at `{0}` is not closed, or text follows it; inside quotes write `\\\"` for a quote")]
    Quote(String),
    #[error("the window after `over`: {0}")]
    Window(QuantityError),
    #[error("the window after `over`: `{0}` is not between 1s and 7d")]
    WindowLength(String),
    #[error("`min` and `max` of a gauge are those of the whole run: leave `over …` out, or use `value`")]
    WindowOfExtreme,
    #[error("`{text}` has no comparison; write for example `{example}`")]
    NoComparison { text: String, example: &'static str },
    #[error("`{0}` is not a number; write times in milliseconds (500) and shares from 0 to 1 (0.05)")]
    Bound(String),
    #[error("a {kind} has no `{stat}`, only {offered}")]
    Stat { stat: String, kind: &'static str, offered: &'static str },
}

/// A condition as written, taken apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Condition {
    /// What is looked at.
    pub stat: Stat,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub bound: f64,
    /// Whether the bound is in multiples of a baseline.
    pub is_relative: bool,
    /// The length of windows; None for the whole run.
    pub window: Option<Duration>,
}

/// Splits `metric{tag:value,tag2:"value, too"}` into name and selector. A value in double or single quotes can hold any
/// character; in it, and before a comma outside quotes, a backslash takes the next character as it is.
///
/// # Errors
/// What is wrong with the key, as a fragment.
pub(crate) fn parse_key(key: &str) -> Result<(String, Vec<(String, String)>), ParseError> {
    let Some((name, rest)) = key.split_once('{') else {
        return Ok((key.trim().to_owned(), Vec::new()));
    };
    let mut rest = rest.trim_end().strip_suffix('}').ok_or(ParseError::Unclosed)?.trim_start();
    let mut selector = Vec::new();
    while !rest.is_empty() {
        let pair = rest.split(',').next().unwrap_or(rest).trim();
        if pair.is_empty() {
            rest = rest.trim_start_matches(',').trim_start();
            continue;
        }
        let found = rest.split_once(':').filter(|(tag, _)| !tag.contains(',') && !tag.trim().is_empty());
        let (tag, after) = found.ok_or_else(|| ParseError::Tag(pair.to_owned()))?;
        let (value, next) = parse_value(after.trim_start())?;
        selector.push((tag.trim().to_owned(), value));
        rest = next;
    }
    Ok((name.trim().to_owned(), selector))
}

/// The value at the begin of a text, and what follows its comma.
fn parse_value(text: &str) -> Result<(String, &str), ParseError> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inside = &text[quote.map_or(0, char::len_utf8)..];
    let mut value = String::new();
    let mut chars = inside.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (c, quote, chars.peek().copied()) {
            ('\\', Some(_), Some((_, escaped))) | ('\\', None, Some((_, escaped @ (',' | '\\' | '"' | '\'')))) => {
                value.push(escaped);
                chars.next();
            }
            (c, Some(quote), _) if c == quote => {
                let rest = inside[at + c.len_utf8()..].trim_start();
                let next = rest.strip_prefix(',').or(rest.is_empty().then_some(rest));
                return next.map(|next| (value, next.trim_start())).ok_or_else(|| ParseError::Quote(inside.to_owned()));
            }
            (',', None, _) => return Ok((value.trim_end().to_owned(), inside[at + 1..].trim_start())),
            _ => value.push(c),
        }
    }
    if quote.is_some() { Err(ParseError::Quote(inside.to_owned())) } else { Ok((value.trim_end().to_owned(), "")) }
}

/// Reads `p(95)<500`, `rate < 0.01`, `count>=100`, `p(95)<500 over 1m` for a metric of a kind.
///
/// # Errors
/// What is wrong with the expression, as a fragment that names what this kind of metric offers.
pub(crate) fn parse_condition(text: &str, kind: Kind) -> Result<Condition, ParseError> {
    let (comparison, window) = match text.split_once(" over ") {
        Some((comparison, length)) => (comparison, Some(parse_window(length)?)),
        None => (text, None),
    };
    let (absolute, is_relative) = match comparison.trim_end().strip_suffix("baseline") {
        Some(multiple) => (multiple_of(multiple), true),
        None => (comparison.to_owned(), false),
    };
    let (stat, operator, bound) = parse_expression(&absolute, kind)?;
    if kind == Kind::Gauge && stat != Stat::Value && window.is_some() {
        return Err(ParseError::WindowOfExtreme);
    }
    Ok(Condition { stat, operator, bound, is_relative, window })
}

/// `p(95) < 3` of `p(95) < 3 x`; without a factor it is 1.
fn multiple_of(text: &str) -> String {
    let text = text.trim_end();
    let text = text.strip_suffix(['x', 'X', '×', '*']).unwrap_or(text).trim_end();
    if text.ends_with(['<', '>', '=']) { format!("{text}1") } else { text.to_owned() }
}

/// Results come once a second, and no window is shorter.
fn parse_window(text: &str) -> Result<Duration, ParseError> {
    let window = parse_duration(text).map_err(ParseError::Window)?;
    let (shortest, longest) = (Duration::from_secs(1), Duration::from_secs(7 * 86_400));
    if (shortest..=longest).contains(&window) {
        Ok(window)
    } else {
        Err(ParseError::WindowLength(text.trim().to_owned()))
    }
}

fn parse_expression(text: &str, kind: Kind) -> Result<(Stat, Operator, f64), ParseError> {
    const OPERATORS: [(&str, Operator); 8] = [
        ("===", Operator::Equal),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("=", Operator::Equal),
    ];
    let (at, sign, operator) = OPERATORS
        .iter()
        .filter_map(|(sign, operator)| text.find(sign).map(|at| (at, *sign, *operator)))
        .min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())))
        .filter(|(_, sign, _)| *sign != "=")
        .ok_or_else(|| ParseError::NoComparison { text: text.to_owned(), example: example(kind) })?;
    let bound = text[at + sign.len()..].trim();
    let number = bound.parse().ok().filter(|number: &f64| number.is_finite());
    let bound = number.ok_or_else(|| ParseError::Bound(bound.to_owned()))?;
    let name = text[..at].trim();
    let stat = parse_stat(name).filter(|stat| offers(kind, *stat));
    let stat =
        stat.ok_or_else(|| ParseError::Stat { stat: name.to_owned(), kind: kind_name(kind), offered: offered(kind) })?;
    Ok((stat, operator, bound))
}

/// Reads a statistic by k6's name: `avg`, `med`, `p(99.9)`, `count`, `rate`, `value`, `min`, `max`.
#[must_use]
pub(crate) fn parse_stat(text: &str) -> Option<Stat> {
    match text {
        "count" => Some(Stat::Count),
        "rate" => Some(Stat::Rate),
        "value" => Some(Stat::Value),
        "avg" => Some(Stat::Avg),
        "min" => Some(Stat::Min),
        "max" => Some(Stat::Max),
        "med" => Some(Stat::Quantile(0.5)),
        _ => {
            let percent = text.strip_prefix("p(")?.strip_suffix(')')?.trim();
            // The decimal point is moved in the text: 99.9 / 100 is a little more than 0.999, and so one rank too high.
            let share: f64 = format!("{percent}e-2").parse().ok()?;
            (0.0..=1.0).contains(&share).then_some(Stat::Quantile(share))
        }
    }
}

fn offers(kind: Kind, stat: Stat) -> bool {
    match kind {
        Kind::Counter => matches!(stat, Stat::Count | Stat::Rate),
        Kind::Gauge => matches!(stat, Stat::Value | Stat::Min | Stat::Max),
        Kind::Rate => matches!(stat, Stat::Rate | Stat::Count),
        Kind::Trend => !matches!(stat, Stat::Rate | Stat::Value),
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Rate => "rate",
        Kind::Trend => "trend",
    }
}

fn offered(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "count and rate",
        Kind::Gauge => "value, min and max",
        Kind::Rate => "rate and count",
        Kind::Trend => "avg, min, max, med, p(N) and count",
    }
}

fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "count>100",
        Kind::Gauge => "value<100",
        Kind::Rate => "rate<0.01",
        Kind::Trend => "p(95)<500",
    }
}

/// What was meant by a condition that can't be parsed: `p(95)<500` for `p95<500ms`, `rate<0.01` for `fails < 1%`.
#[must_use]
pub(crate) fn corrected(text: &str, kind: Kind) -> Option<String> {
    let (comparison, window) = text.split_once(" over ").map_or((text, None), |(text, window)| (text, Some(window)));
    let at = comparison.find(['<', '>', '=', '!'])?;
    let sign_length = comparison[at..].find(|c| !matches!(c, '<' | '>' | '=' | '!'))?;
    let (stat, sign, bound) =
        (comparison[..at].trim(), &comparison[at..at + sign_length], comparison[at + sign_length..].trim());
    let sign = match sign {
        "=" => "==",
        "=<" => "<=",
        "=>" => ">=",
        "<>" => "!=",
        sign => sign,
    };
    let stat =
        if parse_stat(stat).is_some_and(|stat| offers(kind, stat)) { stat.to_owned() } else { meant(stat, kind)? };
    let bound = if bound.parse::<f64>().is_ok() { bound.to_owned() } else { number_of(bound, kind)?.to_string() };
    let written = format!("{stat}{sign}{bound}");
    let written = window.map_or(written.clone(), |window| format!("{written} over {window}"));
    parse_condition(&written, kind).is_ok().then_some(written)
}

/// The statistic that a word of another tool means for a kind of metric.
fn meant(word: &str, kind: Kind) -> Option<String> {
    let word = word.to_lowercase();
    let percent = word.trim_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '(' | ')' | ' ' | '%'));
    let percent = percent.parse::<f64>().ok().filter(|number| *number > 1.0 && *number <= 100.0);
    match (kind, word.as_str(), percent) {
        (Kind::Trend, "median" | "p50", _) => Some("med".to_owned()),
        (Kind::Trend, "mean" | "average", _) => Some("avg".to_owned()),
        (Kind::Trend, "maximum" | "longest", _) => Some("max".to_owned()),
        (Kind::Trend, "minimum" | "shortest", _) => Some("min".to_owned()),
        (Kind::Trend, "n" | "total" | "samples", _) => Some("count".to_owned()),
        (Kind::Trend, _, Some(percent)) => Some(format!("p({percent})")),
        (Kind::Trend, ..) | (_, _, Some(_)) => None,
        (Kind::Gauge, ..) => Some("value".to_owned()),
        (Kind::Rate, ..) => Some("rate".to_owned()),
        (Kind::Counter, word, _) => {
            let per_second = ["rate", "ps", "/s", "per_s"].iter().any(|part| word.contains(part));
            Some(if per_second { "rate" } else { "count" }.to_owned())
        }
    }
}

/// A bound with a unit as a number: a share of a rate, else milliseconds.
fn number_of(bound: &str, kind: Kind) -> Option<f64> {
    match kind {
        Kind::Rate => parse_share(bound).ok(),
        Kind::Trend => parse_duration(bound).ok().map(|time| time.as_secs_f64() * 1e3),
        Kind::Counter | Kind::Gauge => None,
    }
}

#[cfg(test)]
mod tests;
