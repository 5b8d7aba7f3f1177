//! Options of curl: those that change what is sent, and those that do not.

use std::time::Duration;

use super::words::Word;
use crate::{
    convert::{fields::Errors, url_text::encoded},
    profile::{
        diagnostic::{Position, did_you_mean},
        flow::is_token,
    },
};

/// Options without a value that change nothing of a request.
const SWITCHES: [&str; 26] = [
    "--silent",
    "--show-error",
    "--verbose",
    "--include",
    "--fail",
    "--fail-with-body",
    "--globoff",
    "--no-buffer",
    "--http1.1",
    "--http2",
    "--http2-prior-knowledge",
    "--http3",
    "--tlsv1.2",
    "--tlsv1.3",
    "--insecure",
    "--no-keepalive",
    "--ipv4",
    "--ipv6",
    "--progress-bar",
    "--remote-name",
    "--remote-header-name",
    "--path-as-is",
    "--tcp-nodelay",
    "--no-progress-meter",
    "--create-dirs",
    "--styled-output",
];
/// Options with a value that change nothing of a request.
const WITH_VALUE: [&str; 21] = [
    "--output",
    "--write-out",
    "--connect-timeout",
    "--proxy",
    "--cacert",
    "--capath",
    "--cert",
    "--key",
    "--resolve",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--interface",
    "--cookie-jar",
    "--dump-header",
    "--stderr",
    "--trace",
    "--limit-rate",
    "--noproxy",
    "--max-redirs",
    "--trace-ascii",
];
/// Letters and what they stand for; the second is whether a value follows.
const LETTERS: [(char, &str, bool); 30] = [
    ('X', "--request", true),
    ('H', "--header", true),
    ('d', "--data", true),
    ('F', "--form", true),
    ('u', "--user", true),
    ('b', "--cookie", true),
    ('A', "--user-agent", true),
    ('e', "--referer", true),
    ('m', "--max-time", true),
    ('T', "--upload-file", true),
    ('o', "--output", true),
    ('w', "--write-out", true),
    ('x', "--proxy", true),
    ('E', "--cert", true),
    ('c', "--cookie-jar", true),
    ('D', "--dump-header", true),
    ('G', "--get", false),
    ('I', "--head", false),
    ('L', "--location", false),
    ('s', "--silent", false),
    ('S', "--show-error", false),
    ('v', "--verbose", false),
    ('i', "--include", false),
    ('f', "--fail", false),
    ('g', "--globoff", false),
    ('k', "--insecure", false),
    ('N', "--no-buffer", false),
    ('O', "--remote-name", false),
    ('#', "--progress-bar", false),
    ('J', "--remote-header-name", false),
];
/// Options that change what is sent.
const OWN: [&str; 23] = [
    "--request",
    "--header",
    "--data",
    "--data-raw",
    "--data-ascii",
    "--data-binary",
    "--data-urlencode",
    "--json",
    "--form",
    "--form-string",
    "--user",
    "--cookie",
    "--user-agent",
    "--referer",
    "--max-time",
    "--url",
    "--upload-file",
    "--get",
    "--head",
    "--location",
    "--compressed",
    "--digest",
    "--basic",
];
const OWN_SWITCHES: [&str; 7] =
    ["--get", "--head", "--location", "--compressed", "--digest", "--basic", "--location-trusted"];

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    Text(String),
    File(String),
}

/// A command.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Command {
    request: Option<String>,
    pub urls: Vec<Word>,
    pub headers: Vec<Word>,
    pub data: Vec<Data>,
    pub form: Vec<(String, String)>,
    pub user: Option<(String, String)>,
    pub cookie: Option<String>,
    pub agent: Option<String>,
    pub referer: Option<String>,
    pub timeout: Option<Duration>,
    pub is_json: bool,
    pub get: bool,
    head: bool,
    upload: bool,
    pub follows: bool,
    pub compressed: bool,
    pub digest: bool,
}

impl Command {
    /// Reads the words behind `curl`; None if they are wrong.
    pub(super) fn read(words: &[Word], position: Position, errors: &Errors) -> Option<Self> {
        let mut command = Self::default();
        let mut words = words.iter();
        let mut has_error = false;
        while let Some(word) = words.next() {
            if !word.text.starts_with('-') || word.text == "-" {
                command.urls.push(word.clone());
                continue;
            }
            for (name, attached) in split(&word.text) {
                let needs_value = !OWN_SWITCHES.contains(&name.as_str()) && !SWITCHES.contains(&name.as_str());
                let is_known = OWN.contains(&name.as_str()) || WITH_VALUE.contains(&name.as_str()) || !needs_value;
                if !is_known {
                    let known = OWN.iter().chain(&SWITCHES).chain(&WITH_VALUE).copied();
                    let near = did_you_mean(&name, known);
                    errors.add(
                        word.position,
                        format!("option `{name}` of curl is not known here"),
                        near.as_deref().or(Some("leave it out if it does not change the request")),
                    );
                    has_error = true;
                    break;
                }
                let value = if needs_value {
                    attached.map(|text| Word { text, position: word.position }).or_else(|| words.next().cloned())
                } else {
                    None
                };
                if needs_value && value.is_none() {
                    errors.add(word.position, format!("option `{name}` needs a value"), None);
                    has_error = true;
                    break;
                }
                let value = value.unwrap_or_else(|| Word { text: String::new(), position: word.position });
                has_error |= !command.apply(&name, value, errors);
            }
        }
        if command.urls.is_empty() && !has_error {
            errors.add(position, "the command has no URL", None);
            return None;
        }
        (!has_error).then_some(command)
    }

