//! Helpers to read the JSON of dashboards: panels, targets, variables.

use loadagent::testing::dashboard::{self, DashboardFile, DataSource};
use promql_parser::parser;
use serde_json::Value;

/// All dashboards with the default prefixes.
pub(crate) fn all() -> Vec<DashboardFile> {
    dashboard::files("loadagent_", "")
}

/// The dashboards of a data source.
pub(crate) fn of(data_source: DataSource) -> Vec<DashboardFile> {
    all().into_iter().filter(|file| file.path.starts_with(data_source.as_str())).collect()
}

/// One dashboard.
pub(crate) fn one(path: &str) -> Value {
    all().into_iter().find(|file| file.path == path).unwrap().json
}

/// The list below a key; empty if missing.
pub(crate) fn list<'a>(json: &'a Value, key: &str) -> &'a [Value] {
    json[key].as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text<'a>(json: &'a Value, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_default()
}

/// Panels without row headings.
pub(crate) fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    list(dashboard, "panels").iter().filter(|panel| panel["type"] != "row")
}

pub(crate) fn panel<'a>(dashboard: &'a Value, title: &str) -> &'a Value {
    panels(dashboard).find(|panel| panel["title"] == title).unwrap_or_else(|| panic!("no panel `{title}`"))
}

pub(crate) fn variables(dashboard: &Value) -> &[Value] {
    list(&dashboard["templating"], "list")
}

pub(crate) fn variable<'a>(dashboard: &'a Value, name: &str) -> &'a Value {
    variables(dashboard)
        .iter()
        .find(|variable| variable["name"] == name)
        .unwrap_or_else(|| panic!("no variable {name}"))
}

/// Every query of a data source's dashboards with its place: panels and annotations.
pub(crate) fn queries(data_source: DataSource) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in of(data_source) {
        for panel in panels(&file.json) {
            let targets = list(panel, "targets").iter();
            let place = format!("{}: {}", file.path, panel["title"]);
            found.extend(targets.map(|target| (place.clone(), query_of(target))));
        }
        for annotation in list(&file.json["annotations"], "list").iter().filter(|one| one["builtIn"] != 1) {
            found.push((format!("{}: stages", file.path), query_of(annotation)));
        }
    }
    found
}

/// The query of a variable, if it has one.
pub(crate) fn query_text(variable: &Value) -> &str {
    let query = if variable["query"].is_object() { &variable["query"]["query"] } else { &variable["query"] };
    query.as_str().unwrap_or_default()
}

pub(crate) fn query_of(target: &Value) -> String {
    let text = target["expr"].as_str().or_else(|| target["query"].as_str());
    text.unwrap_or_default().to_owned()
}

/// A query with a value for every variable, so that a parser can read it.
pub(crate) fn substituted(query: &str) -> String {
    let mut values = [
        ("__rate_interval", "20s"),
        ("__range", "10m"),
        ("__interval", "5s"),
        ("run_id", "run"),
        ("base_run_id", "base"),
        ("scenario", ".+"),
        ("window", "1m"),
        ("warmup", "2m"),
        ("resolution", "5s"),
        ("history", "1d"),
        ("slo", "0.5"),
        ("budget", "0.01"),
        ("sut", "up"),
        ("began", "1700000000"),
        ("ended", "1700000600"),
        ("about_began", "1700000000"),
        ("about_ended", "1700000600"),
        ("base_began", "1690000000"),
        ("shift", "-86400"),
    ];
    // Longest names first: one may be a prefix of another.
    values.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mut query = query.to_owned();
    for (name, value) in values {
        query = query.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
    }
    query
}

/// The parsed expression.
pub(crate) fn parsed(place: &str, query: &str) -> parser::Expr {
    let query = substituted(query);
    let left =
        query.split('$').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "_{".contains(c)));
    assert!(!left, "{place}: a variable without a value in {query}");
    parser::parse(&query).unwrap_or_else(|error| panic!("{place}: {error} in {query}"))
}

/// All expressions below one, itself included.
pub(crate) fn below(expr: &parser::Expr) -> Vec<&parser::Expr> {
    use parser::Expr;
    let children: Vec<&Expr> = match expr {
        Expr::Aggregate(one) => vec![&one.expr],
        Expr::Unary(one) => vec![&one.expr],
        Expr::Binary(one) => vec![&one.lhs, &one.rhs],
        Expr::Paren(one) => vec![&one.expr],
        Expr::Subquery(one) => vec![&one.expr],
        Expr::Call(one) => one.args.args.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    std::iter::once(expr).chain(children.into_iter().flat_map(below)).collect()
}

/// Names of the metrics that an expression reads.
pub(crate) fn metrics(expr: &parser::Expr) -> Vec<String> {
    let name = |expr: &parser::Expr| match expr {
        parser::Expr::VectorSelector(one) => one.name.clone(),
        parser::Expr::MatrixSelector(one) => one.vs.name.clone(),
        _ => None,
    };
    below(expr).into_iter().filter_map(name).collect()
}
