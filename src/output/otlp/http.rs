//! OTLP over HTTP: what answers mean. Unlike elsewhere, 500 is final: the specification names what may be repeated.

use std::time::SystemTime;

use url::Url;

use super::reply::{self, Fault};
use crate::output::{
    Batch,
    delivery::{
        answer::{Answer, Verdict},
        file::gzip,
    },
    prometheus::{is_out_of_order, is_too_old},
    receiver::{Question, Receiver},
};

const HINT: &str = "check the path; Prometheus takes OTLP at /api/v1/otlp when started with --web.enable-otlp-receiver, \
                    VictoriaMetrics at /opentelemetry";

/// A receiver of OTLP over HTTP.
#[derive(Debug)]
pub struct OtlpHttp {
    url: Url,
    gzip: bool,
    introduction: String,
}

impl OtlpHttp {
    /// A receiver at an address with its path; `introduction` says what it will be sent.
    #[must_use]
    pub fn new(url: Url, gzip: bool, introduction: String) -> Self {
        Self { url, gzip, introduction }
    }
}

impl Receiver for OtlpHttp {
    fn url(&self) -> &Url {
        &self.url
    }

    fn headers(&self) -> Vec<(&'static str, &'static str)> {
        let plain = ("Content-Type", "application/x-protobuf");
        if self.gzip { vec![plain, ("Content-Encoding", "gzip")] } else { vec![plain] }
    }

    fn compress(&self, content: &[u8]) -> Vec<u8> {
        if self.gzip { gzip(content) } else { content.to_vec() }
    }

    fn judge(&self, answer: &Answer, _batch: &Batch, repeated: bool) -> Verdict {
        let answer = readable(answer);
        match answer.status {
            200..=299 if is_protobuf(&answer) => reply::verdict(&answer, &answer.bytes),
            // An earlier attempt was written before its answer got lost.
            400 | 409 if repeated && is_out_of_order(&answer.body.to_ascii_lowercase()) => Verdict::Taken,
            // All samples of a batch have one time.
            400 if is_too_old(&answer.body.to_ascii_lowercase()) => Verdict::TooOld(answer.line()),
            _ => verdict_of_status(&answer, HINT),
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

/// What a status of HTTP means to OTLP.
pub(super) fn verdict_of_status(answer: &Answer, hint: &str) -> Verdict {
    match answer.status {
        429 | 502 | 503 | 504 => Verdict::Again { pause: answer.retry_after(SystemTime::now()), why: answer.line() },
        408 | 425 | 500..=599 => Verdict::Poison(answer.line()),
        _ => answer.usual_verdict(hint),
    }
}

fn is_protobuf(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(|kind| kind.starts_with("application/x-protobuf"))
}

/// The same with the words out of the message that failures carry.
fn readable(answer: &Answer) -> Answer {
    let mut readable = answer.clone();
    if answer.status >= 300 && is_protobuf(answer) {
        readable.body = Fault::read(&answer.bytes).message;
    }
    readable
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::output::{
        address::{self, OutputAddress, Place},
        otlp::reply::tests::{partial, status},
    };

    fn receiver(words: &str) -> OtlpHttp {
        let sink = OutputAddress::parse(words, |_| None).unwrap();
        match (sink.place, sink.settings) {
            (Place::Url(url), address::Settings::Otlp(settings)) => {
                OtlpHttp::new(url, settings.link.gzip, settings.to_string())
            }
            _ => panic!("no otlp"),
        }
    }

    fn judge(status: u16, bytes: &[u8], headers: &[(&str, &str)], repeated: bool) -> Verdict {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let body = String::from_utf8_lossy(bytes).into_owned();
        let answer = Answer { status, headers, body, bytes: bytes.to_vec().into(), secrets: Vec::new() };
        receiver("otlp").judge(&answer, &Batch::default(), repeated)
    }

    const PROTOBUF: &[(&str, &str)] = &[("content-type", "application/x-protobuf")];

    #[test]
    fn only_what_the_specification_names_is_repeated() {
        for code in [429, 502, 503, 504] {
            let verdict = judge(code, b"", &[("retry-after", "7")], false);
            assert!(matches!(verdict, Verdict::Again { pause: Some(pause), .. } if pause == Duration::from_secs(7)));
        }
        for code in [400, 408, 415, 500, 501] {
            assert!(matches!(judge(code, b"no", &[], false), Verdict::Poison(_)), "{code}");
        }
        for code in [301, 401, 403, 404, 405] {
            assert!(matches!(judge(code, b"", &[], false), Verdict::Hold(why) if why.contains("hint")), "{code}");
        }
        assert!(matches!(judge(413, b"", &[], false), Verdict::TooLarge(_)));
        assert!(matches!(judge(400, b"out of order sample", &[], false), Verdict::Poison(_)));
        assert_eq!(judge(400, b"out of order sample", &[], true), Verdict::Taken);
    }

    #[test]
    fn success_may_be_partial_and_failures_speak() {
        assert_eq!(judge(200, b"", &[], false), Verdict::Taken);
        assert!(matches!(judge(200, &partial(2, "old"), PROTOBUF, false), Verdict::Partly { rejected: 2, .. }));
        assert_eq!(judge(200, &partial(0, "hm"), PROTOBUF, false), Verdict::Remarked("hm".to_owned()));
        let said = judge(400, &status("bad unit", None), PROTOBUF, false);
        assert_eq!(said, Verdict::Poison("400 bad unit".to_owned()));
    }

    #[test]
    fn bodies_are_compressed_unless_told_otherwise() {
        let (zipped, plain) = (receiver("otlp"), receiver("otlp=?gzip=false"));
        assert!(zipped.headers().contains(&("Content-Encoding", "gzip")));
        assert_eq!(zipped.compress(b"x")[..2], [0x1f, 0x8b]);
        assert_eq!((plain.headers().len(), plain.compress(b"x")), (1, b"x".to_vec()));
        assert!(plain.introduction().starts_with("OTLP over http/protobuf, cumulative"));
    }
}
