//! `InfluxDB`'s three write APIs: addresses, and what responses mean.

#[cfg(test)]
mod tests;

use url::Url;

use super::settings::{Settings, Target};
use crate::output::{
    batch::Batch,
    encoding::gzip::gzip,
    receiver::{
        ProbeError, ProbeRequest, Receiver,
        response::{Response, ResponseClass},
    },
};

/// Unit of the timestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// Of aggregates.
    Milliseconds,
    /// Of single samples.
    Nanoseconds,
}

/// An `InfluxDB`, or one with its API.
#[derive(Debug)]
pub(super) struct InfluxReceiver {
    write: Url,
    settings: Settings,
    /// Whether it is yet to be asked: version 1 to create the database, the others whether they can be written to.
    asks: bool,
    /// Why version 1's database could not be created, as the server says.
    not_created: Option<String>,
    /// Version and product, as the server says.
    version: Option<String>,
}

impl InfluxReceiver {
    /// A receiver at a write address.
    #[must_use]
    pub(super) fn new(mut write: Url, settings: Settings, precision: Precision) -> Self {
        let nanoseconds = precision == Precision::Nanoseconds;
        let mut query = write.query_pairs_mut();
        match &settings.target {
            Target::One { database, retention } => {
                query.append_pair("db", database).append_pair("precision", if nanoseconds { "n" } else { "ms" });
                if let Some(retention) = retention {
                    query.append_pair("rp", retention);
                }
            }
            Target::Two { org, bucket } => {
                query.append_pair("org", org).append_pair("bucket", bucket);
                query.append_pair("precision", if nanoseconds { "ns" } else { "ms" });
            }
            Target::Three { database, no_sync } => {
                query.append_pair("db", database).append_pair("accept_partial", "true");
                query.append_pair("precision", if nanoseconds { "nanosecond" } else { "millisecond" });
                if *no_sync {
                    query.append_pair("no_sync", "true");
                }
            }
        }
        drop(query);
        let mut receiver = Self { write, settings, asks: false, not_created: None, version: None };
        receiver.forget();
        receiver
    }

    fn misconfigured(&self, response: &Response) -> ProbeError {
        match response.default_class(self.hint()) {
            ResponseClass::Misconfigured(reason) => ProbeError::Misconfigured(reason),
            _ => ProbeError::UnexpectedResponse(response.summary()),
        }
    }

    fn hint(&self) -> &'static str {
        match self.settings.target {
            Target::One { .. } => {
                "check the database (the path, or ?db=…); version 2 takes ?org=…&bucket=…, version 3 ?database=…"
            }
            Target::Two { .. } => "check org, bucket and path",
            Target::Three { .. } => "check database and path",
        }
    }
}

impl Receiver for InfluxReceiver {
    fn url(&self) -> &Url {
        &self.write
    }

    fn headers(&self) -> Vec<(&'static str, &'static str)> {
        let plain = ("Content-Type", "text/plain; charset=utf-8");
        if self.settings.gzip { vec![plain, ("Content-Encoding", "gzip")] } else { vec![plain] }
    }

    fn compress(&self, content: &[u8]) -> Vec<u8> {
        if self.settings.gzip { gzip(content) } else { content.to_vec() }
    }

    fn classify(&self, response: &Response, batch: &Batch, _repeated: bool) -> ResponseClass {
        match response.status {
            // Good lines were written, and repeating them is harmless.
            400 | 422 if let Some(rejected) = rejected_lines(&response.body) => ResponseClass::PartiallyAccepted {
                rejected: rejected.min(batch.samples()),
                reason: response.summary(),
                repeatable: true,
            },
            200..=299 if response.status != 204 => ResponseClass::Misconfigured(format!(
                "{} (hint: InfluxDB responds with 204; another server is at this address)",
                response.summary()
            )),
            404 if response.body.contains("database not found")
                && let Some(reason) = &self.not_created =>
            {
                ResponseClass::Misconfigured(format!(
                    "{} (hint: creating it was refused: {reason}; create it, or let this user create it)",
                    response.summary()
                ))
            }
            // A server that came back empty: the database is created by the next probe.
            404 if response.body.contains("database not found") => ResponseClass::Emptied(response.summary()),
            // Semantically wrong lines, after the good ones were written; how many is not said.
            422 => ResponseClass::PartiallyAccepted { rejected: 1, reason: response.summary(), repeatable: true },
            // Version 1 responds so to a retention policy that does not exist.
            500 if response.body.contains("not found") => {
                ResponseClass::Misconfigured(format!("{} (hint: {})", response.summary(), self.hint()))
            }
            _ => response.default_class(self.hint()),
        }
    }

