//! The profile: readable, commented, and such that it passes `check`.

mod request;

use super::{
    recording::{Auth, Recording, Request, Step, each},
    url_text::has_expression,
    variables::Variable,
    yaml::{comment, literal, quoted, scalar},
};
use crate::profile::reader::same_key;

/// The load of a profile; without users and rate, each request is sent once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Load {
    pub users: Option<u32>,
    pub rate: Option<f64>,
    pub duration: Option<String>,
    /// A built-in preset, which is the shape of the load.
    pub preset: Option<String>,
}

/// What stands above a profile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head<'a> {
    /// Name of the profile.
    pub name: &'a str,
    /// File that it comes from.
    pub source: &'a str,
    /// The schema beside it, for editors.
    pub schema: Option<&'a str>,
    pub outputs: &'a [String],
}

/// What all requests have in common.
#[derive(Debug, Default)]
struct Common {
    headers: Vec<(String, String)>,
    auth: Option<Auth>,
    /// The base URL as an expression.
    base: String,
}

/// The whole text.
#[must_use]
pub(crate) fn profile(head: &Head<'_>, recording: &Recording, load: &Load) -> String {
    let mut text = String::new();
    if let Some(schema) = head.schema {
        text += &format!("# yaml-language-server: $schema={schema}\n");
    }
    text += &format!("# From {}: {}.\n", comment(head.source), comment(&recording.about));
    text += "# Validate it: loadagent check FILE. Run it: loadagent run FILE.\n";
    for note in &recording.notes {
        text += &format!("# Note: {}.\n", comment(note));
    }
    text += &format!("name: {}\n", scalar(head.name));
    let mut variables: Vec<Variable> = Vec::new();
    if let Some(base) = &recording.base_url {
        // A server of the file is a variable, too, so that `-e` can replace it.
        let base_variable = base_expression(recording);
        if base_variable != *base {
            let name = base_name(recording);
            variables.push(Variable::with_value(
                name,
                base,
                &format!("another one: loadagent run -e {name}=https://…"),
            ));
        }
        text += &format!("base_url: {}\n", quoted(&base_variable));
    }
    variables.extend(recording.variables.list().iter().cloned());
    text += &variables_text(&variables);
    let common = Common { base: base_expression(recording), ..common(recording) };
    text += &http_text(recording, &common);
    text += &load_text(load);
    if !head.outputs.is_empty() {
        text += "\noutputs:\n";
        head.outputs.iter().for_each(|output| text += &format!("  - {}\n", quoted(output)));
    }
    text += "\nflow:\n";
    text += &steps_text(&recording.steps, 2, &common);
    text + "\nthresholds:\n  http_req_failed: rate<0.01\n  http_req_response_time: p(95)<500   # ms\n"
}

/// The variable of the base URL.
fn base_name(recording: &Recording) -> &'static str {
    let is_taken = recording.variables.list().iter().any(|known| same_key(&known.name, "BASE_URL"));
    if is_taken { "SERVER_URL" } else { "BASE_URL" }
}

/// The base URL, or the variable that stands for it.
fn base_expression(recording: &Recording) -> String {
    match &recording.base_url {
        Some(base) if has_expression(base) => base.clone(),
        Some(_) => format!("${{{}}}", base_name(recording)),
        None => String::new(),
    }
}

/// The section `vars`; one without a value says how it is given.
#[must_use]
pub(crate) fn variables_text(variables: &[Variable]) -> String {
    let mut text = String::new();
    for Variable { name, value, about, .. } in variables {
        let about = comment(about);
        text += &match value {
            Some(value) if about.is_empty() => format!("  {name}: {}\n", quoted(value)),
            Some(value) => format!("  {name}: {}   # {about}\n", quoted(value)),
            None => format!("  {name}: \"\"   # required: loadagent run -e '{name}=…' ({about})\n"),
        };
    }
    if text.is_empty() { text } else { format!("\nvars:\n{text}") }
}

/// Headers below a key, each on its line.
#[must_use]
pub(crate) fn headers_text(headers: &[(String, String)], indent: usize) -> String {
    let lines =
        headers.iter().map(|(name, value)| format!("{}{}: {}\n", " ".repeat(indent), quoted(name), quoted(value)));
    lines.collect()
}

