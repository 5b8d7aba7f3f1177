//! Finding out what a receiver understands, and what its answers mean.
//!
//! A 1.0 receiver answers 204 to a 2.0 message and stores nothing (Prometheus 2.42, `VictoriaMetrics`), so success is
//! judged by the `…-Written` headers; and native histograms that are switched off are answered by 500, not 400. One
//! question with a gauge and a histogram, asked before any data is sent, decides both.

use std::{cell::Cell, rc::Rc};

use url::Url;

use super::{
    dialect::{Brand, Dialect, Version},
    probe::{self, PROBE_TRACE, Probe},
    said::{WRONG_PATH, is_about_time, is_out_of_order, is_too_old, unlearnt, written},
    settings::Settings,
};
use crate::output::{
    Batch,
    delivery::{
        answer::{Answer, Verdict},
        now_ms,
    },
    receiver::{Question, Receiver},
};

/// A remote-write receiver.
#[derive(Debug)]
pub struct RemoteWriteReceiver {
    url: Url,
    settings: Settings,
    run_labels: Vec<(String, String)>,
    dialect: Rc<Cell<Dialect>>,
    /// What is asked next; None once all is known.
    next: Option<Step>,
    /// Time of the last trial.
    tried_ms: i64,
    /// It claimed to have taken 2.0, and had not.
    avoid_two: bool,
}

/// A guess that a question puts to the test.
#[derive(Debug, Clone, Copy)]
struct Trial {
    version: Version,
    native: bool,
    /// Native histograms failed once, and not in words that we know: they are tried again before they are given up.
    in_doubt: bool,
    /// Stamped with the present, because the time of what is to be delivered is too old.
    now: bool,
}

/// What is asked next.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Whether a guess holds.
    Try(Trial),
    /// Whether the exemplar of that guess was stored: all say so, also those that throw it away.
    LookForExemplar { at_ms: i64 },
    /// Whether the histogram was stored: 1.0 receivers that know none answer 204 all the same.
    LookForHistogram { at_ms: i64 },
}

impl RemoteWriteReceiver {
    /// A receiver that nothing is known of.
    #[must_use]
    pub fn new(url: Url, settings: Settings, run_labels: Vec<(String, String)>, dialect: Rc<Cell<Dialect>>) -> Self {
        let mut receiver = Self { url, settings, run_labels, dialect, next: None, tried_ms: 0, avoid_two: false };
        receiver.forget();
        receiver
    }

    fn headers_of(version: Version) -> Vec<(&'static str, &'static str)> {
        let (content_type, number) = match version {
            Version::One => ("application/x-protobuf", "0.1.0"),
            // Without a space: Thanos compares the string.
            Version::Two => ("application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0.0"),
        };
        vec![
            ("Content-Encoding", "snappy"),
            ("Content-Type", content_type),
            ("X-Prometheus-Remote-Write-Version", number),
        ]
    }

    /// Asks for what a probe has left; nobody is asked at addresses that are not Prometheus' own.
    fn look_for(&mut self, endpoint: &str, suffix: &str, at_ms: i64) -> Option<Question> {
        let question = probe::query(&self.url, &self.settings, &self.run_labels, (endpoint, suffix), at_ms);
        if question.is_none() {
            self.next = None;
        }
        question
    }