    fn forget(&mut self) {
        self.asks = true;
        self.not_created = None;
    }

    fn probe_request(&mut self, _at_ms: i64) -> Option<ProbeRequest> {
        if !std::mem::take(&mut self.asks) {
            return None;
        }
        let Target::One { database, .. } = &self.settings.target else {
            // No line: credentials, organisation, bucket and path are looked at all the same.
            let (url, headers, body) = (self.write.clone(), self.headers(), self.compress(&[]));
            return Some(ProbeRequest { url, headers, body, optional: false });
        };
        let mut url = self.write.clone();
        url.set_query(None);
        url.set_path(&format!("{}query", url.path().strip_suffix("write").unwrap_or("/")));
        let name = database.replace('\\', "\\\\").replace('"', "\\\"");
        url.query_pairs_mut().append_pair("q", &format!("CREATE DATABASE \"{name}\""));
        Some(ProbeRequest { url, headers: Vec::new(), body: Vec::new(), optional: false })
    }

    fn on_probe(&mut self, response: Option<&Response>) -> Result<(), ProbeError> {
        let Some(response) = response else { return Ok(()) };
        let product = response.header("x-influxdb-build").unwrap_or("");
        self.version =
            response.header("x-influxdb-version").map(|version| format!("{version} {product}").trim().to_owned());
        let creates = matches!(self.settings.target, Target::One { .. });
        match response.status {
            _ if response.is_web_page() => Err(ProbeError::WebPage(response.status)),
            300..=399 | 401 | 407 => Err(self.misconfigured(response)),
            // Only asked in case it is not there; without the right to make it, it may be there all the same.
            400..=499 if creates => {
                self.not_created = Some(response.summary());
                Ok(())
            }
            403..=405 => Err(self.misconfigured(response)),
            // There was no line to write.
            200..=299 | 400..=499 => Ok(()),
            _ => Err(ProbeError::UnexpectedResponse(response.summary())),
        }
    }

    fn dialect(&self) -> String {
        // A server of another version takes the same lines.
        match &self.settings.target {
            Target::One { .. } => "version 1 API",
            Target::Two { .. } => "version 2 API",
            Target::Three { .. } => "version 3 API",
        }
        .to_owned()
    }

    fn describe(&self) -> String {
        let api = match &self.settings.target {
            Target::One { database, .. } => format!("version 1 API, database {database}"),
            Target::Two { org, bucket } => format!("version 2 API, organisation {org}, bucket {bucket}"),
            Target::Three { database, .. } => format!("version 3 API, database {database}"),
        };
        self.version.as_ref().map_or_else(|| api.clone(), |version| format!("{api} (server {version})"))
    }
}

/// Number of lines that a response reports as rejected while the others were written, if it does.
fn rejected_lines(body: &str) -> Option<u64> {
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(body) {
        // Version 3: {"error": "partial write of line protocol occurred", "data": [{line_number, …}]}.
        if let Some(lines) = json.get("data").and_then(|data| data.as_array()) {
            return Some(lines.len() as u64);
        }
    }
    // Version 1: "partial write: … dropped=N", N not counting lines that could not be parsed.
    let after = body.split("partial write").nth(1)?;
    let unparsed = body.matches("unable to parse").count() as u64;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u64>().ok();
    let dropped = after.rsplit("dropped=").next().filter(|_| after.contains("dropped=")).and_then(digits).unwrap_or(0);
    Some(dropped.saturating_add(unparsed).max(1))
}
