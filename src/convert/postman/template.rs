//! `{{name}}` in texts of a collection, as variables of the profile.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::convert::{recording::Recording, secrets::is_secret, variables::identifier, yaml::literal};
use crate::profile::reader::same_key;

/// Postman's dynamic variables that have a counterpart.
const DYNAMIC: [(&str, &str); 14] = [
    ("$guid", "uuid()"),
    ("$randomUUID", "uuid()"),
    ("$timestamp", "unix()"),
    ("$isoTimestamp", "time()"),
    ("$randomInt", "random_int(0, 1000)"),
    ("$randomBoolean", "random_bool()"),
    ("$randomAlphaNumeric", "random_text(1)"),
    ("$randomFirstName", "'Name' + random_text(6)"),
    ("$randomLastName", "'Name' + random_text(8)"),
    ("$randomFullName", "'Name ' + random_text(8)"),
    ("$randomUserName", "'user-' + random_text(8)"),
    ("$randomEmail", "'user-' + random_text(8) + '@example.com'"),
    ("$randomPassword", "random_text(15)"),
    ("$randomWord", "random_text(6)"),
];

/// Where requests go if the collection names no server.
const NO_SERVER: &str = "http://127.0.0.1:8080";

/// Names of a collection.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Name in the profile, by that of the collection.
    known: BTreeMap<String, String>,
    declared: Vec<Declared>,
    by_steps: BTreeSet<String>,
    unknown: BTreeSet<String>,
}

#[derive(Debug)]
struct Declared {
    name: String,
    value: Option<String>,
    is_secret: bool,
}

impl Names {
    /// A variable of the collection.
    pub(super) fn declare(&mut self, name: &str, value: Option<&str>, is_secret: bool) {
        let own = self.own(name);
        if !self.declared.iter().any(|known| known.name == own) {
            self.declared.push(Declared { name: own, value: value.map(str::to_owned), is_secret });
        }
    }

    /// The name in the profile of a variable that a step sets.
    pub(super) fn set_by_step(&mut self, name: &str) -> String {
        let own = self.own(name);
        self.by_steps.insert(own.clone());
        own
    }

    /// The name in the profile.
    fn own(&mut self, name: &str) -> String {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let base = identifier(name);
        let is_free = |name: &String| !self.known.values().any(|known| same_key(known, name));
        let numbered = (2_u32..).map(|number| format!("{base}_{number}"));
        let own = std::iter::once(base.clone()).chain(numbered).find(is_free).unwrap_or_default();
        self.known.insert(name.to_owned(), own.clone());
        own
    }

