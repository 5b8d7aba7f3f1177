//! The HTML report: one file that asks the network for nothing. The page's own code (`page/*.js`) builds it from JSON in the
//! file; without scripts, the summary is shown as text.
//!
//! Owns the frame of the page, its data and the joining of its scripts, also of the page of a run in progress. Never computes a
//! number that `summary.json` or the timeline holds. Start with [`render`], then `page/main.js`.

mod data;
pub(crate) mod live;
mod script;

use anstream::adapter::strip_str;

use super::{
    Summary,
    headline::headline,
    text,
    timeline::Timeline,
    visible::{visible, visible_lines},
};
use script::{MODULES, REPORT, escaped_html, escaped_json};

/// The styles of the page.
const STYLES: [&str; 3] =
    [include_str!("page/page.css"), include_str!("page/chart.css"), include_str!("page/live.css")];

/// The profile that was run, for the report: its secrets are struck out.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProfileText(pub Option<String>);

/// The parts of a document that differ.
struct Document<'a> {
    tone: &'a str,
    title: &'a str,
    /// Shown without scripts.
    without_scripts: &'a str,
    /// What the scripts may connect to, as in a policy.
    connect: &'a str,
    data: &'a serde_json::Value,
    script: &'a str,
}

impl Document<'_> {
    fn render(&self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\" data-tone=\"{tone}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'; img-src data:{connect}\">\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <title>{title}</title>\n<style>\n{styles}</style>\n</head>\n<body>\n\
             <div id=\"page\"></div>\n<noscript>\n{without_scripts}\n\
             </noscript>\n<script type=\"application/json\" id=\"data\">{data}</script>\n\
             <script type=\"module\">\n{script}</script>\n</body>\n</html>\n",
            tone = self.tone,
            connect = self.connect,
            title = escaped_html(self.title),
            styles = STYLES.concat(),
            without_scripts = self.without_scripts,
            data = escaped_json(self.data),
            script = self.script,
        )
    }
}

/// Renders the file.
#[must_use]
pub(crate) fn render(summary: &Summary, timeline: &Timeline, profile: &ProfileText) -> String {
    let headline = headline(summary);
    let name = visible(&summary.header.profile);
    let text = strip_str(&text::render(summary)).to_string();
    Document {
        tone: headline.tone.as_str(),
        title: &format!("{}: {name}, run {}", headline.title, visible(&summary.header.run_id)),
        without_scripts: &format!(
            "<main><h1>{}: {}</h1>\n<p>{}</p>\n<pre>{}</pre></main>",
            headline.title,
            escaped_html(&name),
            escaped_html(&headline.sentence),
            escaped_html(&visible_lines(&text)),
        ),
        connect: "",
        data: &data::of(summary, timeline, profile),
        script: &script::joined(&[&MODULES[..], &REPORT].concat()),
    }
    .render()
}

#[cfg(test)]
mod tests;
