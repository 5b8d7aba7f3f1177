//! The contract of an output: one folder, one line in the table of `registry.rs`, one `mod` line.

use std::{any::Any, fs, io, path::Path, rc::Rc, sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{
    address::{Address, Place, error::AddressError, http::HttpSettings},
    delivery::{
        client::ClientError,
        feed::{Feed, FeedError, IntervalFeed},
        file::FileTarget,
        progress::Progress,
        record_feed::RecordFeed,
        state::SharedDeliveryState,
        transport::{HttpTransport, Transport},
        unwritten::SharedUnwritten,
    },
    encoder::Encoder,
    live_source::LiveSource,
    receiver::Receiver,
    samples::{SampleFormat, SampleOptions, expansion::MetricSelection},
};
use crate::{interval_log::Header, metric::Interval};

/// Runs longer than this push less often.
const LONG_RUN_MS: u64 = 3_600_000;

/// A kind of output that `--out` can name.
pub(crate) trait OutputKind: Sync {
    /// Its names; the first is ours, the others are k6's.
    fn names(&self) -> &'static [&'static str];

    /// The flag that gives such an output; None for `--out NAME`, which the error for an unknown name lists.
    fn own_flag(&self) -> Option<&'static str> {
        None
    }

    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError>;
}

/// An address that was read.
pub(crate) struct ParsedOutput {
    pub place: Place,
    /// The place for people; None to show it as it is.
    pub shown: Option<String>,
    /// The address for `replay`; None when it holds a secret.
    pub saved: Option<String>,
    pub output: Arc<dyn Output>,
}

/// An output with its settings.
pub(crate) trait Output: Any + Send + Sync {
    /// Puts its parts together; checks what can be checked before the load.
    ///
    /// # Errors
    /// When the settings can't be used, or the log can't be read.
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError>;

    /// What it reads.
    fn reads(&self) -> Reads {
        Reads::Intervals
    }

    /// Which iterations are traced for it; None for outputs without spans.
    fn sampling(&self) -> Option<TraceSampling> {
        None
    }

    /// Whether it shows the run itself, and needs a [`LiveSource`].
    fn is_live_page(&self) -> bool {
        false
    }

    /// What the dashboards query that show what it writes; None when there are none for it.
    fn data_source(&self) -> Option<DataSource> {
        None
    }
}

/// What an output reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The interval log.
    Intervals,
    /// The record log: every request.
    Records,
    /// Intervals as they are closed, and no log.
    Live,
}

/// Which iterations are traced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceSampling {
    /// Share of iterations, 0 to 1.
    pub ratio: f64,
    pub max_per_second: u64,
}

/// The data source of a dashboard. It decides the query language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataSource {
    /// Prometheus and compatible databases, filled by remote write or OTLP: `PromQL`.
    Prometheus,
    /// `InfluxDB` 1, 2 and 3: `InfluxQL`, which all three support.
    InfluxDb,
}

impl DataSource {
    /// All.
    pub const ALL: [Self; 2] = [Self::Prometheus, Self::InfluxDb];

    /// Grafana's data source type; also the folder of the dashboards.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::InfluxDb => "influxdb",
        }
    }
}

/// The parts of an output, ready to run.
pub enum Parts {
    /// Reads a log and sends batches.
    Push(Transport, Box<dyn Feed>),
    /// Is fetched from.
    Serve(Rc<dyn ServedPage>),
}

/// A page that receivers fetch.
pub trait ServedPage {
    /// Takes an interval, if the page shows intervals itself.
    fn fold(&self, _interval: &Interval) {}

    /// Counters and notices, live.
    fn state(&self) -> SharedDeliveryState;

    /// Serves the page until the run is over and no receiver waits for it any more. Must run within a `LocalSet`.
    fn serve(self: Rc<Self>, progress: watch::Receiver<Progress>) -> ServeFuture;
}

/// The future of [`ServedPage::serve`].
pub(crate) type ServeFuture = std::pin::Pin<Box<dyn Future<Output = ()>>>;

/// Why an output can't be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it shows a run in progress, and this one is over\n  hint: loadagent report --html FILE writes its report")]
    NotLive,
}

/// The run that an output belongs to.
pub struct Context<'a> {
    /// Name of the output, without secrets.
    pub name: &'a str,
    /// The run's folder.
    pub run: &'a Path,
    /// The interval log.
    pub log: &'a Path,
    pub header: &'a Header,
    /// Intervals that the disk did not take.
    pub unwritten: SharedUnwritten,
    /// What the live page shows; None after the run.
    pub(crate) live: Option<Rc<dyn LiveSource>>,
    /// Bytes of the output's file that an earlier process wrote.
    pub file_length: u64,
}

impl Context<'_> {
    /// Labels of the run.
    #[must_use]
    pub fn labels(&self) -> Vec<(String, String)> {
        self.header.labels.clone()
    }

    /// Options of a sample format.
    #[must_use]
    pub fn sample_options(&self, metrics: MetricSelection) -> SampleOptions {
        SampleOptions { run_labels: self.labels(), metrics }
    }

    /// Intervals, encoded once a push interval; None for the default of the run's length.
    ///
    /// # Errors
    /// When the log can't be read.
    pub fn intervals<E: Encoder + 'static>(
        &self,
        interval: Option<Duration>,
        make: impl Fn() -> E + 'static,
    ) -> Result<Box<dyn Feed>, FeedError> {
        let default = Duration::from_secs(if self.header.planned_ms > LONG_RUN_MS { 5 } else { 1 });
        let interval_ms = i64::try_from(interval.unwrap_or(default).as_millis()).unwrap_or(i64::MAX);
        let make = Box::new(move || -> Box<dyn Encoder> { Box::new(make()) });
        Ok(Box::new(IntervalFeed::new(self.log, self.unwritten.clone(), interval_ms, make)?))
    }

    /// Records of requests, formatted.
    ///
    /// # Errors
    /// When the log can't be read.
    pub fn records<F: SampleFormat + 'static>(
        &self,
        make: impl Fn() -> F + 'static,
    ) -> Result<Box<dyn Feed>, FeedError> {
        let make = Box::new(move || -> Box<dyn SampleFormat> { Box::new(make()) });
        Ok(Box::new(RecordFeed::new(self.run, self.unwritten.borrow().records.clone(), make)?))
    }

    /// Sends to a receiver.
    ///
    /// # Errors
    /// When the client can't be set up.
    pub fn to_receiver(
        http: &HttpSettings,
        receiver: impl Receiver + 'static,
        feed: Box<dyn Feed>,
    ) -> Result<Parts, BuildError> {
        let transport = HttpTransport::new(http.clone(), Box::new(receiver))?;
        Ok(Parts::Push(Transport::Http(Box::new(transport)), feed))
    }

    /// Writes to a file that begins with `head`, or to standard output.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn to_file(&self, place: &Place, head: Vec<u8>, feed: Box<dyn Feed>) -> Result<Parts, BuildError> {
        let path = if let Place::File(path) = place { Some(path.clone()) } else { None };
        if let Some(path) = &path {
            // Found out now rather than after the load. A pipe would wait here for its reader.
            fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            if path.is_dir() {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name a file in it").into());
            }
            if path.metadata().is_err() && self.file_length == 0 {
                fs::File::create(path)?;
            }
        }
        Ok(Parts::Push(Transport::File(FileTarget::new(path, head, self.file_length)), feed))
    }
}
