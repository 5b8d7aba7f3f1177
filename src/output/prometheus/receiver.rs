//! Probes what a receiver supports, and classifies its responses.
//!
//! A 1.0 receiver answers 204 to a 2.0 message and stores nothing (Prometheus 2.42, `VictoriaMetrics`), so success is
//! decided by the `…-Written` headers; and native histograms that are switched off are answered by 500, not 400. One
//! probe with a gauge and a histogram, sent before any data, decides both.

#[cfg(test)]
mod tests;

use std::{cell::Cell, rc::Rc};

use url::Url;

use super::{
    dialect::{Brand, Dialect, Version},
    probe::{self, PROBE_TRACE, Probe},
    response::{self, WRONG_PATH, is_about_time, too_many_buckets, unexpected, written},
    settings::Settings,
};
use crate::output::{
    batch::Batch,
    clock::now_ms,
    receiver::{
        ProbeError, ProbeRequest, Receiver,
        response::{Response, ResponseClass},
    },
};
use crate::units::show_several;

/// A remote-write receiver.
#[derive(Debug)]
pub(super) struct RemoteWriteReceiver {
    url: Url,
    settings: Settings,
    run_labels: Vec<(String, String)>,
    dialect: Rc<Cell<Dialect>>,
    /// The next probe; None once all is known.
    next: Option<ProbeStep>,
    /// Time of the last trial.
    tried_ms: i64,
    /// It accepted 2.0 and did not write it.
    avoid_two: bool,
    /// The finest resolution of histograms that its limit of buckets leaves; None while none is known.
    finest: Option<u32>,
    /// That it rejected histograms for their buckets, and how many schemas lower it takes them.
    too_fine: Cell<Option<u32>>,
}

/// Capabilities that a probe puts to the test.
#[derive(Debug, Clone, Copy)]
struct Trial {
    version: Version,
    native: bool,
    /// Native histograms failed once, with an unknown message: they are tried again before they are given up.
    in_doubt: bool,
    /// Stamped with the present, because the time of what is to be delivered is too old.
    now: bool,
}

/// A probe.
#[derive(Debug, Clone, Copy)]
enum ProbeStep {
    /// Whether these capabilities hold.
    Try(Trial),
    /// Whether its exemplar was stored: all receivers say so, also those that drop it.
    LookForExemplar { at_ms: i64 },
    /// Whether the histogram was stored: 1.0 receivers that know none answer 204 all the same.
    LookForHistogram { at_ms: i64 },
}

impl RemoteWriteReceiver {
    /// A receiver that is not probed yet.
    #[must_use]
    pub(super) fn new(
        url: Url,
        settings: Settings,
        run_labels: Vec<(String, String)>,
        dialect: Rc<Cell<Dialect>>,
    ) -> Self {
        let (next, tried_ms, avoid_two, finest, too_fine) = (None, 0, false, None, Cell::default());
        let mut receiver = Self { url, settings, run_labels, dialect, next, tried_ms, avoid_two, finest, too_fine };
        receiver.forget();
        receiver
    }

    /// How many schemas lower the histograms must be to fit into the receiver's limit of buckets; None when the response
    /// is about something else, or there is no lower one.
    fn steps_to_fit(&self, response: &Response) -> Option<u32> {
        let scale = self.dialect.get().native.filter(|scale| *scale > 0)?;
        too_many_buckets(response).map(|steps| steps.min(scale))
    }