    /// A text with its variables, as a template; `encode` is applied to what is between them.
    pub(super) fn template_with(&mut self, text: &str, encode: impl Fn(&str) -> String) -> String {
        let (mut template, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, behind)) = after.split_once("}}").filter(|(name, _)| is_name(name)) else {
                template += &literal(&encode(before));
                template += "{{";
                rest = after;
                continue;
            };
            template += &literal(&encode(before));
            template += &self.expression(name.trim());
            rest = behind;
        }
        template + &literal(&encode(rest))
    }

    /// A text with its variables, as a template.
    pub(super) fn template(&mut self, text: &str) -> String {
        self.template_with(text, str::to_owned)
    }

    fn expression(&mut self, name: &str) -> String {
        if let Some((_, expression)) = DYNAMIC.iter().find(|(known, _)| *known == name) {
            return format!("${{{expression}}}");
        }
        if name.starts_with('$') {
            self.unknown.insert(name.to_owned());
            return "${random_text(8)}".to_owned();
        }
        self.declare(name, None, is_secret(name, "x"));
        format!("${{{}}}", self.own(name))
    }

    /// Declares the variables in the recording. Those that a step sets need no value, if no step before it uses them.
    pub(super) fn finish(mut self, mut recording: Recording) -> Recording {
        self.keep_values_of_early_uses(&mut recording);
        let base = self.take_base_url(&mut recording);
        let values = self.values();
        for Declared { name, value, is_secret } in std::mem::take(&mut self.declared) {
            if self.by_steps.contains(&name) {
                continue;
            }
            let value = value.map(|value| self.constant(&value, &values));
            let about = if value.is_some() { "" } else { "variable of the collection" };
            recording.variables.declare(&name, value, about, is_secret);
        }
        recording.base_url = base;
        if !self.unknown.is_empty() {
            let names: Vec<&str> = self.unknown.iter().map(String::as_str).collect();
            recording.notes.push(format!("random texts stand for {}", names.join(", ")));
        }
        recording
    }

    fn values(&self) -> BTreeMap<String, Option<String>> {
        self.declared.iter().map(|known| (known.name.clone(), known.value.clone())).collect()
    }

    /// A variable that is used before a step sets it is one of the whole run: the step does not set it.
    fn keep_values_of_early_uses(&mut self, recording: &mut Recording) {
        let mut set: BTreeSet<String> = BTreeSet::new();
        let by_steps = &mut self.by_steps;
        recording.change(&mut |request, _| {
            let written = format!("{request:?}");
            by_steps.retain(|name| {
                set.contains(name)
                    || !written.contains(&format!("${{{name}}}")) && !written.contains(&format!("text({name})"))
            });
            request.extracts.retain(|(name, _)| by_steps.contains(name));
            set.extend(request.extracts.iter().map(|(name, _)| name.clone()));
        });
        recording.change(&mut |request, _| request.extracts.retain(|(name, _)| by_steps.contains(name)));
    }

    /// A value that may refer to other variables of the collection: they are put in, as far as they are known.
    fn constant(&self, value: &str, values: &BTreeMap<String, Option<String>>) -> String {
        const ROUNDS: usize = 8;
        let mut value = value.to_owned();
        for _ in 0..ROUNDS {
            let Some((before, after)) = value.split_once("{{") else { break };
            let Some((name, behind)) = after.split_once("}}") else { break };
            let known = self.known.get(name.trim()).and_then(|own| values.get(own)?.clone()).unwrap_or_default();
            value = format!("{before}{known}{behind}");
        }
        literal(&value)
    }

    /// The base URL, if all requests begin with the same variable or the same server: they become relative to it.
    fn take_base_url(&mut self, recording: &mut Recording) -> Option<String> {
        let mut begins: Vec<String> = Vec::new();
        recording.change(&mut |request, _| begins.push(begin_of(&request.url).to_owned()));
        for begin in &begins {
            self.make_a_server(begin, &mut recording.notes);
        }
        let first = begins.first()?.clone();
        if first.is_empty() || begins.iter().any(|begin| *begin != first) {
            return None;
        }
        recording.change(&mut |request, _| {
            let rest = request.url[first.len()..].to_owned();
            request.url = if rest.starts_with(['/', '?']) { rest } else { format!("/{rest}") };
        });
        Some(first)
    }

    /// A variable that URLs begin with has a server as its value.
    fn make_a_server(&mut self, begin: &str, notes: &mut Vec<String>) {
        let Some(name) = begin.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else {
            return self.make_a_host(begin, notes);
        };
        let values = self.values();
        let Some(at) = self.declared.iter().position(|known| known.name == name) else { return };
        let value = self.declared[at].value.as_ref().map(|value| self.constant(value, &values)).unwrap_or_default();
        let value = value.trim().trim_end_matches('/');
        let whole = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let is_server = Url::parse(&whole).is_ok_and(|url| url.host_str().is_some() && url.query().is_none());
        if is_server && !value.is_empty() {
            self.declared[at].value = Some(whole);
        } else {
            notes.push(format!("the collection gives no server for {name}; {NO_SERVER} stands for it"));
            self.declared[at].value = Some(NO_SERVER.to_owned());
        }
        self.declared[at].is_secret = false;
    }

    /// A variable that is the host of URLs has a value.
    fn make_a_host(&mut self, begin: &str, notes: &mut Vec<String>) {
        let Some((_, host)) = begin.split_once("://${") else { return };
        let name = host.split('}').next().unwrap_or_default();
        let Some(known) = self.declared.iter_mut().find(|known| known.name == name) else { return };
        let is_host = |value: &String| Url::parse(&format!("http://{value}")).is_ok_and(|url| url.host_str().is_some());
        if !known.value.as_ref().is_some_and(is_host) {
            let server = NO_SERVER.trim_start_matches("http://");
            notes.push(format!("the collection gives no host for {name}; {server} stands for it"));
            (known.value, known.is_secret) = (Some(server.to_owned()), false);
        }
    }
}

/// The server of a URL, or the variable that it begins with.
fn begin_of(url: &str) -> &str {
    if url.starts_with("${") {
        return url.find('}').map_or("", |end| &url[..=end]);
    }
    let Some((scheme, rest)) = url.split_once("://") else { return "" };
    let host = rest.find(['/', '?']).unwrap_or(rest.len());
    &url[..scheme.len() + 3 + host]
}

fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= 100 && !name.contains(['{', '\n'])
}
