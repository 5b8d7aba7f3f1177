//! Names in Prometheus: prefix, base unit, `_total`; a metric has one name whichever way it arrives.

use crate::metric::{Kind, MetricDef, Unit};

/// The exported names of a metric with the labels that tell them apart: one, or for a rate one counter twice,
/// `condition="nonzero"` and `condition="zero"` (k6's OpenTelemetry form), so that shares can be summed over series.
#[must_use]
pub fn exported_names(prefix: &str, metric: &MetricDef) -> Vec<(String, Vec<(String, String)>)> {
    let unit = match metric.unit {
        Unit::None => "",
        Unit::Seconds => "_seconds",
        Unit::Bytes => "_bytes",
    };
    let base = format!("{prefix}{}{unit}", metric.name);
    match metric.kind {
        Kind::Counter => vec![(format!("{base}_total"), Vec::new())],
        Kind::Gauge | Kind::Trend => vec![(base, Vec::new())],
        Kind::Rate => ["nonzero", "zero"]
            .map(|condition| (format!("{base}_total"), vec![("condition".to_owned(), condition.to_owned())]))
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::catalogue;

    #[test]
    fn names_carry_base_units() {
        let names = |metric| exported_names("loadagent_", metric).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&catalogue::HTTP_REQS), ["loadagent_http_reqs_total"]);
        assert_eq!(names(&catalogue::HTTP_REQ_DURATION), ["loadagent_http_req_duration_seconds"]);
        assert_eq!(names(&catalogue::DATA_SENT), ["loadagent_data_sent_bytes_total"]);
        assert_eq!(names(&catalogue::CHECKS).len(), 2);
        assert_eq!(names(&catalogue::VUS), ["loadagent_vus"]);
    }
}
