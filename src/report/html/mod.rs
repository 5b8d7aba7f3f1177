//! The HTML report: one file that asks the network for nothing. The page's own code (`page/*.js`) builds it from JSON in the
//! file; without scripts, the summary is shown as text.
//!
//! Owns the frame of the page, its data and the joining of its scripts. Never computes a number that `summary.json` or the
//! timeline holds. Start with [`render`], then `page/main.js`.

mod data;
mod script;

use anstream::adapter::strip_str;

use super::{
    Summary,
    headline::headline,
    text,
    timeline::Timeline,
    visible::{visible, visible_lines},
};
use script::{escaped_html, escaped_json};

/// The styles of the page.
const STYLES: [&str; 2] = [include_str!("page/page.css"), include_str!("page/chart.css")];

/// The profile that was run, for the report: its secrets are struck out.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProfileText(pub Option<String>);

/// Renders the file.
#[must_use]
pub(crate) fn render(summary: &Summary, timeline: &Timeline, profile: &ProfileText) -> String {
    let headline = headline(summary);
    let name = visible(&summary.header.profile);
    let data = data::of(summary, timeline, profile);
    let text = strip_str(&text::render(summary)).to_string();
    format!(
        "<!doctype html>\n<html lang=\"en\" data-tone=\"{tone}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; img-src data:\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>{title}: {name}, run {run_id}</title>\n<style>\n{styles}</style>\n</head>\n<body>\n\
         <div id=\"page\"></div>\n<noscript>\n<main><h1>{title}: {name}</h1>\n<p>{sentence}</p>\n<pre>{text}</pre></main>\n\
         </noscript>\n<script type=\"application/json\" id=\"data\">{data}</script>\n\
         <script type=\"module\">\n{script}</script>\n</body>\n</html>\n",
        tone = headline.tone.as_str(),
        title = headline.title,
        name = escaped_html(&name),
        run_id = escaped_html(&visible(&summary.header.run_id)),
        styles = STYLES.concat(),
        sentence = escaped_html(&headline.sentence),
        text = escaped_html(&visible_lines(&text)),
        data = escaped_json(&data),
        script = script::joined(),
    )
}

#[cfg(test)]
mod tests;
