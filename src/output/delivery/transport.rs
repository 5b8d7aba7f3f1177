//! The transport carries a batch to where it belongs, over HTTP or into a file, and brings a verdict back.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::BodyExt;

use super::{
    answer::{Answer, Verdict},
    file::FileTarget,
};
use crate::output::{
    Batch,
    address::HttpSettings,
    receiver::{HttpVersion, Receiver},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection of HTTP/2 outlives requests that got no answer; a ping that gets none, too, ends it.
const PING: Duration = Duration::from_secs(5);
/// As much of an answer is read; a receiver that sends more is cut off.
const MAX_ANSWER: usize = 64 * 1024;

/// Carries batches.
pub enum Transport {
    /// To a receiver.
    Http(HttpTransport),
    /// Into a file, or to standard output.
    File(FileTarget),
}

/// What it takes to talk to a receiver.
pub struct HttpTransport {
    client: reqwest::Client,
    settings: HttpSettings,
    receiver: Box<dyn Receiver>,
}

/// Why a receiver could not be met.
#[derive(Debug)]
pub struct Unmet {
    /// What it said, or what went wrong.
    pub why: String,
    /// When it wants to be asked again.
    pub pause: Option<Duration>,
}

/// A batch ready to go: what is repeated is byte for byte what went first.
pub struct Frozen {
    /// What is inside.
    pub batch: Batch,
    body: Bytes,
}

impl Frozen {
    /// Bytes that go over the wire; 0 for files.
    #[must_use]
    pub fn length(&self) -> usize {
        self.body.len()
    }
}

impl HttpTransport {
    /// A transport to a receiver.
    ///
    /// # Errors
    /// When the certificates can't be read or the client can't be set up.
    pub fn new(settings: HttpSettings, receiver: Box<dyn Receiver>) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("loadagent/", env!("CARGO_PKG_VERSION")))
            .tls_danger_accept_invalid_certs(settings.insecure);
        builder = match receiver.version() {
            HttpVersion::One => builder.http1_only(),
            HttpVersion::Two => {
                builder.http2_prior_knowledge().http2_keep_alive_interval(PING).http2_keep_alive_timeout(PING)
            }
        };
        if let Some(path) = &settings.ca_file {
            let fault = |error: &dyn std::error::Error| format!("ca_file {}: {error}", path.display());
            let pem = std::fs::read(path).map_err(|error| fault(&error))?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| fault(&error))?;
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder.build().map_err(|error| root_cause(&error))?;
        Ok(Self { client, settings, receiver })
    }

    async fn meet(&mut self, at_ms: i64) -> Result<String, Unmet> {
        self.receiver.forget();
        while let Some(question) = self.receiver.question(at_ms) {
            let answer = match self.exchange(&question.url, &question.headers, question.body.into()).await {
                Ok(answer) => Some(answer),
                Err(_) if question.optional => None,
                Err(why) => return Err(Unmet { why, pause: None }),
            };
            let pause = answer.as_ref().and_then(|answer| answer.retry_after(SystemTime::now()));
            self.receiver.learn(answer.as_ref()).map_err(|why| Unmet { why, pause })?;
        }
        Ok(self.receiver.introduction())
    }

    async fn exchange(&self, url: &url::Url, headers: &[(&str, &str)], body: Bytes) -> Result<Answer, String> {
        let mut request = self.client.post(url.clone()).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.settings.headers {
            request = request.header(name, value);
        }
        if let Some(value) = self.settings.credentials.header()? {
            request = request.header("Authorization", value);
        }
        let fault = |error: reqwest::Error| root_cause(&error.without_url());
        let response = request.send().await.map_err(fault)?;
        let (status, mut headers) = (response.status().as_u16(), response.headers().clone());
        let (mut body, mut bytes) = (reqwest::Body::from(response), Vec::new());
        while let Some(frame) = body.frame().await.transpose().map_err(fault)? {
            match frame.into_data() {
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(frame) => headers.extend(frame.into_trailers().unwrap_or_default()),
            }
            if bytes.len() > MAX_ANSWER {
                break;
            }
        }
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answer { status, headers, body, bytes: bytes.into(), secrets: self.settings.secrets() })
    }
}

impl Transport {
    /// A receiver that took a batch for what it is not: believe it less at the next meeting.
    pub fn distrust(&mut self) {
        if let Self::Http(http) = self {
            http.receiver.distrust();
        }
    }

    /// Gets to know the receiver, anew. Gives what is worth telling about it.
    ///
    /// # Errors
    /// Why it can't be known now.
    pub async fn meet(&mut self, at_ms: i64) -> Result<Option<String>, Unmet> {
        match self {
            Self::Http(http) => http.meet(at_ms).await.map(Some),
            Self::File(file) => match file.open().await {
                Ok(()) => Ok(None),
                Err(why) => Err(Unmet { why, pause: None }),
            },
        }
    }

    /// Readies a batch.
    #[must_use]
    pub fn freeze(&self, batch: Batch) -> Frozen {
        let body = match self {
            Self::Http(http) => http.receiver.compress(batch.content()).into(),
            Self::File(_) => batch.content().to_vec().into(),
        };
        Frozen { batch, body }
    }

    /// Carries a batch once.
    pub async fn carry(&mut self, frozen: &Frozen, repeated: bool) -> Verdict {
        match self {
            Self::Http(http) => {
                let receiver = &http.receiver;
                match http.exchange(receiver.url(), &receiver.headers(), frozen.body.clone()).await {
                    Ok(answer) => receiver.judge(&answer, &frozen.batch, repeated),
                    Err(why) => Verdict::Unanswered(why),
                }
            }
            Self::File(file) => match file.write(frozen.body.clone()).await {
                Ok(()) => Verdict::Taken,
                Err(why) => Verdict::Again { pause: None, why },
            },
        }
    }

    /// How long the file is; None for receivers.
    #[must_use]
    pub fn written(&self) -> Option<u64> {
        match self {
            Self::Http(_) => None,
            Self::File(file) => Some(file.written()),
        }
    }
}

/// What lies at the bottom of an error: `Connection refused`, where reqwest's own line says that sending failed.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