    /// Takes an option; whether it could be read.
    fn apply(&mut self, name: &str, value: Word, errors: &Errors) -> bool {
        let Word { text, position } = value;
        let refuse = |message: String, hint: &str| {
            errors.add(position, message, Some(hint));
            false
        };
        match name {
            "--request" => {
                if !is_token(&text) {
                    return refuse(format!("`{text}` is not a method"), "for example -X PUT");
                }
                self.request = Some(text);
            }
            "--header" if text.starts_with('@') => {
                return refuse("headers of a file are not read".to_owned(), "write each with -H 'NAME: VALUE'");
            }
            "--header" => self.headers.push(Word { text, position }),
            "--data" | "--data-ascii" | "--data-binary" | "--json" => {
                self.is_json |= name == "--json";
                match text.strip_prefix('@') {
                    Some("-") => {
                        return refuse("a body of standard input is not read".to_owned(), "write it behind -d");
                    }
                    Some(file) => self.data.push(Data::File(file.to_owned())),
                    // curl leaves out line breaks of a file, not of a text.
                    None => self.data.push(Data::Text(text)),
                }
            }
            "--data-raw" => self.data.push(Data::Text(text)),
            "--data-urlencode" => {
                if text.find(['@', '=']).is_some_and(|at| text[at..].starts_with('@')) {
                    return refuse("the file of --data-urlencode is not read".to_owned(), "write its text behind =");
                }
                let text = match text.split_once('=') {
                    Some(("", value)) => encoded(value),
                    Some((name, value)) => format!("{name}={}", encoded(value)),
                    None => encoded(&text),
                };
                self.data.push(Data::Text(text));
            }
            "--form" | "--form-string" => {
                let Some((field, content)) = text.split_once('=') else {
                    return refuse(format!("`{text}` is no field of a form"), "for example -F name=value");
                };
                if name == "--form" && content.starts_with(['@', '<']) {
                    return refuse(
                        "files of a form are not read".to_owned(),
                        "leave -F with @ out, and add the file to `multipart` of the profile",
                    );
                }
                self.form.push((field.to_owned(), content.trim_matches('"').to_owned()));
            }
            "--user" => {
                let (user, password) = text.split_once(':').unwrap_or((&text, ""));
                self.user = Some((user.to_owned(), password.to_owned()));
            }
            "--cookie" if !text.contains('=') => {
                return refuse("cookies of a file are not read".to_owned(), "write them as -b 'NAME=VALUE'");
            }
            "--cookie" => self.cookie = Some(text),
            "--user-agent" => self.agent = Some(text),
            "--referer" => self.referer = Some(text),
            "--max-time" => {
                let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && *seconds <= 86_400.0);
                let Some(seconds) = seconds else {
                    return refuse(format!("`{text}` is no time in seconds"), "for example -m 10");
                };
                self.timeout = Some(Duration::from_secs_f64(seconds));
            }
            "--url" => self.urls.push(Word { text, position }),
            "--upload-file" => {
                self.upload = true;
                self.data.push(Data::File(text));
            }
            _ => self.switch(name),
        }
        true
    }

    fn switch(&mut self, name: &str) {
        match name {
            "--get" => self.get = true,
            "--head" => self.head = true,
            "--location" | "--location-trusted" => self.follows = true,
            "--compressed" => self.compressed = true,
            "--digest" => self.digest = true,
            // The others change nothing of what is sent.
            _ => {}
        }
    }

    /// The method that curl uses.
    pub(super) fn method(&self) -> String {
        let implied = if self.head {
            "HEAD"
        } else if self.upload {
            "PUT"
        } else if (!self.data.is_empty() || !self.form.is_empty()) && !self.get {
            "POST"
        } else {
            "GET"
        };
        self.request.as_deref().unwrap_or(implied).to_ascii_uppercase()
    }
}

/// The options of a word: `--name=value`, `-X POST`, `-XPOST`, `-sSL`; with the value that is attached.
fn split(word: &str) -> Vec<(String, Option<String>)> {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((name, value)) => vec![(name.to_owned(), Some(value.to_owned()))],
            None => vec![(word.to_owned(), None)],
        };
    }
    let mut found = Vec::new();
    let mut rest = word.strip_prefix('-').unwrap_or(word);
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        let Some((_, name, takes_value)) = LETTERS.iter().find(|(known, ..)| *known == letter) else {
            found.push((format!("-{letter}"), None));
            continue;
        };
        if *takes_value {
            found.push(((*name).to_owned(), (!rest.is_empty()).then(|| rest.to_owned())));
            break;
        }
        found.push(((*name).to_owned(), None));
    }
    found
}
