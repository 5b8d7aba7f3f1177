//! One sink, put together: what it reads, how it writes, whom it talks to.

use std::{cell::Cell, path::Path, rc::Rc, time::Duration};

use tokio::sync::watch;
use url::Url;

use crate::{
    exit::Exit,
    interval_log::Header,
    output::{
        Account, Delivery, OutputAddress, Progress,
        address::{Place, Settings},
        delivery::{
            HttpTransport, Transport,
            checkpoint::{Checkpoint, CheckpointFile},
            feed::{Feed, FeedError, IntervalFeed},
            file::FileTarget,
            record_feed::RecordFeed,
            unwritten::SharedUnwritten,
        },
        encoder::Encoder,
        hdr::HdrEncoder,
        influxdb::{AggregateEncoder, InfluxReceiver, Mode, Precision, Settings as Influx},
        otlp::{Link, OtlpEncoder, OtlpGrpc, OtlpHttp, Protocol, SpanEncoder},
        prometheus::{RemoteWrite, RemoteWriteReceiver},
        receiver::Receiver,
        samples::{self, SampleFormat, SampleOptions},
    },
    run::{error::CommandError, folder},
};

/// Runs longer than this push less often.
const LONG_RUN: Duration = Duration::from_secs(3_600);

/// What a sink reads from.
pub struct Source<'a> {
    /// The run's folder.
    pub run: &'a Path,
    /// What the run is.
    pub header: &'a Header,
    /// How it stands.
    pub progress: watch::Receiver<Progress>,
    /// What the disk did not take.
    pub unwritten: SharedUnwritten,
}

type Parts = (Transport, Box<dyn Feed>);

impl Source<'_> {
    /// Puts a delivery together that goes on from where `checkpoint` left off, or begins.
    ///
    /// # Errors
    /// When its settings can't be used, or the log can't be read.
    pub fn deliver(
        &self,
        address: &OutputAddress,
        checkpoint: Option<Checkpoint>,
        file: CheckpointFile,
    ) -> Result<Delivery, CommandError> {
        let name = address.shown();
        let configuration = |message| CommandError::configuration(format!("{name}: {message}"));
        let resumed = checkpoint.is_some();
        let checkpoint = checkpoint.unwrap_or_else(|| Checkpoint {
            kind: address.kind().word().to_owned(),
            words: address.words.clone(),
            position: None,
            settled: 0,
            ended: false,
            file_length: 0,
            account: Account::new(name.clone()),
        });
        let parts = match (&address.settings, &address.place) {
            (Settings::Prometheus(settings), Place::Url(url)) => {
                let dialect = Rc::new(Cell::default());
                let labels = self.header.labels.clone();
                let receiver = RemoteWriteReceiver::new(url.clone(), settings.clone(), labels.clone(), dialect.clone());
                let settings = settings.clone();
                let encoder = move || encoder(RemoteWrite::new(&settings, labels.clone(), dialect.clone()));
                over_http(address, Box::new(receiver), self.intervals(address, encoder))
            }
            (Settings::Influx(settings), Place::Url(url)) => {
                let precision =
                    if settings.mode == Mode::Aggregate { Precision::Milliseconds } else { Precision::Nanoseconds };
                let receiver = InfluxReceiver::new(url.clone(), settings.clone(), precision);
                over_http(address, Box::new(receiver), self.influx_feed(address, settings))
            }
            (Settings::Otlp(settings), Place::Url(url)) => {
                let receiver = otlp_receiver(url, &settings.link, settings.to_string());
                let (settings, labels) = (settings.clone(), self.header.labels.clone());
                let (version, requests) = (self.header.version.clone(), self.header.requests.clone());
                let encoder = move || encoder(OtlpEncoder::new(&settings, &version, labels.clone(), &requests));
                over_http(address, receiver, self.intervals(address, encoder))
            }
            (Settings::Traces(tracing), Place::Url(url)) => {
                let receiver = otlp_receiver(url, &tracing.link, tracing.to_string());
                let (link, labels) = (tracing.link.clone(), self.header.labels.clone());
                let version = self.header.version.clone();
                let encoder = move || encoder(SpanEncoder::new(&link, &version, &labels));
                over_http(address, receiver, self.intervals(address, encoder))
            }
            (Settings::Hdr, place) => {
                let started = self.header.started_at_ms;
                let head = HdrEncoder::new(started).head();
                into_file(place, head, &checkpoint, self.intervals(address, move || encoder(HdrEncoder::new(started))))
            }
            (Settings::Json, place) => {
                let options = self.sample_options(samples::Selection::default());
                let format = move || format(samples::Json::new(options.clone()));
                into_file(place, format().head(), &checkpoint, self.records(format))
            }
            (Settings::Csv, place) => {
                let options = self.sample_options(samples::Selection::default());
                let format = move || format(samples::Csv::new(options.clone()));
                into_file(place, format().head(), &checkpoint, self.records(format))
            }
            _ => Err(format!("{} can't go there", address.kind().word())),
        };
        let (transport, feed) = parts.map_err(configuration)?;
        let first_ms = checkpoint.next_ms(self.header.started_at_ms);
        Delivery::new(transport, feed, (checkpoint, file, resumed), self.progress.clone(), first_ms)
            .map_err(|error| CommandError::new(Exit::BadProfile, &error))
    }

    fn influx_feed(&self, address: &OutputAddress, settings: &Influx) -> Result<Box<dyn Feed>, FeedError> {
        let (prefix, labels) = (settings.prefix.clone(), self.header.labels.clone());
        let options = self.sample_options(settings.metrics);
        match settings.mode {
            Mode::Aggregate => self.intervals(address, move || encoder(AggregateEncoder::new(&prefix, labels.clone()))),
            Mode::Raw => self.records(move || format(samples::Influx::new(options.clone(), &prefix, 1))),
            Mode::Sampled(every) => self.records(move || format(samples::Influx::new(options.clone(), &prefix, every))),
        }
    }

    fn sample_options(&self, metrics: samples::Selection) -> SampleOptions {
        SampleOptions { run_labels: self.header.labels.clone(), metrics }
    }

    fn intervals(
        &self,
        address: &OutputAddress,
        make: impl Fn() -> Box<dyn Encoder> + 'static,
    ) -> Result<Box<dyn Feed>, FeedError> {
        let usual = Duration::from_secs(if self.header.planned_ms > millis(LONG_RUN) { 5 } else { 1 });
        let interval_ms = i64::try_from(millis(address.interval.unwrap_or(usual))).unwrap_or(i64::MAX);
        let log = folder::log_path(self.run);
        Ok(Box::new(IntervalFeed::new(&log, self.unwritten.clone(), interval_ms, Box::new(make))?))
    }

    fn records(&self, make: impl Fn() -> Box<dyn SampleFormat> + 'static) -> Result<Box<dyn Feed>, FeedError> {
        Ok(Box::new(RecordFeed::new(self.run, Box::new(make))?))
    }
}

