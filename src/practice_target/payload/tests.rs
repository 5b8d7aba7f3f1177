//! Tests of `payload`.

use http_body_util::BodyExt;

use super::*;

#[tokio::test]
async fn a_filler_has_its_size() {
    for size in [0, 1, 65_536, 200_000] {
        let payload = Payload::filler(size);
        assert_eq!(payload.size_hint().exact(), Some(size));
        assert_eq!(payload.collect().await.unwrap().to_bytes().len() as u64, size);
    }
    assert_eq!(Payload::from("hello").collect().await.unwrap().to_bytes(), "hello");
}
