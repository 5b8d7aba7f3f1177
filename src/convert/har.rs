//! HAR 1.2: a recording of a browser or a proxy.

mod entry;

use std::collections::BTreeSet;

use serde_json::Value as Json;
use url::Url;

use self::entry::Entry;
use super::{
    ReadOptions, body,
    correlate::{self, Links, Sent},
    fields::Errors,
    recording::{Body, Recording, Request, Step},
    url_text::{decoded, templated},
    yaml::literal,
};
use crate::profile::{diagnostic::Diagnostic, node::Node};
use crate::units::show_several;

/// A shorter pause is none.
const LEAST_PAUSE_MS: f64 = 100.0;

/// Reads a recording.
///
/// # Errors
/// All errors of the file.
pub(super) fn read(root: &Node, options: &ReadOptions) -> Result<Recording, Vec<Diagnostic>> {
    let errors = Errors::default();
    let entries = errors.need(root, "log", "the recording").map(|log| errors.need_list(log, "entries", "`log`"));
    let mut left = LeftOut::default();
    let read = entries.unwrap_or_default().iter().filter_map(|node| Entry::read(node, &errors, &mut left));
    let entries: Vec<Entry> = read.collect();
    let entries = errors.result(entries)?;
    let entries: Vec<Entry> = entries.into_iter().filter(|entry| left.keeps(entry, options)).collect();
    let entries = left.without_followed_redirects(entries);
    let mut recording =
        Recording { compression: entries.iter().any(Entry::accepts_compression), ..Recording::default() };
    let origin = main_origin(&entries);
    if let Some(origin) = &origin {
        recording.base_url = Some(literal(origin));
    }
    let sent: Vec<Sent> = entries.iter().map(Entry::sent).collect();
    let links = correlate::links(&sent, &mut recording.variables);
    let mut cookies = Cookies::default();
    let mut end_ms: Option<f64> = None;
    for (number, entry) in entries.iter().enumerate() {
        let pause = end_ms.zip(entry.started_ms).map(|(end, start)| start - end);
        if let Some(pause) = pause.filter(|pause| options.think && *pause >= LEAST_PAUSE_MS) {
            let rounded = (pause / 10.0).round() * 10.0;
            recording.steps.push(Step::Think(std::time::Duration::from_secs_f64(rounded.min(3.6e6) / 1e3)));
        }
        end_ms = entry.started_ms.map(|start| start + entry.time_ms).or(end_ms);
        let cookie = cookies.header(entry);
        let request = request(entry, number, &links, origin.as_deref(), cookie);
        recording.steps.push(Step::Request(Box::new(request)));
    }
    recording.notes = left.notes();
    recording.notes.extend(cookies.note());
    recording.about = format!("a recording of {}", show_several(entries.len() as u64, "request"));
    Ok(recording)
}

/// The origin of most requests; the first one of several.
fn main_origin(entries: &[Entry]) -> Option<String> {
    let origins: Vec<String> = entries.iter().map(|entry| entry.url.origin().ascii_serialization()).collect();
    let count = |origin: &String| origins.iter().filter(|other| *other == origin).count();
    let mut best: Option<(usize, &String)> = None;
    let mut seen = BTreeSet::new();
    for origin in &origins {
        if seen.insert(origin) && best.is_none_or(|(most, _)| count(origin) > most) {
            best = Some((count(origin), origin));
        }
    }
    best.map(|(_, origin)| origin.clone())
}

fn request(entry: &Entry, number: usize, links: &Links, origin: Option<&str>, cookie: Option<String>) -> Request {
    let own = entry.url.origin().ascii_serialization();
    let target =
        templated(entry.target(), |value| (!value.is_empty()).then(|| links.expression(number, value)).flatten());
    let url = if Some(own.as_str()) == origin { target } else { format!("{}{target}", literal(&own)) };
    let mut headers: Vec<(String, String)> = entry
        .headers
        .iter()
        .map(|(name, value)| {
            let (scheme, last) = value.split_once(' ').map_or(("", value.as_str()), |(scheme, last)| (scheme, last));
            let whole = links.expression(number, value);
            let part = || links.expression(number, last).filter(|_| !scheme.is_empty());
            let linked = whole.or_else(|| part().map(|linked| format!("{} {linked}", literal(scheme))));
            (name.clone(), linked.unwrap_or_else(|| literal(value)))
        })
        .collect();
    headers.extend(cookie.map(|value| ("Cookie".to_owned(), literal(&value))));
    let (body, keeps_type) = content(entry, number, links);
    if !keeps_type {
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    }
    // The cache of the recorded browser is empty here.
    let status = entry.status.filter(|status| *status != 304 && *status != 0);
    Request {
        method: entry.method.clone(),
        url,
        headers,
        body,
        status: status.map(|status| status.to_string()),
        is_expected_failure: status.is_some_and(|status| status >= 400),
        extracts: links.extracts[number].clone(),
        redirects: entry.is_redirect().then_some(0),
        ..Request::default()
    }
}

