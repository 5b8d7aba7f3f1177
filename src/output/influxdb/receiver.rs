//! `InfluxDB`'s three write APIs: addresses, and what answers mean.

use url::Url;

use super::settings::{Settings, Target};
use crate::output::{
    Batch,
    delivery::{
        answer::{Answer, Verdict},
        file::gzip,
    },
    receiver::{Question, Receiver},
};

/// Unit of the timestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Of aggregates.
    Milliseconds,
    /// Of single samples.
    Nanoseconds,
}

/// An `InfluxDB`, or one that speaks like it.
#[derive(Debug)]
pub struct InfluxReceiver {
    write: Url,
    settings: Settings,
    /// Version 1's database is yet to be made.
    to_make: bool,
    /// Whose it is, as it says itself.
    version: Option<String>,
}

impl InfluxReceiver {
    /// A receiver at a write address.
    #[must_use]
    pub fn new(mut write: Url, settings: Settings, precision: Precision) -> Self {
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
        let mut receiver = Self { write, settings, to_make: false, version: None };
        receiver.forget();
        receiver
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

    fn judge(&self, answer: &Answer, batch: &Batch, _repeated: bool) -> Verdict {
        match answer.status {
            // Good lines were written; repeating them is harmless, but the bad ones never will be.
            400 | 422 if let Some(rejected) = rejected_lines(&answer.body) => {
                Verdict::Partly { rejected: rejected.min(batch.samples()), why: answer.line() }
            }
            200..=299 if answer.status != 204 => Verdict::Hold(format!(
                "{} (hint: InfluxDB answers 204; something else is at this address)",
                answer.line()
            )),
            // A store that came back empty: made anew when it is met again.
            404 if answer.body.contains("database not found") => Verdict::Stranger(answer.line()),
            // Semantically wrong lines, after the good ones were written; how many is not said.
            422 => Verdict::Partly { rejected: 1, why: answer.line() },
            // Version 1 answers so to a retention policy that does not exist.
            500 if answer.body.contains("not found") => {
                Verdict::Hold(format!("{} (hint: {})", answer.line(), self.hint()))
            }
            _ => answer.usual_verdict(self.hint()),
        }
    }

    fn forget(&mut self) {
        self.to_make = matches!(self.settings.target, Target::One { .. });
    }

    fn question(&mut self, _at_ms: i64) -> Option<Question> {
        let Target::One { database, .. } = &self.settings.target else { return None };
        if !std::mem::take(&mut self.to_make) {
            return None;
        }
        let mut url = self.write.clone();
        url.set_query(None);
        url.set_path(&format!("{}query", url.path().strip_suffix("write").unwrap_or("/")));
        let name = database.replace('\\', "\\\\").replace('"', "\\\"");
        url.query_pairs_mut().append_pair("q", &format!("CREATE DATABASE \"{name}\""));
        Some(Question { url, headers: Vec::new(), body: Vec::new(), optional: false })
    }

    fn learn(&mut self, answer: Option<&Answer>) -> Result<(), String> {
        let Some(answer) = answer else { return Ok(()) };
        let product = answer.header("x-influxdb-build").unwrap_or("");
        self.version =
            answer.header("x-influxdb-version").map(|version| format!("{version} {product}").trim().to_owned());
        match answer.status {
            _ if answer.is_page() => Err(format!("{} with a web page", answer.status)),
            // Only asked in case it is not there; without the right to make it, it may be there all the same.
            200..=299 | 400..=499 if answer.status != 429 => Ok(()),
            _ => Err(answer.line()),
        }
    }

    fn introduction(&self) -> String {
        let api = match &self.settings.target {
            Target::One { database, .. } => format!("version 1 API, database {database}"),
            Target::Two { org, bucket } => format!("version 2 API, organisation {org}, bucket {bucket}"),
            Target::Three { database, .. } => format!("version 3 API, database {database}"),
        };
        self.version.as_ref().map_or_else(|| api.clone(), |version| format!("{api} (server {version})"))
    }
}

/// How many lines an answer names as refused while the others were written; None when it does not say.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::address::{self, OutputAddress, Place};