fn http_text(recording: &Recording, common: &Common) -> String {
    let mut text = String::new();
    if recording.compression {
        text += "  compression: true\n";
    }
    if let Some(auth) = common.auth.as_ref().and_then(request::auth) {
        text += &format!("  auth: {auth}\n");
    }
    if !common.headers.is_empty() {
        text += "  headers:\n";
        text += &headers_text(&common.headers, 4);
    }
    if text.is_empty() { text } else { format!("\nhttp:\n{text}") }
}

fn load_text(load: &Load) -> String {
    let Load { users, rate, duration, preset } = load;
    let duration = duration.as_deref().unwrap_or("30s");
    let mut text = "\n".to_owned();
    match (users, rate) {
        (None, None) => {
            text += "vus: 1\niterations: 1   # each request once; a load is for example vus: 10 and duration: 5m\n";
        }
        (Some(users), None) => text += &format!("vus: {users}\nduration: {}\n", scalar(duration)),
        (users, Some(rate)) => {
            text += &format!("rate: {rate}   # iterations per second, however slow the responses are\n");
            text += &format!("duration: {}\n", scalar(duration));
            text += &users.map(|users| format!("maxVUs: {users}\n")).unwrap_or_default();
        }
    }
    if let Some(preset) = preset {
        text += &format!("preset: {}   # the shape of the load; vus or rate is its normal level\n", scalar(preset));
    }
    text
}

/// The headers and the authentication that all requests have.
fn common(recording: &Recording) -> Common {
    let mut requests: Vec<&Request> = Vec::new();
    each(&recording.steps, &mut |request| requests.push(request));
    let [first, rest @ ..] = requests.as_slice() else { return Common::default() };
    if rest.is_empty() {
        return Common::default();
    }
    let has = |request: &&Request, (name, value): &(String, String)| {
        let headers = request::with_bearer(request);
        headers.iter().any(|(known, other)| known.eq_ignore_ascii_case(name) && other == value)
    };
    // Values that a step sets are not there yet in the first requests.
    let is_constant = |(name, value): &(String, String)| {
        !name.eq_ignore_ascii_case("content-type") && !is_set_by_step(recording, value)
    };
    let mut headers = request::with_bearer(first);
    headers.retain(|header| is_constant(header) && rest.iter().all(|request| has(request, header)));
    let auth = first.auth.clone().filter(|auth| rest.iter().all(|request| request.auth.as_ref() == Some(auth)));
    let auth = auth.filter(|auth| match auth {
        Auth::Basic(one, other) | Auth::Digest(one, other) => {
            ![one, other].iter().any(|text| is_set_by_step(recording, text))
        }
        Auth::Bearer(_) => false,
    });
    Common { headers, auth, ..Common::default() }
}

/// Whether a template has a variable that is none of the whole run.
fn is_set_by_step(recording: &Recording, template: &str) -> bool {
    let mut is_set = false;
    each(&recording.steps, &mut |request| {
        is_set |= request.extracts.iter().any(|(name, _)| template.contains(&format!("${{{name}}}")));
    });
    is_set
}

fn steps_text(steps: &[Step], indent: usize, common: &Common) -> String {
    let margin = " ".repeat(indent);
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Think(pause) => text += &format!("{margin}- think: {}ms\n", pause.as_millis()),
            Step::Group(name, steps) if has_request(steps) => {
                text += &format!("{margin}- group: {}\n{margin}  steps:\n", quoted(&group_name(name)));
                text += &steps_text(steps, indent + 4, common);
            }
            // A group without a step is none.
            Step::Group(name, steps) => {
                text += &format!("{margin}# {}\n", comment(name));
                text += &steps_text(steps, indent, common);
            }
            Step::Request(request) => text += &request::text(request, &margin, common),
        }
    }
    text
}

/// A name that a group may have.
fn group_name(name: &str) -> String {
    let parts: Vec<&str> = name.split(':').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "group".to_owned() } else { literal(&parts.join(": ")) }
}

/// Whether a request is written that is no comment.
fn has_request(steps: &[Step]) -> bool {
    let mut has = false;
    each(steps, &mut |request| has |= !request.is_off);
    has
}

#[cfg(test)]
mod tests;