    fn judge_trial(&mut self, trial: Trial, answer: &Answer) -> Result<(), String> {
        let Trial { version, native, in_doubt, now } = trial;
        let older = Trial { version: Version::One, native: self.settings.native.unwrap_or(true), in_doubt: false, now };
        let may_fall_back = version == Version::Two && self.settings.version.is_none();
        let may_be_classic = native && self.settings.native.is_none();
        let said = answer.body.to_ascii_lowercase();
        if answer.is_page() || (300..=399).contains(&answer.status) {
            return unlearnt(answer);
        }
        let next = match (answer.status, version, written(answer)) {
            (200..=299, ..) if in_doubt && !native => Trial { native: true, ..trial },
            (200..=299, Version::One, _) => {
                self.agree(version, native, answer);
                return Ok(());
            }
            (200..=299, Version::Two, Some(written)) if written.samples > 0 => {
                self.agree(version, native && written.histograms > 0, answer);
                return Ok(());
            }
            (200..=299 | 415, Version::Two, _) if may_fall_back => older,
            (200..=299, Version::Two, _) => {
                return Err(format!("{} and nothing written: it does not speak remote write 2.0", answer.status));
            }
            (400, ..) if !now && is_about_time(&said) => Trial { now: true, ..trial },
            (400 | 500, ..) if may_be_classic && (in_doubt || said.contains("native histogram")) => {
                Trial { native: false, in_doubt: false, ..trial }
            }
            // Histograms may be what it can't take; without them the answer tells.
            (400 | 500, ..) if may_be_classic => Trial { native: false, in_doubt: true, ..trial },
            (400, Version::Two, _) if may_fall_back => older,
            _ => return unlearnt(answer),
        };
        self.next = Some(Step::Try(next));
        Ok(())
    }

    fn agree(&mut self, version: Version, native: bool, answer: &Answer) {
        let victoria = answer.header("x-server-hostname").is_some();
        let brand = if victoria { Brand::VictoriaMetrics } else { Brand::Usual };
        let scale = self.settings.scale.unwrap_or(brand.usual_scale());
        self.dialect.set(Dialect { version, native: native.then_some(scale), brand, exemplars: false });
        let wrote_exemplar = written(answer).is_some_and(|written| written.exemplars > 0);
        let at_ms = self.tried_ms;
        self.next = match version {
            Version::Two => wrote_exemplar.then_some(Step::LookForExemplar { at_ms }),
            // VictoriaMetrics lets nothing be found for the first half minute.
            Version::One if native && self.settings.native.is_none() && !victoria => {
                Some(Step::LookForHistogram { at_ms })
            }
            Version::One => None,
        };
    }
}

impl Receiver for RemoteWriteReceiver {
    fn url(&self) -> &Url {
        &self.url
    }

    fn headers(&self) -> Vec<(&'static str, &'static str)> {
        Self::headers_of(self.dialect.get().version)
    }

    fn compress(&self, content: &[u8]) -> Vec<u8> {
        // Compression of a buffer in memory fails only past 4 GiB, which the limit of series excludes.
        snap::raw::Encoder::new().compress_vec(content).unwrap_or_default()
    }

    fn judge(&self, answer: &Answer, batch: &Batch, repeated: bool) -> Verdict {
        let version = self.dialect.get().version;
        let written = written(answer).filter(|_| version == Version::Two);
        let said = answer.body.to_ascii_lowercase();
        match (answer.status, written) {
            (200..=299, Some(written)) if written.all() < batch.samples() => {
                let taken = written.all();
                let why = format!("{}: wrote {taken} of {} samples", answer.status, batch.samples());
                if taken == 0 {
                    Verdict::Stranger(why)
                } else {
                    Verdict::Partly { rejected: batch.samples() - taken, why }
                }
            }
            (200..=299, None) if version == Version::Two && !answer.is_page() => {
                Verdict::Stranger(format!("{} without saying what was written, as 1.0 receivers do", answer.status))
            }
            (415, _) => Verdict::Stranger(answer.line()),
            (500, _) if answer.body.contains("native histograms are disabled") => Verdict::Stranger(answer.line()),
            (500, _) => Verdict::Sick(answer.line()),
            // An earlier attempt was written before its answer got lost.
            (400 | 409, _) if repeated && is_out_of_order(&said) => Verdict::Taken,
            (400, Some(written)) if written.all() > 0 => {
                let rejected = batch.samples().saturating_sub(written.all());
                Verdict::Partly { rejected, why: answer.line() }
            }
            // All samples of a batch have one time.
            (400, _) if is_too_old(&said) => {
                Verdict::TooOld(format!("{} (hint: storage.tsdb.out_of_order_time_window)", answer.line()))
            }
            _ => answer.usual_verdict(WRONG_PATH),
        }
    }

