//! Character references.

use super::*;

#[test]
fn references_are_resolved_once() {
    assert_eq!(resolve_character_references("a &lt;b&gt; &quot;&apos;&amp;lt; &amp"), "a <b> \"'&lt; &amp");
    assert_eq!(resolve_character_references("&#65;&#x42;&#X63&#100 &#; &#x; &nbsp; &&"), "ABcd &#; &#x; &nbsp; &&");
    assert_eq!(resolve_character_references("&#0;&#xD800;&#99999999999;é"), "\u{fffd}\u{fffd}\u{fffd}é");
    assert!(matches!(resolve_character_references("plain"), Cow::Borrowed("plain")));
}
