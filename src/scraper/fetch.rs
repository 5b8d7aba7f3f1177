//! Requests to targets: a page, or a query after the other.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use url::Url;

use super::{Sample, ScrapeError, exposition, promql};
use crate::{
    net::basic_auth,
    output::{Client, HttpSettings, HttpVersion},
    plan::targets::Target,
};

/// The largest page that is read.
const MAX_PAGE: usize = 16 * 1024 * 1024;
/// A target has so long to answer, or its interval if that is shorter.
const LONGEST: Duration = Duration::from_secs(10);
const SHORTEST: Duration = Duration::from_secs(1);
/// The formats that are read, as Prometheus asks for them.
const ACCEPT: &str = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
/// Characters of an error of the target that are shown.
const MAX_ERROR: usize = 200;

/// Asks one target.
pub(super) struct Fetcher {
    client: Client,
    url: Url,
    headers: Vec<(String, String)>,
    queries: Vec<(String, String)>,
}

impl Fetcher {
    /// A fetcher of a target.
    ///
    /// # Errors
    /// When its client can't be set up.
    pub(super) fn new(target: &Target) -> Result<Self, ScrapeError> {
        let settings = HttpSettings::plain(target.insecure, target.interval.clamp(SHORTEST, LONGEST));
        let mut url = target.url.clone();
        let mut headers = target.headers.clone();
        headers.extend(take_credentials(&mut url));
        let client = Client::new(&settings, &url, HttpVersion::One)
            .map_err(|error| ScrapeError::Client { name: target.name.clone(), reason: error.to_string() })?;
        Ok(Self { client, url, headers, queries: target.queries.clone() })
    }

    /// The samples of now.
    ///
    /// # Errors
    /// Why there are none.
    pub(super) async fn samples(&self) -> Result<Vec<Sample>, String> {
        if self.queries.is_empty() {
            let (status, text) = self.get(&self.url).await?;
            if status != 200 {
                return Err(format!("it answered with status {status}"));
            }
            let page = exposition::parse(&text);
            return match page.wrong_line {
                Some(number) if page.samples.is_empty() => {
                    Err(format!("its page holds no metrics of Prometheus (line {number} can't be read)"))
                }
                _ => Ok(page.samples),
            };
        }
        let mut samples = Vec::new();
        for (name, query) in &self.queries {
            let mut url = self.url.clone();
            url.set_path(&format!("{}/api/v1/query", self.url.path().trim_end_matches('/')));
            url.query_pairs_mut().append_pair("query", query);
            let (status, text) = self.get(&url).await?;
            let found = promql::parse(name, &text).map_err(|error| {
                let cut: String = error.chars().take(MAX_ERROR).collect();
                format!("query {name}: {cut} (status {status})")
            });
            samples.extend(found?);
        }
        Ok(samples)
    }

    async fn get(&self, url: &Url) -> Result<(u16, String), String> {
        let mut request = Request::get(url.as_str()).header("Accept", ACCEPT);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Bytes::new()).map_err(|error| error.to_string())?;
        let (status, _, bytes) =
            self.client.fetch(request, MAX_PAGE).await.map_err(|cause| cause + self.client.hint())?;
        if bytes.len() > MAX_PAGE {
            return Err("its page is larger than 16 MiB".to_owned());
        }
        Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// Takes user and password out of a URL: they go into a header, and never into a message.
fn take_credentials(url: &mut Url) -> Option<(String, String)> {
    let value = basic_auth::of_url(url)?;
    // Refused only for URLs without a host, which no target has.
    let _refused = url.set_username("").is_err() || url.set_password(None).is_err();
    Some(("Authorization".to_owned(), value))
}