    fn distrust(&mut self) {
        self.avoid_two |= self.dialect.get().version == Version::Two;
    }

    fn forget(&mut self) {
        let best = if self.avoid_two { Version::One } else { Version::Two };
        let version = self.settings.version.unwrap_or(best);
        let native = self.settings.native.unwrap_or(true);
        self.next = Some(Step::Try(Trial { version, native, in_doubt: false, now: false }));
    }

    fn question(&mut self, at_ms: i64) -> Option<Question> {
        match self.next? {
            Step::Try(trial) => {
                let at_ms = if trial.now { now_ms() } else { at_ms };
                self.tried_ms = at_ms;
                let headers = Self::headers_of(trial.version);
                let asked = Probe { version: trial.version, native: trial.native, at_ms };
                let body = self.compress(&probe::samples(&self.settings, &self.run_labels, asked));
                Some(Question { url: self.url.clone(), headers, body, optional: false })
            }
            Step::LookForExemplar { at_ms } => self.look_for("query_exemplars", "", at_ms),
            Step::LookForHistogram { at_ms } => self.look_for("series", "_seconds", at_ms),
        }
    }

    fn learn(&mut self, answer: Option<&Answer>) -> Result<(), String> {
        let step = self.next.take();
        let (Some(step), Some(answer)) = (step, answer) else { return Ok(()) };
        let dialect = self.dialect.get();
        match step {
            Step::LookForExemplar { .. } => {
                let exemplars = answer.status == 200 && answer.body.contains(PROBE_TRACE);
                self.dialect.set(Dialect { exemplars, ..dialect });
                Ok(())
            }
            Step::LookForHistogram { .. } => {
                // One that can't be asked is believed.
                if answer.status == 200 && answer.body.contains("\"data\":[]") {
                    self.dialect.set(Dialect { native: None, ..dialect });
                }
                Ok(())
            }
            Step::Try(trial) => self.judge_trial(trial, answer),
        }
    }