fn content(entry: &Entry, number: usize, links: &Links) -> (Option<Body>, bool) {
    let replace = |value: &Json| links.expression_in_json(number, value);
    match &entry.body {
        Some((media_type, text)) => {
            let (body, keeps_type) = body::of_text(media_type, text, &replace);
            (Some(body), keeps_type)
        }
        None if entry.parts.is_empty() => (None, true),
        None => {
            let parts = entry.parts.iter().map(|(name, value)| (literal(name), literal(value)));
            (Some(Body::Multipart(parts.collect())), false)
        }
    }
}

/// What is left out, for the notes.
#[derive(Debug, Default)]
struct LeftOut {
    /// Not HTTP: `data:`, `blob:`, `ws:` …
    schemes: BTreeSet<String>,
    other: usize,
    hosts: usize,
    static_files: usize,
    redirects: usize,
    /// Requests without a body that can be written.
    bodies: usize,
}

impl LeftOut {
    fn keeps(&mut self, entry: &Entry, options: &ReadOptions) -> bool {
        let host = entry.url.host_str().unwrap_or_default();
        if !options.hosts.is_empty() && !options.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)) {
            self.hosts += 1;
            return false;
        }
        if options.skip_static && entry.is_static() {
            self.static_files += 1;
            return false;
        }
        true
    }

    /// Without the requests that a redirect led to: the load follows it by itself.
    fn without_followed_redirects(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut kept: Vec<Entry> = Vec::new();
        let mut awaited: Option<Url> = None;
        for mut entry in entries {
            if awaited.as_ref() == Some(&entry.url)
                && let Some(before) = kept.last_mut()
            {
                self.redirects += 1;
                awaited = entry.redirects_to();
                let set_cookies = std::mem::take(&mut entry.set_cookies);
                before.take_over(entry, set_cookies);
                continue;
            }
            awaited = entry.redirects_to();
            kept.push(entry);
        }
        kept
    }

    fn notes(&self) -> Vec<String> {
        let several = |count: usize, noun: &str| show_several(count as u64, noun);
        let schemes = self.schemes.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        [
            (self.other > 0, format!("{} left out that are not HTTP ({schemes})", several(self.other, "record"))),
            (self.hosts > 0, format!("{} left out to other hosts", several(self.hosts, "request"))),
            (self.static_files > 0, format!("{} left out of static files", several(self.static_files, "request"))),
            (self.redirects > 0, format!("{} sent by following redirects", several(self.redirects, "request"))),
            (
                self.bodies > 0,
                format!("{} without its body: the recording has no text of it", several(self.bodies, "request")),
            ),
        ]
        .into_iter()
        .filter_map(|(is_noted, note)| is_noted.then_some(note))
        .collect()
    }
}

/// Cookies: those that a response sets are kept by each user; the others come from the recorded browser.
#[derive(Debug, Default)]
struct Cookies {
    set: BTreeSet<String>,
    unknown: BTreeSet<String>,
}

impl Cookies {
    /// The header `Cookie` of a request, if none of its cookies comes from a response.
    fn header(&mut self, entry: &Entry) -> Option<String> {
        let names: Vec<&str> = entry.cookies.iter().map(|(name, _)| name.as_str()).collect();
        let is_set = names.iter().any(|name| self.set.contains(*name));
        let header = (!names.is_empty() && !is_set).then(|| {
            entry.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
        });
        if is_set {
            self.unknown.extend(names.iter().filter(|name| !self.set.contains(**name)).map(|name| (*name).to_owned()));
        }
        self.set.extend(entry.set_cookies.iter().cloned());
        header
    }

    fn note(&self) -> Option<String> {
        const SHOWN: usize = 5;
        if self.unknown.is_empty() {
            return None;
        }
        let names = self.unknown.iter().take(SHOWN).map(|name| decoded(name)).collect::<Vec<_>>().join(", ");
        let more = if self.unknown.len() > SHOWN { " …" } else { "" };
        Some(format!("cookies of the recorded browser are not sent beside those of responses: {names}{more}"))
    }
}

#[cfg(test)]
mod tests;
