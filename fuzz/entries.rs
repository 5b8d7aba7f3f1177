//! What is fuzzed: each entry takes any bytes, must not panic, and holds what is promised of its results.
//!
//! Shared by the targets for libFuzzer beside this file and by `tests/fuzz`, which runs them without it.

use std::time::Duration;

use loadagent::testing::{
    convert,
    language::{
        Binding, EscapeContext, EvalContext, Expr, IterationId, Response, Scope, Slot, Template, TemplateError, Value,
        extract::{Between, Cookie, Extractor, Group, HeaderSelector, Html, JsonPath, Pattern, Take},
    },
    profile::{self, Overrides},
    protocol::{
        events, frames,
        http1::response::{Progress, ResponseError, ResponseReader},
        readers,
        response_head::ResponseHead,
    },
};

/// Names and what they run.
pub(crate) const ENTRIES: [(&str, fn(&[u8])); 7] = [
    ("profile", profile),
    ("language", language),
    ("extraction", extraction),
    ("response", response),
    ("stream", stream),
    ("socket", socket),
    ("conversion", conversion),
];

/// Any text is a plan, or errors each with a position in the text.
pub(crate) fn profile(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Err(errors) = profile::load("fuzz.yaml", &text, &Overrides::default()) else { return };
    assert!(!errors.list.is_empty(), "neither a plan nor a error");
    let shown = errors.to_string();
    assert!(shown.contains("nothing was sent"));
    // As YAML counts them.
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = plain.split('\n').collect();
    for error in &errors.list {
        let (line, column) = (error.position.line, error.position.column);
        let known = lines.get(line.saturating_sub(1)).map_or(0, |line| line.chars().count());
        assert!((1..=lines.len() + 1).contains(&line), "{error:?} is in no line of {}", lines.len());
        assert!((1..=known + 2).contains(&column), "{error:?} is in no column of {known}");
    }
}

/// Any file of another tool is a valid profile, or errors.
pub(crate) fn conversion(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match convert::profile_of("fuzz", &text) {
        Ok(made) => {
            if let Err(errors) = profile::load("made.yaml", &made, &Overrides::default()) {
                // A file that is not there, and a server that the source names wrongly, are errors of the source.
                let is_of_source = |message: &str| {
                    ["can't be read", "is not a file", "base_url", "URL", "host"]
                        .iter()
                        .any(|word| message.contains(word))
                };
                assert!(errors.list.iter().all(|error| is_of_source(&error.message)), "{errors}\n{made}");
            }
        }
        Err(errors) => assert!(errors.contains("nothing was written"), "{errors}"),
    }
}

/// Three names with values of different types, and one that never changes.
struct Names;

impl Scope for Names {
    fn resolve(&self, name: &str) -> Option<Binding> {
        match name {
            "user" => Some(Binding::Slot(Slot(0))),
            "count" => Some(Binding::Slot(Slot(1))),
            "items" => Some(Binding::Slot(Slot(2))),
            "HOST" => Some(Binding::Constant(Value::from("localhost"))),
            _ => None,
        }
    }

    fn names(&self) -> Vec<String> {
        ["user", "count", "items", "HOST"].map(str::to_owned).into()
    }
}

/// Any text is a template and an expression, or a error within it; what is rendered fits its place.
pub(crate) fn language(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let within = |error: &TemplateError| {
        assert!((1..=text.chars().count() + 1).contains(&error.at), "{error:?} is not within {text:?}");
    };
    let slots =
        [Value::from("Ann & \"Ben\"\r\n"), Value::Int(i64::MIN), Value::List([Value::Null, Value::Float(0.5)].into())];
    let mut random = fastrand::Rng::with_seed(7);
    let mut moment = EvalContext {
        slots: &slots,
        response: Response {
            status: Some(200),
            head: b"HTTP/1.1 200 OK\r\nX-Id: 7\r\n\r\n",
            body: br#"{"items": [{"id": 1}], "name": "A"}"#,
            duration: Duration::from_millis(3),
            ..Response::default()
        },
        id: IterationId { vu: 1, iteration: u64::MAX, scenario_iteration: 0 },
        random: &mut random,
        clock: Duration::from_secs(1_700_000_000),
    };
    match Expr::compile(&text, &Names) {
        Ok(expr) => drop(expr.value(&mut moment)),
        Err(error) => within(&error),
    }
    let template = match Template::compile(&text, &Names) {
        Ok(template) => template,
        Err(error) => return within(&error),
    };
    let _shown = (template.shape(), template.split_constant_prefix(), template.value(&mut moment));
    for escape in [
        EscapeContext::None,
        EscapeContext::Path,
        EscapeContext::Form,
        EscapeContext::Header,
        EscapeContext::Json,
        EscapeContext::JsonText,
    ] {
        let mut out = Vec::new();
        if template.render(&mut moment, escape, &mut out).is_err() {
            continue;
        }
        match escape {
            EscapeContext::Header => assert!(!out.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "{text:?}"),
            EscapeContext::Json => {
                let read = serde_json::from_slice::<serde_json::Value>(&out);
                assert!(read.is_ok(), "{text:?} is not JSON: {}", String::from_utf8_lossy(&out));
            }
            _ => {}
        }
    }
}

