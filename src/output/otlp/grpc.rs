//! OTLP over gRPC: how a request is framed, and what a status means.

use std::time::Duration;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use percent_encoding::percent_decode_str;
use url::Url;

use super::{
    http::verdict_of_status,
    reply::{self, Fault},
};
use crate::output::{
    Batch,
    delivery::{
        answer::{Answer, Verdict},
        file::gzip,
    },
    receiver::{HttpVersion, Question, Receiver},
};

const HINT: &str = "check that it speaks OTLP over gRPC; http://… is OTLP over HTTP";
/// With or without padding, as gRPC allows.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A receiver of OTLP over gRPC.
#[derive(Debug)]
pub struct OtlpGrpc {
    url: Url,
    gzip: bool,
    introduction: String,
}

impl OtlpGrpc {
    /// A receiver at an address with the method as its path; `introduction` says what it will be sent.
    #[must_use]
    pub fn new(url: Url, gzip: bool, introduction: String) -> Self {
        Self { url, gzip, introduction }
    }
}

impl Receiver for OtlpGrpc {
    fn version(&self) -> HttpVersion {
        HttpVersion::Two
    }

    fn url(&self) -> &Url {
        &self.url
    }

    fn headers(&self) -> Vec<(&'static str, &'static str)> {
        let plain = [("content-type", "application/grpc"), ("te", "trailers")];
        let encoding = self.gzip.then_some(("grpc-encoding", "gzip"));
        plain.into_iter().chain(encoding).collect()
    }

    fn compress(&self, content: &[u8]) -> Vec<u8> {
        let message = if self.gzip { gzip(content) } else { content.to_vec() };
        // Requests are a few MiB at most.
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        [&[u8::from(self.gzip)][..], &length.to_be_bytes(), &message].concat()
    }

    fn judge(&self, answer: &Answer, _batch: &Batch, _repeated: bool) -> Verdict {
        if answer.status != 200 {
            return verdict_of_status(answer, HINT);
        }
        let code = answer.header("grpc-status").and_then(|code| code.trim().parse().ok());
        match code {
            Some(0) => reply::verdict(answer, message(&answer.bytes)),
            Some(code) => verdict_of_code(code, answer),
            None => Verdict::Again { pause: None, why: "the answer ended before its status".to_owned() },
        }
    }

    fn forget(&mut self) {}

    fn question(&mut self, _at_ms: i64) -> Option<Question> {
        // There is nothing to agree on, and empty requests are not to be sent.
        None
    }

    fn learn(&mut self, _answer: Option<&Answer>) -> Result<(), String> {
        Ok(())
    }

    fn introduction(&self) -> String {
        self.introduction.clone()
    }
}

/// The message behind its five bytes; compressed ones are not asked for.
fn message(body: &[u8]) -> &[u8] {
    let Some((head, rest)) = body.split_first_chunk::<5>() else { return &[] };
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if head[0] == 0 { rest.get(..length).unwrap_or_default() } else { &[] }
}

fn verdict_of_code(code: u32, answer: &Answer) -> Verdict {
    let details = answer.header("grpc-status-details-bin").and_then(|text| BASE64.decode(text.trim()).ok());
    let fault = Fault::read(&details.unwrap_or_default());
    let said = answer.header("grpc-message").map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
    let name = name_of(code);
    let why = format!("{name} {}", answer.told(&said.unwrap_or(fault.message))).trim_end().to_owned();
    let is_too_large = ["larger than max", "length too large", "too large"].iter().any(|word| why.contains(word));
    let again = |pause: Option<Duration>, why| Verdict::Again { pause, why };
    match name {
        // Limits of size have no status of their own: grpc-go says the first, tonic the second.
        "RESOURCE_EXHAUSTED" | "OUT_OF_RANGE" if is_too_large => Verdict::TooLarge(why),
        "RESOURCE_EXHAUSTED" if fault.retry.is_some() => again(fault.retry, why),
        "CANCELLED" | "DEADLINE_EXCEEDED" | "ABORTED" | "OUT_OF_RANGE" | "UNAVAILABLE" | "DATA_LOSS" => {
            again(fault.retry, why)
        }
        "UNAUTHENTICATED" => {
            Verdict::Hold(format!("{why} (hint: check user, password or token; a file with it is read again)"))
        }
        "PERMISSION_DENIED" => Verdict::Hold(format!("{why} (hint: the credentials lack the right to write)")),
        "UNIMPLEMENTED" => Verdict::Hold(format!("{why} (hint: {HINT}; gzip=false if it can't decompress)")),
        _ => Verdict::Poison(why),
    }
}