    fn introduction(&self) -> String {
        self.dialect.get().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::address::OutputAddress;

    fn receiver(words: &str) -> RemoteWriteReceiver {
        let address = OutputAddress::parse(words, |_| None).unwrap();
        let crate::output::address::Settings::Prometheus(settings) = address.settings else { panic!("no prometheus") };
        RemoteWriteReceiver::new("http://h/write".parse().unwrap(), settings, Vec::new(), Rc::default())
    }

    fn answer(status: u16, body: &str, headers: &[(&'static str, &'static str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Answer { status, headers, body: body.to_owned(), bytes: body.to_owned().into(), secrets: Vec::new() }
    }

    const WROTE: [(&str, &str); 2] =
        [("X-Prometheus-Remote-Write-Samples-Written", "1"), ("X-Prometheus-Remote-Write-Histograms-Written", "1")];

    fn meet(receiver: &mut RemoteWriteReceiver, answers: &[Answer]) -> String {
        for answer in answers {
            assert!(receiver.question(1).is_some());
            receiver.learn(Some(answer)).unwrap();
        }
        assert!(receiver.question(1).is_none());
        receiver.introduction()
    }

    #[test]
    fn what_a_receiver_understands_is_found_out() {
        let two = "remote write 2.0, native histograms (schema 5)";
        assert_eq!(meet(&mut receiver("prometheus"), &[answer(200, "", &WROTE)]), two);
        let silent = [answer(204, "", &[]), answer(204, "", &[]), answer(200, "{\"data\":[{}]}", &[])];
        assert_eq!(meet(&mut receiver("prometheus"), &silent), "remote write 1.0, native histograms (schema 5)");
        let deaf = [answer(204, "", &[]), answer(204, "", &[]), answer(200, "{\"data\":[]}", &[])];
        let oldest = "remote write 1.0, classic histograms (it takes no native ones)";
        assert_eq!(meet(&mut receiver("prometheus"), &deaf), oldest);
        let hiccup = [answer(500, "boom", &[]), answer(204, "", &WROTE[..1]), answer(200, "", &WROTE)];
        assert_eq!(meet(&mut receiver("prometheus"), &hiccup), two);
        let late = [answer(400, "out of bounds", &[]), answer(200, "", &WROTE)];
        assert_eq!(meet(&mut receiver("prometheus"), &late), two);
        let disabled = [answer(500, "native histograms are disabled", &[]), answer(204, "", &WROTE[..1])];
        let classic = "remote write 2.0, classic histograms (it takes no native ones)";
        assert_eq!(meet(&mut receiver("prometheus"), &disabled), classic);
        let older = [answer(415, "", &[]), answer(500, "native histograms are disabled", &[]), answer(204, "", &[])];
        assert_eq!(meet(&mut receiver("prometheus"), &older), oldest);
        let victoria = [answer(204, "", &[]), answer(204, "", &[("X-Server-Hostname", "h")])];
        assert_eq!(
            meet(&mut receiver("prometheus"), &victoria),
            "remote write 1.0, native histograms (schema 3), VictoriaMetrics"
        );
        let told = [answer(204, "", &[])];
        assert_eq!(meet(&mut receiver("prometheus=?version=1&histograms=classic"), &told), oldest);
    }

    #[test]
    fn an_exemplar_counts_when_it_can_be_read_back() {
        let wrote = [WROTE[0], WROTE[1], ("X-Prometheus-Remote-Write-Exemplars-Written", "1")];
        for (found, told) in [(PROBE_TRACE, true), ("{\"data\":[]}", false)] {
            let mut receiver = receiver("prometheus");
            receiver.url.set_path("/api/v1/write");
            let said = meet(&mut receiver, &[answer(200, "", &wrote), answer(200, found, &[])]);
            assert_eq!(said.contains("exemplars"), told, "{said}");
        }
    }

    #[test]
    fn a_sick_receiver_teaches_nothing() {
        let mut receiver = receiver("prometheus");
        assert!(receiver.learn(Some(&answer(503, "later", &[]))).is_err());
        receiver.forget();
        assert!(receiver.learn(Some(&answer(404, "", &[]))).unwrap_err().contains("hint"));
        receiver.forget();
        receiver.learn(Some(&answer(500, "boom", &[]))).unwrap();
        assert!(receiver.learn(Some(&answer(500, "boom", &[]))).is_err(), "not the histogram's fault");
    }

    #[test]
    fn answers_mean_what_the_specification_says() {
        let mut receiver = receiver("prometheus");
        meet(&mut receiver, &[answer(200, "", &WROTE)]);
        let mut batch = Batch::default();
        (0..3).for_each(|_| batch.part(|out| out.push(0)));
        let judge =
            |status, body, headers: &[_], repeated| receiver.judge(&answer(status, body, headers), &batch, repeated);
        let two = [WROTE[0], WROTE[1]];
        assert!(matches!(judge(200, "", &two, false), Verdict::Partly { rejected: 1, .. }));
        assert!(matches!(judge(204, "", &[], false), Verdict::Stranger(_)));
        assert!(matches!(judge(500, "native histograms are disabled", &[], false), Verdict::Stranger(_)));
        assert!(matches!(judge(500, "boom", &[], false), Verdict::Sick(_)));
        assert!(matches!(judge(400, "out of order sample", &[], false), Verdict::Poison(_)));
        assert_eq!(judge(400, "out of order sample", &[], true), Verdict::Taken);
        assert!(matches!(judge(400, "out of bounds", &[], false), Verdict::TooOld(_)));
        assert!(matches!(judge(400, "duplicate sample for timestamp", &[], true), Verdict::Poison(_)));
        let all = [(WROTE[0].0, "18446744073709551615"), WROTE[1]];
        assert!(matches!(judge(200, "", &all, false), Verdict::Taken));
        assert!(matches!(judge(400, "bad label", &two, false), Verdict::Partly { rejected: 1, .. }));
    }
}