/// The first line is what is looked for, the rest is the response; nothing found is more than there is.
pub(crate) fn extraction(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (line, rest) = data.split_at(end);
    let wanted = String::from_utf8_lossy(line);
    let response = Response { head: rest, body: rest, ..Response::default() };
    let (left, right) = wanted.split_once(' ').unwrap_or((&wanted, "\""));
    let kinds = [
        JsonPath::parse(&wanted).ok().map(Extractor::Json),
        Pattern::new(&wanted, None).ok().map(Extractor::Regex),
        Pattern::new(&wanted, Some(&Group::Number(0))).ok().map(Extractor::Regex),
        Between::new(left, right).ok().map(Extractor::Between),
        Some(Extractor::Header(HeaderSelector::new(&wanted))),
        Some(Extractor::Cookie(Cookie::new(&wanted))),
        Some(Extractor::Html(Html::field(&wanted))),
        Some(Extractor::Html(Html::meta(&wanted))),
    ];
    let mut random = fastrand::Rng::with_seed(7);
    for kind in kinds.into_iter().flatten() {
        let mut find = |take| kind.find(&response, take, &mut random);
        let all = match find(Take::All) {
            Some(Value::List(all)) => all.len(),
            _ => 0,
        };
        match find(Take::Count) {
            // A body that is no JSON has no count.
            None => assert!(all == 0 && matches!(kind, Extractor::Json(_)), "{kind:?}"),
            count => assert_eq!(count, i64::try_from(all).ok().map(Value::Int), "{kind:?}"),
        }
        for take in [Take::First, Take::Last, Take::Random, Take::Nth(1), Take::Nth(-1), Take::Nth(i64::MIN)] {
            let found = find(take);
            assert!(found.is_none() || all > 0 || take == Take::First, "{kind:?} {take:?} found {found:?} of none");
        }
    }
}

/// Any bytes are read alike in one piece and in small ones, as far as the response reaches.
pub(crate) fn response(data: &[u8]) {
    let [how, bytes @ ..] = data else { return };
    let (keep, bodyless, size) = (how & 1 == 0, how & 2 != 0, usize::from(how >> 2) + 1);
    let read = |size: usize| -> (Result<Progress, ResponseError>, Option<u16>, Vec<u8>) {
        let (mut reader, mut head, mut body) = (ResponseReader::default(), ResponseHead::default(), Vec::new());
        head.begin(keep, keep);
        reader.begin(bodyless);
        let mut last = Ok(Progress::More);
        for piece in bytes.chunks(size).chain([&[][..]]) {
            last = reader.feed(piece, &mut head, |chunk| body.extend_from_slice(chunk));
            if last != Ok(Progress::More) {
                break;
            }
        }
        (last, reader.status(), body)
    };
    let (whole, pieces) = (read(bytes.len().max(1)), read(size));
    let ended = |progress| match progress {
        // What follows a response spoils its connection only if it came in the same piece.
        Ok(Progress::Done { .. } | Progress::Upgraded) => true,
        Ok(Progress::More) => panic!("the end of the stream ended nothing"),
        // Garbage without the end of a line is malformed at once or cut off at the end.
        Err(ResponseError::Malformed(_) | ResponseError::Truncated) => false,
    };
    assert_eq!(ended(whole.0), ended(pieces.0), "in pieces of {size}");
    if ended(whole.0) {
        assert_eq!((whole.1, whole.2), (pieces.1, pieces.2), "in pieces of {size}");
    }
}

/// Any bytes are the same events in one piece and in small ones; what is read of their data may be anything.
pub(crate) fn stream(data: &[u8]) {
    let [size, bytes @ ..] = data else { return };
    let whole = events(bytes, bytes.len());
    assert_eq!(whole, events(bytes, usize::from(*size)), "in pieces of {size}");
    for (_, data) in &whole.0 {
        let _taken = readers(data.as_bytes());
    }
    let _taken = readers(bytes);
}

/// Any bytes are the same messages in one piece and in small ones, up to the first violation.
pub(crate) fn socket(data: &[u8]) {
    let [size, bytes @ ..] = data else { return };
    assert_eq!(frames(bytes, bytes.len()), frames(bytes, usize::from(*size)), "in pieces of {size}");
}