    /// Why a success was not one of a receiver, unless the user says that it is one, by its version.
    fn other_server(&self, response: &Response) -> Option<String> {
        response::other_server(response).filter(|_| self.settings.version.is_none())
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

    /// Asks for what a probe has left; not at addresses that are not Prometheus' own.
    fn look_for(&mut self, endpoint: &str, suffix: &str, at_ms: i64) -> Option<ProbeRequest> {
        let probe = probe::query(&self.url, &self.settings, &self.run_labels, (endpoint, suffix), at_ms);
        if probe.is_none() {
            self.next = None;
        }
        probe
    }

    fn on_trial(&mut self, trial: Trial, response: &Response) -> Result<(), ProbeError> {
        let Trial { version, native, in_doubt, now } = trial;
        let older = Trial { version: Version::One, native: self.settings.native.unwrap_or(true), in_doubt: false, now };
        let may_fall_back = version == Version::Two && self.settings.version.is_none();
        let may_be_classic = native && self.settings.native.is_none();
        let body = response.body.to_ascii_lowercase();
        if response.is_web_page() || (300..=399).contains(&response.status) {
            return Err(unexpected(response));
        }
        if let Some(reason) = self.other_server(response) {
            return Err(ProbeError::OtherServer(reason));
        }
        let next = match (response.status, version, written(response)) {
            (200..=299, ..) if in_doubt && !native => Trial { native: true, ..trial },
            (200..=299, Version::One, _) => {
                self.agree(version, native, response);
                return Ok(());
            }
            (200..=299, Version::Two, Some(written)) if written.samples > 0 => {
                self.agree(version, native && written.histograms > 0, response);
                return Ok(());
            }
            (200..=299 | 415, Version::Two, _) if may_fall_back => older,
            (200..=299, Version::Two, _) => {
                return Err(ProbeError::NothingWritten(response.status));
            }
            (400, ..) if !now && is_about_time(response) => Trial { now: true, ..trial },
            (400 | 500, ..) if may_be_classic && (in_doubt || body.contains("native histogram")) => {
                Trial { native: false, in_doubt: false, ..trial }
            }
            // Histograms may be what it can't take; the response without them shows it.
            (400 | 500, ..) if may_be_classic => Trial { native: false, in_doubt: true, ..trial },
            (400, Version::Two, _) if may_fall_back => older,
            _ => return Err(unexpected(response)),
        };
        self.next = Some(ProbeStep::Try(next));
        Ok(())
    }

    fn agree(&mut self, version: Version, native: bool, response: &Response) {
        let victoria = response.header("x-server-hostname").is_some();
        let brand = if victoria { Brand::VictoriaMetrics } else { Brand::Usual };
        let scale = self.settings.scale.unwrap_or(brand.usual_scale());
        let scale = self.finest.map_or(scale, |finest| scale.min(finest));
        self.dialect.set(Dialect { version, native: native.then_some(scale), brand, exemplars: false });
        let wrote_exemplar = written(response).is_some_and(|written| written.exemplars > 0);
        let at_ms = self.tried_ms;
        self.next = match version {
            Version::Two => wrote_exemplar.then_some(ProbeStep::LookForExemplar { at_ms }),
            // VictoriaMetrics lets nothing be found for the first half minute.
            Version::One if native && self.settings.native.is_none() && !victoria => {
                Some(ProbeStep::LookForHistogram { at_ms })
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

    fn classify(&self, response: &Response, batch: &Batch, repeated: bool) -> ResponseClass {
        let version = self.dialect.get().version;
        let written = written(response).filter(|_| version == Version::Two);
        match (response.status, written) {
            (200..=299, Some(written)) if written.all() < batch.samples() => {
                let taken = written.all();
                // It speaks 2.0, for it says what it wrote: with 1.0, it would answer as if it had written all. Which ones
                // it did not is found by halving; the same sample twice is no error.
                ResponseClass::Rejected(format!(
                    "{}: wrote {taken} of {}",
                    response.status,
                    show_several(batch.samples(), "sample")
                ))
            }
            (200..=299, None) if let Some(reason) = self.other_server(response).filter(|_| version == Version::One) => {
                ResponseClass::Misconfigured(reason)
            }
            (200..=299, None) if version == Version::Two && !response.is_web_page() => ResponseClass::ProtocolMismatch(
                format!("{} without saying what was written, as 1.0 receivers do", response.status),
            ),
            (415, _) => ResponseClass::ProtocolMismatch(response.summary()),
            // Histograms of a lower resolution fit: all of the push is encoded anew.
            (400 | 422, _) if let Some(steps) = self.steps_to_fit(response) => {
                self.too_fine.set(Some(steps));
                ResponseClass::ProtocolMismatch(response.summary())
            }
            // The receiver took this sample before the push was encoded anew.
            (400 | 409, _) if self.finest.is_some() && batch.samples() == 1 && is_about_time(response) => {
                ResponseClass::Accepted
            }
            (500, _) if response.body.contains("native histograms are disabled") => {
                ResponseClass::ProtocolMismatch(response.summary())
            }
            (500, _) => ResponseClass::ServerError(response.summary()),
            // An earlier attempt was written before its response got lost.
            (400 | 409, _) if repeated && response.is_out_of_order() => ResponseClass::Accepted,
            (400, Some(written)) if written.all() > 0 => ResponseClass::Rejected(response.summary()),
            // All samples of a batch have one time.
            (400, _) if response.is_too_old() => {
                ResponseClass::TooOld(format!("{} (hint: storage.tsdb.out_of_order_time_window)", response.summary()))
            }
            _ => response.default_class(WRONG_PATH),
        }
    }

    fn downgrade(&mut self) {
        match (self.too_fine.take(), self.dialect.get().native) {
            (Some(steps), Some(scale)) => self.finest = Some(scale.saturating_sub(steps)),
            _ => self.avoid_two |= self.dialect.get().version == Version::Two,
        }
    }

    fn forget(&mut self) {
        let best = if self.avoid_two { Version::One } else { Version::Two };
        let version = self.settings.version.unwrap_or(best);
        let native = self.settings.native.unwrap_or(true);
        self.next = Some(ProbeStep::Try(Trial { version, native, in_doubt: false, now: false }));
    }

    fn probe_request(&mut self, at_ms: i64) -> Option<ProbeRequest> {
        match self.next? {
            ProbeStep::Try(trial) => {
                let at_ms = if trial.now { now_ms() } else { at_ms };
                self.tried_ms = at_ms;
                let headers = Self::headers_of(trial.version);
                let asked = Probe { version: trial.version, native: trial.native, at_ms };
                let body = self.compress(&probe::samples(&self.settings, &self.run_labels, asked));
                Some(ProbeRequest { url: self.url.clone(), headers, body, optional: false })
            }
            ProbeStep::LookForExemplar { at_ms } => self.look_for("query_exemplars", "", at_ms),
            ProbeStep::LookForHistogram { at_ms } => self.look_for("series", "_seconds", at_ms),
        }
    }

    fn on_probe(&mut self, response: Option<&Response>) -> Result<(), ProbeError> {
        let step = self.next.take();
        let (Some(step), Some(response)) = (step, response) else { return Ok(()) };
        let dialect = self.dialect.get();
        match step {
            ProbeStep::LookForExemplar { .. } => {
                let exemplars = response.status == 200 && response.body.contains(PROBE_TRACE);
                self.dialect.set(Dialect { exemplars, ..dialect });
                Ok(())
            }
            ProbeStep::LookForHistogram { .. } => {
                // One that can't be asked is believed.
                if response.status == 200 && response.body.contains("\"data\":[]") {
                    self.dialect.set(Dialect { native: None, ..dialect });
                }
                Ok(())
            }
            ProbeStep::Try(trial) => self.on_trial(trial, response),
        }
    }

    fn describe(&self) -> String {
        self.dialect.get().to_string()
    }
}
