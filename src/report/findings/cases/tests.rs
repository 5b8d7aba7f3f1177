//! Every finding is a case, and only what is sure and good passes.

use super::*;
use crate::report::tests::summary;

#[test]
fn findings_are_cases_with_names_without_numbers_that_change() {
    let mut analysis = summary().analysis;
    analysis.sure = true;
    let cases = of(&analysis);
    let wanted = analysis.soak.as_ref().map_or(0, |soak| soak.metrics.len())
        + analysis.spikes.len()
        + usize::from(analysis.stress.is_some());
    assert_eq!(cases.len(), wanted);
    assert!(cases.iter().any(|case| !case.is_good) && cases.iter().all(|case| !case.text.contains('\u{1b}')));
    let metric = &mut analysis.soak.as_mut().unwrap().metrics[0];
    (metric.verdict, metric.worse, metric.why) = (DriftVerdict::None, false, None);
    assert!(of(&analysis)[0].is_good);
    let metric = &mut analysis.soak.as_mut().unwrap().metrics[0];
    (metric.verdict, metric.why) = (DriftVerdict::Inconclusive, Some("too_few_windows".to_owned()));
    assert_eq!((of(&analysis)[0].is_good, of(&analysis)[0].text.as_str()), (false, "not judged: too few requests"));
    analysis.sure = false;
    assert!(of(&analysis).iter().all(|case| !case.is_good && case.text.starts_with("not sure")));
}