fn name_of(code: u32) -> &'static str {
    match code {
        1 => "CANCELLED",
        3 => "INVALID_ARGUMENT",
        4 => "DEADLINE_EXCEEDED",
        5 => "NOT_FOUND",
        6 => "ALREADY_EXISTS",
        7 => "PERMISSION_DENIED",
        8 => "RESOURCE_EXHAUSTED",
        9 => "FAILED_PRECONDITION",
        10 => "ABORTED",
        11 => "OUT_OF_RANGE",
        12 => "UNIMPLEMENTED",
        13 => "INTERNAL",
        14 => "UNAVAILABLE",
        15 => "DATA_LOSS",
        16 => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{
        address::{self, OutputAddress, Place},
        otlp::reply::tests::{partial, status},
    };

    fn receiver(words: &str) -> OtlpGrpc {
        let sink = OutputAddress::parse(words, |_| None).unwrap();
        match (sink.place, sink.settings) {
            (Place::Url(url), address::Settings::Otlp(settings)) => {
                OtlpGrpc::new(url, settings.link.gzip, settings.to_string())
            }
            _ => panic!("no otlp"),
        }
    }

    fn judge(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Verdict {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let answer = Answer { status, headers, body: String::new(), bytes: body.to_vec().into(), secrets: Vec::new() };
        receiver("otlp=grpc://h").judge(&answer, &Batch::default(), false)
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        receiver("otlp=grpc://h?gzip=false").compress(message)
    }

    #[test]
    fn messages_are_framed() {
        assert_eq!(framed(b"abc"), b"\0\0\0\0\x03abc");
        let zipped = receiver("otlp=grpc://h").compress(b"abc");
        assert_eq!((zipped[0], zipped.len() - 5), (1, usize::from(zipped[4])));
        assert_eq!(message(&framed(b"abc")), b"abc");
        for cut in 0..8 {
            assert!(message(&framed(b"abc")[..cut]).is_empty());
        }
    }

    #[test]
    fn a_status_of_grpc_means_what_the_specification_says() {
        let code = |code: &str| judge(200, &[("grpc-status", code)], &[]);
        for again in ["1", "4", "10", "11", "14", "15"] {
            assert!(matches!(code(again), Verdict::Again { pause: None, .. }), "{again}");
        }
        for hold in ["7", "12", "16"] {
            assert!(matches!(code(hold), Verdict::Hold(why) if why.contains("hint")), "{hold}");
        }
        for poison in ["2", "3", "5", "6", "8", "9", "13", "99"] {
            assert!(matches!(code(poison), Verdict::Poison(_)), "{poison}");
        }
        assert_eq!(code("0"), Verdict::Taken);
        assert!(matches!(judge(200, &[], &[]), Verdict::Again { .. }));
        assert!(matches!(judge(503, &[], &[]), Verdict::Again { .. }));
        assert!(matches!(judge(404, &[], &[]), Verdict::Hold(_)));
    }

    #[test]
    fn what_goes_with_a_status_is_read() {
        let exhausted = |text: &str, retry| {
            let details = BASE64.encode(status("status", retry));
            let details = details.trim_end_matches('=');
            judge(200, &[("grpc-status", "8"), ("grpc-message", text), ("grpc-status-details-bin", details)], &[])
        };
        assert!(
            matches!(exhausted("slow%20down", Some(3)), Verdict::Again { pause: Some(pause), why } if pause.as_secs() == 3 && why.contains("slow down"))
        );
        assert!(matches!(exhausted("quota", None), Verdict::Poison(_)));
        let limit = "grpc: received message larger than max (5 vs. 4)";
        assert!(matches!(exhausted(limit, None), Verdict::TooLarge(_)));
        let body = framed(&partial(4, "old"));
        assert!(matches!(judge(200, &[("grpc-status", "0")], &body), Verdict::Partly { rejected: 4, .. }));
    }
}
