//! Addresses of `--traces`.

use super::*;

#[test]
fn the_flag_takes_a_bare_address_and_that_of_an_output() {
    for given in ["http://h?ratio=1", "otlp=http://h?ratio=1", "traces=http://h?ratio=1"] {
        assert_eq!(address(given), "traces=http://h?ratio=1");
    }
    assert_eq!(address("?ratio=1"), "traces=?ratio=1");
}
