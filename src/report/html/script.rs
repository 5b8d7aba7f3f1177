//! The page's modules as one script, and texts that can't break out of where they stand.

use serde_json::Value as Json;

/// A module: its name and its text.
pub(super) type Module = (&'static str, &'static str);

/// The modules of report and live page, each after those that it imports.
pub(super) const MODULES: [Module; 12] = [
    ("format.js", include_str!("page/format.js")),
    ("dom.js", include_str!("page/dom.js")),
    ("scale.js", include_str!("page/scale.js")),
    ("csv.js", include_str!("page/csv.js")),
    ("table.js", include_str!("page/table.js")),
    ("chart.js", include_str!("page/chart.js")),
    ("heatmap.js", include_str!("page/heatmap.js")),
    ("verdict.js", include_str!("page/verdict.js")),
    ("charts.js", include_str!("page/charts.js")),
    ("tables.js", include_str!("page/tables.js")),
    ("details.js", include_str!("page/details.js")),
    ("page.js", include_str!("page/page.js")),
];

/// The module that shows a report.
pub(super) const REPORT: [Module; 1] = [("main.js", include_str!("page/main.js"))];

/// The modules of the live page; the last one shows the run, and in the end its report.
pub(super) const LIVE: [Module; 4] = [
    ("merge.js", include_str!("page/merge.js")),
    ("progress.js", include_str!("page/progress.js")),
    ("controls.js", include_str!("page/controls.js")),
    ("live.js", include_str!("page/live.js")),
];

/// Modules as one: imports are left out, because what they name stands above, and exports are plain declarations.
#[must_use]
pub(super) fn joined(modules: &[Module]) -> String {
    let lines = modules.iter().flat_map(|(_, text)| text.lines());
    let kept = lines.filter(|line| !line.starts_with("import "));
    kept.map(|line| line.strip_prefix("export ").unwrap_or(line).to_owned() + "\n").collect()
}

/// JSON inside of a script element: no `<` can end it, and nothing is a line end of JavaScript.
#[must_use]
pub(super) fn escaped_json(data: &Json) -> String {
    let text = data.to_string();
    text.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// Text in an element or an attribute.
#[must_use]
pub(super) fn escaped_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
