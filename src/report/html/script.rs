//! The page's modules as one script, and texts that can't break out of where they stand.

use serde_json::Value as Json;

/// The modules, each after those that it imports.
pub(super) const MODULES: [(&str, &str); 12] = [
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
    ("main.js", include_str!("page/main.js")),
];

/// All modules as one: imports are left out, because what they name stands above, and exports are plain declarations.
#[must_use]
pub(super) fn joined() -> String {
    let lines = MODULES.iter().flat_map(|(_, text)| text.lines());
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
