//! libFuzzer's way into `entries::conversion`.
#![no_main]

#[path = "../entries.rs"]
#[expect(dead_code, reason = "each target runs one entry")]
mod entries;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entries::conversion(data));
