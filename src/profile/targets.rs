//! The `targets:` section: what is scraped while the run lasts.

use std::time::Duration;

use super::{
    diagnostic::Invalid,
    grammar::{Key, Section, Type},
    node::{Node, Yaml},
    reader::Reader,
};
use crate::plan::targets::{MOST_SERIES, Target, name_apart};

/// A target with options.
pub(super) static TARGET: Section = Section::new(
    "target",
    "Metrics of the system under test: a page of Prometheus or OpenMetrics, or queries to a Prometheus.",
    &[&[
        Key::required("url", Type::Text, "the page; with `queries` the address of the Prometheus"),
        Key::new("name", Type::Text, "label `target` of its series; host and port"),
        Key::new("interval", Type::Duration, "time from scrape to scrape, at least 1s; 5s"),
        Key::new("metrics", Type::Several(&Type::Text), "metrics that are kept, `go_*` for several; all"),
        Key::new("series", Type::Count, "maximum number of series; 200"),
        Key::new("queries", Type::Names(&Type::Text), "queries in PromQL by name; each becomes a metric `target_NAME`"),
        Key::new("headers", Type::Names(&Type::Text), "headers of every request"),
        Key::new("insecure_skip_tls_verify", Type::Boolean, "skip TLS certificate verification (insecure); false"),
    ]],
);

/// Reads the section.
pub(crate) fn read(reader: &Reader, node: &Node) -> Vec<Target> {
    let nodes = reader.list(node, "targets");
    let mut targets: Vec<Target> = nodes.iter().filter_map(|node| read_one(reader, node)).collect();
    name_apart(&mut targets);
    targets
}

fn read_one(reader: &Reader, node: &Node) -> Option<Target> {
    if !matches!(node.value, Yaml::Map(_)) {
        return page(reader, node);
    }
    let mut map = reader.section(node, "this target", &TARGET);
    let target = map.need(reader, "url", "http://localhost:8080/metrics").and_then(|node| page(reader, node));
    let name = map.take("name").and_then(|node| reader.text(node, "name"));
    let interval = map.take("interval").and_then(|node| {
        let interval = reader.duration(node, "interval")?;
        if interval < Duration::from_secs(1) {
            reader.error(node.position, "interval: a target is scraped at most once a second", None);
        }
        Some(interval.max(Duration::from_secs(1)))
    });
    let metrics = map.take("metrics").map(Node::one_or_many).unwrap_or_default();
    let metrics = metrics.iter().filter_map(|node| reader.text(node, "a metric")).collect();
    let series = map.take("series").and_then(|node| {
        let series = reader.count(node, "series")?;
        if !(1..=MOST_SERIES).contains(&series) {
            reader.error(node.position, format!("series: `{series}` must be from 1 to {MOST_SERIES}"), None);
        }
        usize::try_from(series).ok()
    });
    let queries = map.take("queries").map(|node| read_queries(reader, node)).unwrap_or_default();
    let headers = map.take("headers").map(|node| reader.data(node, "headers", None).entries).unwrap_or_default();
    let headers = headers.iter().filter_map(|entry| Some((entry.name.clone(), reader.text(entry.value, "a header")?)));
    let headers = headers.collect();
    let insecure =
        map.take("insecure_skip_tls_verify").and_then(|node| reader.boolean(node, "insecure_skip_tls_verify"));
    map.finish(reader);
    let target = target?;
    Some(Target {
        name: name.unwrap_or(target.name),
        headers,
        insecure: insecure.unwrap_or(false),
        interval: interval.unwrap_or(target.interval),
        metrics,
        most_series: series.unwrap_or(target.most_series),
        queries,
        url: target.url,
    })
}

fn page(reader: &Reader, node: &Node) -> Option<Target> {
    let text = reader.text(node, "a target")?;
    let invalid = |message| {
        let hint = "for example http://localhost:9090/metrics".to_owned();
        reader.invalid(node.position, Invalid { message, hint: Some(hint) });
    };
    Target::page(&text).map_err(invalid).ok()
}

/// Names become names of metrics. PromQL has braces, but no `${`.
fn read_queries(reader: &Reader, node: &Node) -> Vec<(String, String)> {
    let map = reader.data(node, "queries", Some("{memory: sum(container_memory_working_set_bytes)}"));
    let query = |entry: &super::reader::Entry<'_>| {
        let is_name = !entry.name.is_empty() && entry.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            let message = format!("`{}` is not a name: use letters, digits and `_`", entry.name);
            reader.error(entry.position, message, None);
        }
        Some((entry.name.clone(), reader.text(entry.value, "a query")?))
    };
    map.entries.iter().filter_map(query).collect()
}

#[cfg(test)]
mod tests;
