//! Answers of a Prometheus to queries: `/api/v1/query`.

use serde::Deserialize;

use super::Sample;
use crate::metric::Kind;

/// An answer. Samples are read as they come, so that no answer is taken for granted.
#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Element>),
    Scalar((f64, String)),
    String(serde::de::IgnoredAny),
    Matrix(serde::de::IgnoredAny),
}

#[derive(Debug, Deserialize)]
struct Element {
    metric: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    value: Option<(f64, String)>,
}

/// Reads the answer to the query that is kept as `name`; an empty one has no samples.
///
/// # Errors
/// Why it is none, as Prometheus or the parser puts it.
pub(super) fn parse(name: &str, text: &str) -> Result<Vec<Sample>, String> {
    let answer: Answer = serde_json::from_str(text).map_err(|_| "the answer is not that of a Prometheus".to_owned())?;
    if let Some(error) = answer.error {
        return Err(error);
    }
    let sample = |labels: Vec<(String, String)>, (_, value): (f64, String)| {
        let value: f64 = value.parse().ok()?;
        Some(Sample { name: name.to_owned(), labels, value, kind: Kind::Gauge })
            .filter(|sample| sample.value.is_finite())
    };
    match answer.data {
        Some(Data::Vector(elements)) => {
            let labels = |element: &Element| {
                let pairs = element.metric.iter().filter(|(label, _)| *label != "__name__");
                pairs.map(|(label, value)| (label.clone(), value.clone())).collect()
            };
            Ok(elements.into_iter().filter_map(|element| sample(labels(&element), element.value?)).collect())
        }
        Some(Data::Scalar(value)) => Ok(sample(Vec::new(), value).into_iter().collect()),
        _ => Err("the query gives neither a number nor an instant vector".to_owned()),
    }
}

#[cfg(test)]
mod tests;
