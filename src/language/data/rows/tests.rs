//! Rows as values.

use super::*;

#[test]
fn values_keep_their_rows_and_share_their_names() {
    let map = |name: &str, value| Value::Map([(name.into(), Value::Int(value))].into());
    let set = DataSet::of([map("a", 1), Value::Int(2), map("b", 3), map("a", 4)]).unwrap();
    assert_eq!((set.count(), set.row(1), set.row(4)), (4, Some(Value::Int(2)), None));
    assert_eq!(set.columns(), ["a".into(), "b".into()]);
    assert_eq!((set.cell(3, 0), set.cell(3, 1), set.cell(1, 0)), (Some(Value::Int(4)), None, None));
    let (Some(Value::Map(first)), Some(Value::Map(last))) = (set.row(0), set.row(3)) else { panic!() };
    assert!(Arc::ptr_eq(&first[0].0, &last[0].0));
    assert_eq!(DataSet::of([]).unwrap_err().message, "there are no rows");
}
