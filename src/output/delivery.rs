//! Delivery, once for all sinks: a cursor over the interval log, frozen batches, retry with backoff, an account.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use super::{
    Account, SinkAddress,
    encoder::{Batch, Encoder},
};
use crate::interval_log::{Cursor, Entry, LogError};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A receiver that does not answer for so long is tried again.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How far the log is written; sinks wait on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes of whole frames.
    pub length: u64,
    /// Once the run is over: until when to try.
    pub give_up: Option<Instant>,
}

/// One sink at work.
pub struct Delivery {
    address: SinkAddress,
    encoder: Box<dyn Encoder>,
    log: PathBuf,
    interval_ms: i64,
    client: reqwest::Client,
    account: Arc<Mutex<Account>>,
    progress: watch::Receiver<Progress>,
    random: fastrand::Rng,
    /// Whether the log was read to its end.
    read_whole: bool,
}

/// What to do after an answer.
enum Answer {
    Taken,
    Refused(String),
    Again { pause: Option<Duration>, why: String },
}

impl Delivery {
    /// A delivery that has sent nothing. `interval` is the default time between pushes.
    ///
    /// # Errors
    /// When the HTTP client can't be set up.
    pub fn new(
        address: SinkAddress,
        encoder: Box<dyn Encoder>,
        log: PathBuf,
        interval: Duration,
        progress: watch::Receiver<Progress>,
    ) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(REQUEST_TIMEOUT)
            .connect_timeout(Duration::from_secs(5))
            .user_agent(concat!("loadagent/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let account = Account { name: address.shown(), ..Account::default() };
        let interval = address.interval.unwrap_or(interval);
        let interval_ms = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
        let account = Arc::new(Mutex::new(account));
        Ok(Self {
            address,
            encoder,
            log,
            interval_ms,
            client,
            account,
            progress,
            random: fastrand::Rng::new(),
            read_whole: false,
        })
    }

    /// The account, live.
    #[must_use]
    pub fn account(&self) -> Arc<Mutex<Account>> {
        self.account.clone()
    }

    /// Delivers until the log has ended or the time to give up has come.
    pub async fn run(mut self) {
        let end = self.deliver().await;
        let read_whole = self.read_whole;
        let failed = end.err().map(|error| error.to_string());
        self.note(|account| {
            account.complete = failed.is_none()
                && read_whole
                && account.acknowledged == account.sent
                && account.rejected == 0
                && account.spooled == 0;
            if failed.is_some() {
                account.last_error = failed;
            }
        });
    }

    async fn deliver(&mut self) -> Result<(), LogError> {
        let mut cursor = Cursor::open(&self.log)?;
        let mut last_push: Option<i64> = None;
        let mut unpushed = false;
        loop {
            let progress = *self.progress.borrow_and_update();
            while let Some(entry) = cursor.read()? {
                let Entry::Interval(interval) = entry else { continue };
                self.encoder.fold(&interval);
                unpushed = true;
                let begin = *last_push.get_or_insert(interval.start_ms);
                // Half an interval early is on time: spans of a second are never exactly a second long.
                if interval.end_ms - begin >= self.interval_ms - 500 {
                    last_push = Some(interval.end_ms);
                    unpushed = false;
                    self.push(interval.end_ms).await;
                }
            }
            if progress.give_up.is_some() || self.progress.has_changed().is_err() {
                if unpushed {
                    self.push(last_push.unwrap_or_default()).await;
                }
                self.read_whole = cursor.offset() >= progress.length;
                return Ok(());
            }
            // An error here means that the run's side is gone; the next turn sees it and delivers what there is.
            drop(self.progress.changed().await);
        }
    }

    async fn push(&mut self, end_ms: i64) {
        for batch in self.encoder.push() {
            self.note(|account| {
                account.sent += batch.samples;
                account.lag_seconds = age_seconds(end_ms);
            });
            self.deliver_batch(&batch, end_ms).await;
        }
        self.note(|account| account.lag_seconds = 0.0);
    }

    /// Sends a batch until it is taken, refused for good, or the time to give up has come.
    async fn deliver_batch(&mut self, batch: &Batch, end_ms: i64) {
        let mut pause = FIRST_PAUSE;
        loop {
            let give_up = self.progress.borrow().give_up;
            if give_up.is_some_and(|at| at <= Instant::now()) {
                self.note(|account| account.spooled += batch.samples);
                return;
            }
            let (wanted, why) = match self.attempt(batch).await {
                Answer::Taken => {
                    self.note(|account| account.acknowledged += batch.samples);
                    return;
                }
                Answer::Refused(why) => {
                    self.note(|account| {
                        account.rejected += batch.samples;
                        account.last_error = Some(why);
                    });
                    return;
                }
                Answer::Again { pause, why } => (pause, why),
            };
            self.note(|account| {
                account.retried += 1;
                account.last_error = Some(why);
                account.lag_seconds = age_seconds(end_ms);
            });
            let jittered = pause.mul_f64(0.5 + self.random.f64() / 2.0);
            tokio::select! {
                () = sleep(wanted.unwrap_or(jittered).min(LONGEST_PAUSE * 12)) => {}
                () = self.given_up() => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits for the time to give up, which is set when the run ends and may be brought forward after that.
    async fn given_up(&self) {
        let mut progress = self.progress.clone();
        loop {
            let at = progress.borrow_and_update().give_up;
            let changed = async {
                if progress.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            match at {
                Some(at) => tokio::select! {
                    () = sleep_until(at) => return,
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    async fn attempt(&self, batch: &Batch) -> Answer {
        let mut request = self.client.post(self.address.url.clone()).body(batch.body.clone());
        for (name, value) in self.encoder.headers() {
            request = request.header(*name, *value);
        }
        let exchange = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            let pause = response
                .headers()
                .get("retry-after")
                .and_then(|value| value.to_str().ok()?.parse().ok())
                .map(Duration::from_secs);
            Ok::<_, reqwest::Error>((status, pause, response.text().await.unwrap_or_default()))
        };
        tokio::select! {
            answered = exchange => match answered {
                Ok((status, pause, body)) => self.answer(status, pause, &body),
                // `without_url`: the URL may hold a password.
                Err(error) => Answer::Again { pause: None, why: chain(&error.without_url()) },
            },
            () = self.given_up() => Answer::Again { pause: None, why: "no answer in time".to_owned() },
        }
    }

    fn answer(&self, status: u16, pause: Option<Duration>, body: &str) -> Answer {
        let body: String = body.trim().chars().take(300).collect();
        let hint = self.encoder.hint(status, &body);
        let why = format!("{status} {body}{}", hint.map(|hint| format!(" (hint: {hint})")).unwrap_or_default());
        match status {
            200..=299 => Answer::Taken,
            _ if hint.is_some() => Answer::Refused(why),
            408 | 429 | 500..=599 => Answer::Again { pause, why },
            _ => Answer::Refused(why),
        }
    }

    fn note(&self, change: impl FnOnce(&mut Account)) {
        change(&mut self.account.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn age_seconds(end_ms: i64) -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    (now.as_secs_f64() - end_ms as f64 / 1_000.0).max(0.0)
}

/// An error with its causes in one line: reqwest's own line says only that sending failed.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Delivery").field("address", &self.address.shown()).finish_non_exhaustive()
    }
}