    fn receiver(words: &str, precision: Precision) -> InfluxReceiver {
        let sink = OutputAddress::parse(words, |_| None).unwrap();
        match (sink.place, sink.settings) {
            (Place::Url(url), address::Settings::Influx(settings)) => InfluxReceiver::new(url, settings, precision),
            _ => panic!("no influxdb"),
        }
    }

    fn judge(status: u16, body: &str) -> Verdict {
        let mut batch = Batch::default();
        (0..10).for_each(|_| batch.part(|out| out.push(b'\n')));
        let headers = reqwest::header::HeaderMap::new();
        let answer =
            Answer { status, headers, body: body.to_owned(), bytes: body.to_owned().into(), secrets: Vec::new() };
        receiver("influxdb", Precision::Milliseconds).judge(&answer, &batch, false)
    }

    #[test]
    fn each_version_has_its_own_address() {
        let url = |words, precision| receiver(words, precision).url().to_string();
        let (ms, ns) = (Precision::Milliseconds, Precision::Nanoseconds);
        assert_eq!(url("influxdb=http://h:1/db?retention=week", ms), "http://h:1/write?db=db&precision=ms&rp=week");
        assert_eq!(url("influxdb=http://h:1/my%20db", ms), "http://h:1/write?db=my+db&precision=ms");
        assert_eq!(
            url("influxdb=http://h:1/p/write?db=my%20db&mode=raw", ns),
            "http://h:1/p/write?db=my+db&precision=n"
        );
        assert_eq!(
            url("influxdb=http://h:1?org=o&bucket=b%20c&mode=raw", ns),
            "http://h:1/api/v2/write?org=o&bucket=b+c&precision=ns"
        );
        assert_eq!(
            url("influxdb=http://h:1?database=d&no_sync=true", ms),
            "http://h:1/api/v3/write_lp?db=d&accept_partial=true&precision=millisecond&no_sync=true"
        );
    }

    #[test]
    fn the_database_is_made_once_a_meeting() {
        let mut receiver = receiver("influxdb=http://h:1/a%22b%20c", Precision::Milliseconds);
        let question = receiver.question(0).unwrap();
        assert_eq!(question.url.as_str(), "http://h:1/query?q=CREATE+DATABASE+%22a%5C%22b+c%22");
        assert!(receiver.question(0).is_none());
        receiver.forget();
        assert!(receiver.question(0).is_some());
    }

    #[test]
    fn partial_writes_are_understood() {
        let one =
            "{\"error\":\"partial write: field type conflict: input field \\\"value\\\" is type string dropped=3\"}";
        assert!(matches!(judge(400, one), Verdict::Partly { rejected: 3, .. }));
        let unparsed = "{\"error\":\"partial write: unable to parse 'x': bad timestamp dropped=0\"}";
        assert!(matches!(judge(400, unparsed), Verdict::Partly { rejected: 1, .. }));
        let three = "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"line_number\":1},{\"line_number\":4}]}";
        assert!(matches!(judge(400, three), Verdict::Partly { rejected: 2, .. }));
        assert!(matches!(judge(400, "{\"code\":\"invalid\",\"message\":\"unable to parse 'x'\"}"), Verdict::Poison(_)));
        assert!(matches!(judge(500, "{\"error\":\"retention policy not found: x\"}"), Verdict::Hold(_)));
        assert!(matches!(judge(500, "{\"error\":\"timeout\"}"), Verdict::Again { .. }));
        assert!(matches!(judge(404, "{\"error\":\"database not found\"}"), Verdict::Stranger(_)));
        assert!(matches!(judge(404, "nothing here"), Verdict::Hold(_)));
        assert!(matches!(judge(200, "welcome"), Verdict::Hold(_)));
        assert_eq!(judge(204, ""), Verdict::Taken);
        let many = "partial write: unable to parse 'x' dropped=18446744073709551615";
        assert!(matches!(judge(400, many), Verdict::Partly { .. }));
    }
}
