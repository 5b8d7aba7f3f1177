//! Tests of answers to queries.

use super::parse;

#[test]
fn vectors_and_scalars_are_read() {
    let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
        {"metric":{"__name__":"m","pod":"a"},"value":[1700000000.1,"12.5"]},
        {"metric":{"pod":"b"},"value":[1700000000.1,"NaN"]},
        {"metric":{"pod":"c"},"histogram":[1700000000.1,{}]}]}}"#;
    let samples = parse("memory", vector).unwrap_or_else(|error| panic!("{error}"));
    let read: Vec<_> = samples.iter().map(|one| (&*one.name, one.labels.clone(), one.value)).collect();
    assert_eq!(read, [("memory", vec![("pod".to_owned(), "a".to_owned())], 12.5)]);
    let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1700000000.1,"3"]}}"#;
    assert_eq!(parse("n", scalar).map(|samples| samples.len()), Ok(1));
}

#[test]
fn errors_are_those_of_prometheus() {
    let error = r#"{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}"#;
    assert_eq!(parse("n", error), Err("parse error: unexpected end".to_owned()));
    let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
    assert!(parse("n", matrix).is_err_and(|error| error.contains("instant vector")));
    for wrong in ["", "<html>", "[]", r#"{"data":{"resultType":"vector","result":[{"metric":1}]}}"#] {
        assert!(parse("n", wrong).is_err(), "{wrong}");
    }
}
