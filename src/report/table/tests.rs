//! Alignment.

use super::*;

#[test]
fn columns_align_and_empty_ones_vanish() {
    let mut table = Table::new(&["STEP", "STAGE", "REQS"]);
    table.row(["GET /".into(), String::new(), "1,000".into()]);
    table.row(["POST /cart".into(), String::new(), "7".into()]);
    assert_eq!(table.lines(2), ["  STEP         REQS", "  GET /       1,000", "  POST /cart      7"]);
}
