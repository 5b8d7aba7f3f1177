//! Steps of a flow: the first word says what a step does, its other keys are options of that.

use std::time::Duration;

use super::{
    fault::{Place, did_you_mean},
    node::{Node, Yaml},
    reader::{MapReader, Reading},
    request::{self, Defaults},
};
use crate::{
    plan::{Check, Op, Origin, Program, flow::Rule},
    units,
};

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Reads a flow.
pub fn read_flow(reading: &Reading, node: &Node, defaults: &Defaults, origins: &mut Vec<Origin>) -> Program {
    let mut ops = Vec::new();
    for item in reading.list(node, "flow") {
        let mut map = reading.map(item, "this step");
        let Some((word, place, value)) = map.first().map(|(word, place, value)| (word.to_owned(), place, value)) else {
            reading.fault(item.place, "a step must be a map such as `get: /path` or `think: 1s`", None);
            continue;
        };
        map.took(&word);
        if let Some(method) = METHODS.iter().find(|method| **method == word.to_lowercase()) {
            let method = method.to_uppercase();
            ops.extend(read_request(reading, map, (&method, place, value), defaults, origins));
        } else if word == "request" {
            let Some(method) = map.need(reading, "method", "PURGE").and_then(|node| reading.text(node, "method"))
            else {
                continue;
            };
            if !request::is_token(&method) {
                reading.fault(place, format!("`{method}` is not a method"), None);
            }
            ops.extend(read_request(reading, map, (&method.to_uppercase(), place, value), defaults, origins));
        } else if word == "think" {
            if let Some((low, high)) = read_range(reading, value) {
                ops.push(Op::Think(low, high));
            }
            map.finish(reading);
        } else {
            let words = METHODS.iter().copied().chain(["request", "think"]);
            let hint = did_you_mean(&word, words.clone())
                .unwrap_or_else(|| format!("known: {}", words.collect::<Vec<_>>().join(", ")));
            reading.fault(place, format!("unknown step `{word}`"), Some(hint));
        }
    }
    if ops.is_empty() && !reading.has_faults() {
        reading.fault(node.place, "the flow has no steps", Some("for example `flow: [{get: /}]`".to_owned()));
    }
    Program { ops }
}

/// A duration, or a range `1s..3s` to draw from evenly.
fn read_range(reading: &Reading, node: &Node) -> Option<(Duration, Duration)> {
    reading.parsed(node, "think", |text| {
        let (low, high) = text.split_once("..").unwrap_or((text, text));
        let (low, high) = (
            units::parse_duration(low).map_err(|e| e.to_string())?,
            units::parse_duration(high).map_err(|e| e.to_string())?,
        );
        if low <= high { Ok((low, high)) } else { Err(format!("`{text}` begins after its end")) }
    })
}

fn read_request(
    reading: &Reading,
    mut map: MapReader<'_>,
    head: (&str, Place, &Node),
    defaults: &Defaults,
    origins: &mut Vec<Origin>,
) -> Option<Op> {
    let request = request::read(reading, &mut map, head, defaults, origins);
    let expected = map.take("expect").map(|node| read_statuses(reading, node));
    let checks = map.take("check").map(|node| read_checks(reading, node)).unwrap_or_default();
    map.finish(reading);
    let mut request = request?;
    if let Some(expected) = expected {
        request.expected = expected?.into();
    }
    request.keep_body = checks.iter().any(|check| check.rule.reads_body());
    Some(Op::Send(Box::new(request), checks))
}

/// One check or a list of them.
fn read_checks(reading: &Reading, node: &Node) -> Vec<Check> {
    let items = node.one_or_many();
    items.iter().flat_map(|item| read_check(reading, item)).collect()
}

/// A map of conditions; each is a check of its own, all under one name if it has one.
fn read_check(reading: &Reading, node: &Node) -> Vec<Check> {
    let mut map = reading.map(node, "this check");
    let name = map.take("name").and_then(|node| reading.text(node, "name"));
    let mut checks = Vec::new();
    let mut add = |default: String, rule: Rule| checks.push(Check { name: name.clone().unwrap_or(default), rule });
    if let Some(node) = map.take("status")
        && let (Some(ranges), Some(text)) = (read_statuses(reading, node), shown(reading, node))
    {
        add(format!("status is {text}"), Rule::Status(ranges));
    }
    if let Some(text) = map.take("contains").and_then(|node| reading.text(node, "contains")) {
        add(format!("body contains {text}"), Rule::Contains(text));
    }
    if let Some(text) = map.take("equals").and_then(|node| reading.text(node, "equals")) {
        add(format!("body equals {text}"), Rule::Equals(text));
    }
    if let Some(node) = map.take("matches")
        && let Some(pattern) = reading.parsed(node, "matches", |text| {
            regex::bytes::RegexBuilder::new(text).size_limit(1 << 20).build().map_err(|e| regex_fault(text, &e))
        })
    {
        add(format!("body matches {}", pattern.as_str()), Rule::Matches(pattern));
    }
    map.finish(reading);
    if checks.is_empty() && !reading.has_faults() {
        reading.fault(
            node.place,
            "this check looks at nothing",
            Some("it can have status, contains, equals and matches".to_owned()),
        );
    }
    checks
}

/// The crate's message draws the expression over several lines; a fault has a place of its own.
fn regex_fault(text: &str, error: &regex::Error) -> String {
    let message = error.to_string();
    let last = message.lines().last().unwrap_or_default();
    format!("`{text}` is not a regular expression: {}", last.trim_start_matches("error: "))
}

fn shown(reading: &Reading, node: &Node) -> Option<String> {
    match &node.value {
        Yaml::List(items) => {
            Some(items.iter().filter_map(|item| reading.text(item, "status")).collect::<Vec<_>>().join(" or "))
        }
        _ => reading.text(node, "status"),
    }
}

/// `200`, `2xx`, `200..299`, or a list of these.
fn read_statuses(reading: &Reading, node: &Node) -> Option<Vec<(u16, u16)>> {
    let items = node.one_or_many();
    let ranges: Vec<_> = items
        .iter()
        .filter_map(|item| {
            reading.parsed(item, "status", |text| {
                parse_statuses(text)
                    .ok_or_else(|| format!("`{text}` is not a status; write for example 200, 2xx or 200..299"))
            })
        })
        .collect();
    (ranges.len() == items.len() && !ranges.is_empty()).then_some(ranges)
}

fn parse_statuses(text: &str) -> Option<(u16, u16)> {
    let valid = |status: u16| (100..=999).contains(&status).then_some(status);
    if let Some(class) = text.strip_suffix("xx") {
        let class = class.parse::<u16>().ok().filter(|class| (1..=9).contains(class))?;
        return Some((class * 100, class * 100 + 99));
    }
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let (low, high) = (valid(low.trim().parse().ok()?)?, valid(high.trim().parse().ok()?)?);
    (low <= high).then_some((low, high))
}
