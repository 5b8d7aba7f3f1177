//! The transport sends a batch over HTTP or into a file, and classifies the response.

use std::{
    cell::Cell,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::Request;

use super::{
    client::{Client, ClientError},
    file::{FileError, FileTarget},
};
use crate::output::{
    address::{credentials::SecretError, http::HttpSettings},
    batch::Batch,
    receiver::{
        ProbeError, Receiver, hint,
        response::{Response, ResponseClass},
    },
};

/// Sends batches.
pub enum Transport {
    /// To a receiver.
    Http(Box<HttpTransport>),
    /// Into a file, or to standard output.
    File(FileTarget),
}

/// A client of one receiver.
pub struct HttpTransport {
    client: Client,
    settings: HttpSettings,
    receiver: Box<dyn Receiver>,
    /// Whether the receiver has responded, so that it speaks the protocol.
    responded: Cell<bool>,
}

/// Why a request got no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The root cause, without the URL.
    #[error("{0}")]
    Http(String),
}

/// A probe that failed.
#[derive(Debug)]
pub(super) struct ProbeFailure {
    pub error: TransportError,
    /// The pause that the receiver asks for.
    pub pause: Option<Duration>,
}

/// Why a probe failed, or a file can't be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransportError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Probe(#[from] ProbeError),
    #[error(transparent)]
    File(#[from] FileError),
}

impl TransportError {
    /// Whether no further attempt can succeed.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self, Self::File(error) if error.is_closed())
    }

    /// Whether it stays as it is until a person helps.
    pub(super) fn is_lasting(&self) -> bool {
        matches!(self, Self::Probe(error) if error.is_lasting())
    }

    /// Whether the receiver asks for fewer requests.
    pub(super) fn is_rate_limit(&self) -> bool {
        matches!(self, Self::Probe(ProbeError::RateLimited(_)))
    }
}

/// A batch ready to go: repeats are byte for byte what was sent first.
pub(super) struct FrozenBatch {
    pub batch: Batch,
    body: Bytes,
}

impl FrozenBatch {
    /// Bytes that go over the wire.
    pub(super) fn length(&self) -> usize {
        self.body.len()
    }
}

impl HttpTransport {
    /// A transport to a receiver.
    ///
    /// # Errors
    /// When the certificates can't be read or the client can't be set up.
    pub fn new(settings: HttpSettings, receiver: Box<dyn Receiver>) -> Result<Self, ClientError> {
        let client = Client::new(&settings, receiver.url(), receiver.version())?;
        Ok(Self { client, settings, receiver, responded: Cell::new(false) })
    }

    async fn probe(&mut self, at_ms: i64) -> Result<String, ProbeFailure> {
        self.receiver.forget();
        while let Some(probe) = self.receiver.probe_request(at_ms) {
            let response = match self.post(&probe.url, &probe.headers, probe.body.into()).await {
                Ok(response) => Some(response),
                Err(_) if probe.optional => None,
                Err(error) => return Err(ProbeFailure { error: error.into(), pause: None }),
            };
            let pause = response.as_ref().and_then(|response| response.retry_after(SystemTime::now()));
            if let Some(response) = response.as_ref().filter(|response| response.status == 429) {
                return Err(ProbeFailure { error: ProbeError::RateLimited(response.summary()).into(), pause });
            }
            let probed = self.receiver.on_probe(response.as_ref());
            probed.map_err(|error| ProbeFailure { error: error.into(), pause })?;
        }
        Ok(self.receiver.describe())
    }

    async fn post(&self, url: &url::Url, headers: &[(&str, &str)], body: Bytes) -> Result<Response, RequestError> {
        let mut request = Request::post(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.settings.headers {
            request = request.header(name, value);
        }
        if let Some(value) = self.settings.credentials.header()? {
            request = request.header("Authorization", value);
        }
        let request = request.body(body).map_err(|error| RequestError::Http(error.to_string()))?;
        let answer = self.client.send(request).await;
        let (status, headers, bytes) = answer.map_err(|cause| {
            let hints = self.client.hint().to_owned() + &hint::of_failure(url, &cause, self.responded.get());
            RequestError::Http(cause + &hints)
        })?;
        self.responded.set(true);
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Response { status, headers, body, bytes: bytes.into(), secrets: self.settings.secrets() })
    }
}

impl Transport {
    /// The receiver accepted what it doesn't understand: assume less at the next probe.
    pub(super) fn downgrade(&mut self) {
        if let Self::Http(http) = self {
            http.receiver.downgrade();
        }
    }

    /// Probes the receiver anew, or opens the file. Gives a description of the receiver.
    ///
    /// # Errors
    /// Why that is not possible now.
    pub(super) async fn probe(&mut self, at_ms: i64) -> Result<Option<String>, ProbeFailure> {
        match self {
            Self::Http(http) => http.probe(at_ms).await.map(Some),
            Self::File(file) => match file.open().await {
                Ok(()) => Ok(None),
                Err(error) => Err(ProbeFailure { error: error.into(), pause: None }),
            },
        }
    }

    /// What batches are encoded for; None for files.
    pub(super) fn dialect(&self) -> Option<String> {
        match self {
            Self::Http(http) => Some(http.receiver.dialect()),
            Self::File(_) => None,
        }
    }

    /// Fixes the bytes of a batch.
    pub(super) fn freeze(&self, batch: Batch) -> FrozenBatch {
        let body = match self {
            Self::Http(http) => http.receiver.compress(batch.content()).into(),
            Self::File(_) => batch.content().to_vec().into(),
        };
        FrozenBatch { batch, body }
    }

    /// Sends a batch once.
    pub(super) async fn send(&mut self, frozen: &FrozenBatch, repeated: bool) -> ResponseClass {
        match self {
            Self::Http(http) => {
                let receiver = &http.receiver;
                match http.post(receiver.url(), &receiver.headers(), frozen.body.clone()).await {
                    Ok(response) => receiver.classify(&response, &frozen.batch, repeated),
                    Err(error) => ResponseClass::NoResponse(error.to_string()),
                }
            }
            Self::File(file) => match file.write(frozen.body.clone()).await {
                Ok(()) => ResponseClass::Accepted,
                Err(error) if error.is_closed() => ResponseClass::Closed(error.to_string()),
                Err(error) => ResponseClass::Retryable { pause: None, reason: error.to_string() },
            },
        }
    }

    /// Bytes of the file; None for receivers.
    pub(super) fn file_length(&self) -> Option<u64> {
        match self {
            Self::Http(_) => None,
            Self::File(file) => Some(file.length()),
        }
    }
}
