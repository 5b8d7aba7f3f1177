//! The transport sends a batch over HTTP or into a file, and classifies the response.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http_body_util::BodyExt;

use super::{
    file::{FileError, FileTarget},
    proxy::EnvironmentProxies,
};
use crate::output::{
    address::{credentials::SecretError, http::HttpSettings},
    batch::Batch,
    receiver::{
        HttpVersion, ProbeError, Receiver,
        response::{Response, ResponseClass},
    },
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection of HTTP/2 outlives requests that got no response; a ping that gets none, too, ends it.
const PING: Duration = Duration::from_secs(5);
/// A longer response is cut off.
const MAX_RESPONSE: usize = 64 * 1024;

/// Sends batches.
pub enum Transport {
    /// To a receiver.
    Http(Box<HttpTransport>),
    /// Into a file, or to standard output.
    File(FileTarget),
}

/// A client of one receiver.
pub struct HttpTransport {
    client: reqwest::Client,
    settings: HttpSettings,
    receiver: Box<dyn Receiver>,
    proxies: EnvironmentProxies,
}

/// Why a client can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("ca_file {}: {reason}", path.display())]
    CaFile { path: PathBuf, reason: String },
    #[error("{0}")]
    Setup(String),
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
        let mut builder = reqwest::Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("loadagent/", env!("CARGO_PKG_VERSION")))
            .tls_danger_accept_invalid_certs(settings.insecure);
        let proxies = EnvironmentProxies::read(|name| std::env::var(name).ok());
        let proxies = proxies.map_err(|error| ClientError::Setup(error.to_string()))?;
        builder = builder.no_proxy();
        for proxy in proxies.of_client().map_err(|error| ClientError::Setup(root_cause(&error)))? {
            builder = builder.proxy(proxy);
        }
        builder = match receiver.version() {
            HttpVersion::One => builder.http1_only(),
            HttpVersion::Two => {
                builder.http2_prior_knowledge().http2_keep_alive_interval(PING).http2_keep_alive_timeout(PING)
            }
        };
        if let Some(path) = &settings.ca_file {
            let error =
                |error: &dyn std::error::Error| ClientError::CaFile { path: path.clone(), reason: error.to_string() };
            let pem = std::fs::read(path).map_err(|io| error(&io))?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|bad| error(&bad))?;
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder.build().map_err(|error| ClientError::Setup(root_cause(&error)))?;
        Ok(Self { client, settings, receiver, proxies })
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
            let probed = self.receiver.on_probe(response.as_ref());
            probed.map_err(|error| ProbeFailure { error: error.into(), pause })?;
        }
        Ok(self.receiver.describe())
    }

    async fn post(&self, url: &url::Url, headers: &[(&str, &str)], body: Bytes) -> Result<Response, RequestError> {
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
        let failed =
            |error: reqwest::Error| RequestError::Http(root_cause(&error.without_url()) + &self.proxies.hint(url));
        let response = request.send().await.map_err(failed)?;
        let (status, mut headers) = (response.status().as_u16(), response.headers().clone());
        let (mut body, mut bytes) = (reqwest::Body::from(response), Vec::new());
        while let Some(frame) = body.frame().await.transpose().map_err(failed)? {
            match frame.into_data() {
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(frame) => headers.extend(frame.into_trailers().unwrap_or_default()),
            }
            if bytes.len() > MAX_RESPONSE {
                break;
            }
        }
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

/// The innermost cause of an error: `Connection refused`, where reqwest's own line says that sending failed.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