fn otlp_receiver(url: &Url, link: &Link, introduction: String) -> Box<dyn Receiver> {
    match link.transport {
        Protocol::Http => Box::new(OtlpHttp::new(url.clone(), link.gzip, introduction)),
        Protocol::Grpc => Box::new(OtlpGrpc::new(url.clone(), link.gzip, introduction)),
    }
}

fn over_http(
    address: &OutputAddress,
    receiver: Box<dyn Receiver>,
    feed: Result<Box<dyn Feed>, FeedError>,
) -> Result<Parts, String> {
    let transport = HttpTransport::new(address.http.clone(), receiver)?;
    Ok((Transport::Http(transport), feed.map_err(|error| error.to_string())?))
}

fn into_file(
    place: &Place,
    head: Vec<u8>,
    checkpoint: &Checkpoint,
    feed: Result<Box<dyn Feed>, FeedError>,
) -> Result<Parts, String> {
    let path = match place {
        Place::File(path) => Some(path.clone()),
        _ => None,
    };
    if let Some(path) = &path {
        // Found out now rather than after the load. A pipe would wait here for its reader.
        let fault = |error: std::io::Error| error.to_string();
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).map_err(fault)?;
        if path.metadata().is_err() && checkpoint.file_length == 0 {
            std::fs::File::create(path).map_err(fault)?;
        }
    }
    let transport = Transport::File(FileTarget::new(path, head, checkpoint.file_length));
    Ok((transport, feed.map_err(|error| error.to_string())?))
}

fn encoder<E: Encoder + 'static>(encoder: E) -> Box<dyn Encoder> {
    Box::new(encoder)
}

fn format<F: SampleFormat + 'static>(format: F) -> Box<dyn SampleFormat> {
    Box::new(format)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
