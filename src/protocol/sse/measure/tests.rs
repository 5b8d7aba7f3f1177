//! Formulas on planned times.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    super::layout::{Content, EventPart, Usage},
    Answer, StreamMeasure, Tokens,
};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// An answer whose pieces arrive at times after the start.
fn answer(start: Instant, times: impl IntoIterator<Item = u64>, tokens: Option<u64>) -> Answer {
    let mut answer = Answer::default();
    for time in times {
        let part = EventPart { content: Some(Content::Text("x".into())), ..EventPart::default() };
        answer.part(&part, start + ms(time));
    }
    answer.part(
        &EventPart { usage: Usage { output: tokens, ..Usage::default() }, ..EventPart::default() },
        start + ms(9_999),
    );
    answer
}

/// 100 tokens, one in each chunk: 98 gaps of 10 ms, and one of a second.
fn one_stall() -> impl Iterator<Item = u64> {
    (0..100).map(|token| 200 + token * 10 + if token >= 50 { 990 } else { 0 })
}

#[test]
fn the_formulas_are_those_of_the_tools_that_they_are_named_after() {
    let start = Instant::now();
    let answer = answer(start, one_stall(), Some(100));
    assert_eq!(answer.first_token, Some(start + ms(200)));
    assert_eq!(answer.inter_token_latency(), Some(ms(20)), "vLLM's TPOT, AIPerf's ITL");
    assert_eq!(answer.time_per_output_token(start), Some(Duration::from_micros(21_800)), "GuideLLM's TPOT");
    assert_eq!(answer.last_token, Some(start + ms(2_180)), "a late usage does not lengthen it");
}

#[test]
fn tokens_are_those_of_the_usage_else_chunks() {
    let start = Instant::now();
    let four_in_each = (0..25).map(|chunk| 100 + chunk * 40);
    let reported = answer(start, four_in_each.clone(), Some(100));
    assert_eq!((reported.output_tokens(), reported.chunks), (Tokens::Usage(100), 25));
    assert_eq!(reported.inter_token_latency(), Some(ms(960).div_f64(99.0)));
    let unreported = answer(start, four_in_each, None);
    assert_eq!(unreported.output_tokens(), Tokens::Chunks(25));
    assert_eq!(unreported.inter_token_latency(), Some(ms(40)));
}

#[test]
fn too_few_tokens_have_no_latency_between_them() {
    let start = Instant::now();
    assert_eq!(answer(start, [], Some(0)).inter_token_latency(), None);
    assert_eq!(answer(start, [], Some(0)).time_per_output_token(start), None);
    assert_eq!(answer(start, [10], Some(1)).inter_token_latency(), None);
    assert_eq!(answer(start, [10], Some(1)).time_per_output_token(start), Some(ms(10)));
}

#[test]
fn gaps_are_between_events_and_silence_counts_until_the_end() {
    let start = Instant::now();
    let mut measure = StreamMeasure::default();
    assert_eq!(measure.longest_gap_until(start + ms(500)), None, "no event, no gap");
    assert_eq!(measure.event(start + ms(100)), None);
    assert_eq!(measure.event(start + ms(100)), Some(ms(0)), "in the same read");
    assert_eq!(measure.event(start + ms(130)), Some(ms(30)));
    assert_eq!(measure.longest_gap, ms(30));
    assert_eq!(measure.longest_gap_until(start + ms(140)), Some(ms(30)));
    assert_eq!(measure.longest_gap_until(start + ms(500)), Some(ms(370)));
}
