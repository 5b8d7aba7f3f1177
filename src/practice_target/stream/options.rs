//! The options of a stream, from the query of its URL.

use std::time::Duration;

use crate::practice_target::value_error::ValueError;
use crate::units::parse_duration;

/// The longest data of an event that is asked for.
const LARGEST: usize = 1 << 20;
/// Most events or tokens.
const MOST: u64 = 1_000_000;

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum End {
    /// As HTTP ends a response.
    #[default]
    Close,
    /// The connection breaks.
    Cut,
    /// Nothing comes any more, and the connection stays open.
    Silent,
}

/// What a client asks of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StreamOptions {
    /// Number of events, or tokens.
    pub(super) count: Option<u64>,
    /// Time to the first event.
    pub(super) first: Duration,
    /// Time between events.
    pub(super) gap: Duration,
    /// Further time before the event after this many.
    pub(super) stall: Option<(u64, Duration)>,
    /// Events of one write.
    pub(super) per_write: u64,
    /// Bytes of one write, within an event.
    pub(super) split: Option<usize>,
    /// After how many events the connection breaks.
    pub(super) cut: Option<u64>,
    /// After how many events the server reports an error.
    pub(super) error: Option<u64>,
    pub(super) end: End,
    pub(super) line_end: &'static str,
    /// Name of the events.
    pub(super) name: String,
    /// Bytes of filler in each event.
    pub(super) size: usize,
    /// Tokens of one event.
    pub(super) tokens_per_event: u64,
    /// Whether the answer has its usage.
    pub(super) usage: bool,
    /// Of the input tokens, those that the usage calls cached.
    pub(super) cached: u64,
    /// Of the output tokens, those that the usage calls reasoning.
    pub(super) reasoning: u64,
    /// Most tokens of an answer whose number the query does not say.
    pub(super) most_tokens: u64,
}

/// Answers of language models where the query does not plan them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::practice_target) struct LlmDefaults {
    /// Time between tokens; 1 s.
    pub(in crate::practice_target) gap: Option<Duration>,
    /// Most tokens of an answer.
    pub(in crate::practice_target) tokens: Option<u32>,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            count: None,
            first: Duration::ZERO,
            gap: Duration::from_secs(1),
            stall: None,
            per_write: 1,
            split: None,
            cut: None,
            error: None,
            end: End::default(),
            line_end: "\n",
            name: String::new(),
            size: 0,
            tokens_per_event: 1,
            usage: true,
            cached: 0,
            reasoning: 0,
            most_tokens: MOST,
        }
    }
}

impl StreamOptions {
    /// The options of an answer of a language model before the query.
    pub(super) fn of_llm(defaults: LlmDefaults) -> Self {
        let plain = Self::default();
        let most_tokens = defaults.tokens.map_or(plain.most_tokens, u64::from);
        Self { gap: defaults.gap.unwrap_or(plain.gap), most_tokens, ..plain }
    }

    /// Reads `count=20&first=50ms&gap=10ms`; `options` are those that the query does not have.
    pub(super) fn parse(query: &str, mut options: Self) -> Result<Self, ValueError> {
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = &*value;
            match &*key {
                "count" | "tokens" => options.count = Some(number(value, 0, MOST)?),
                "first" => options.first = parse_duration(value)?,
                "gap" => options.gap = parse_duration(value)?,
                "stall" => options.stall = Some(stall(value)?),
                "per_write" => options.per_write = number(value, 1, MOST)?,
                "split" => options.split = usize::try_from(number(value, 1, MOST)?).ok(),
                "cut" => options.cut = Some(number(value, 0, MOST)?),
                "error" => options.error = Some(number(value, 0, MOST)?),
                "end" => {
                    options.end =
                        word(value, "end", &[("close", End::Close), ("cut", End::Cut), ("silent", End::Silent)])?;
                }
                "line_end" => {
                    options.line_end = word(value, "line_end", &[("lf", "\n"), ("crlf", "\r\n"), ("cr", "\r")])?;
                }
                "name" if !value.contains(['\r', '\n']) => value.clone_into(&mut options.name),
                "name" => return Err(ValueError::form(value, "name", "one line")),
                "size" => options.size = usize::try_from(number(value, 0, LARGEST as u64)?).unwrap_or(LARGEST),
                "tokens_per_event" => options.tokens_per_event = number(value, 1, MOST)?,
                "usage" => options.usage = word(value, "usage", &[("true", true), ("false", false)])?,
                "cached" => options.cached = number(value, 0, MOST)?,
                "reasoning" => options.reasoning = number(value, 0, MOST)?,
                // The URL of an application has parameters of its own.
                _ => {}
            }
        }
        Ok(options)
    }
}

/// `10:1s`: before the event after ten, a second.
fn stall(text: &str) -> Result<(u64, Duration), ValueError> {
    let (after, time) =
        text.split_once(':').ok_or_else(|| ValueError::form(text, "stall", "EVENTS:DURATION, for example 10:1s"))?;
    Ok((number(after, 0, MOST)?, parse_duration(time)?))
}

fn number(text: &str, min: u64, max: u64) -> Result<u64, ValueError> {
    let known = text.parse().ok().filter(|number| (min..=max).contains(number));
    known.ok_or_else(|| ValueError::form(text, "number", "a whole number, for example 20"))
}

fn word<T: Copy>(text: &str, what: &'static str, words: &[(&str, T)]) -> Result<T, ValueError> {
    let known = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    known.ok_or_else(|| ValueError::form(text, what, "one of the words in the documentation of the target"))
}
