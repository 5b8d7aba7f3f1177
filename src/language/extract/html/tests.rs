//! Form fields and `meta` elements.

use super::*;
use proptest::prelude::*;

fn field(name: &str, page: &str) -> Vec<String> {
    Html::field(name).matches(page.as_bytes()).map(Cow::into_owned).collect()
}

#[test]
fn inputs_are_found_however_they_are_written() {
    for page in [
        r#"<input type="hidden" name="t" value="v">"#,
        "<INPUT value='v' NAME='t' />",
        "<form><input\n\tname=t\n\tvalue=v></form>",
        "<input name = \"t\" value = \"v\" value=\"w\">",
        "<input data-x=\"a>b\" name=t value=v>",
        "<input/value=v/ name=t>",
        "<p <b><input value=v name=t>",
    ] {
        let expected = if page.contains("v/") { "v/" } else { "v" };
        assert_eq!(field("t", page), [expected], "{page}");
    }
    assert!(field("t", "<input name=t value=v").is_empty());
    assert_eq!(field("a&b", "<input name=a&amp;b value='&#39;&lt;'><input name=A&amp;B value=no>"), ["'<"]);
    assert_eq!(field("t", "<input name=t value=1><input name=t><input name=t value>"), ["1", "", ""]);
}

#[test]
fn what_only_looks_like_a_tag_is_none() {
    let page = "<!-- <input name=t value=1> --><!--><script>'<input name=t value=2>'</script>\
        <style><input name=t value=3></STYLE ><title><input name=t value=4></title>\
        <!doctype html><?x <input name=t value=5>?>< input name=t value=6></input name=t value=7>\
        <input title='<input name=t value=8>'><inputs name=t value=9>1<2<input name=t value=yes>";
    assert_eq!(field("t", page), ["yes"]);
    assert!(field("t", "<!-- <input name=t value=1>").is_empty());
    assert!(field("t", "<script><input name=t value=1>").is_empty());
    assert!(field("t", "<a title='><input name=t value=1>").is_empty());
}

#[test]
fn boxes_count_when_they_are_checked() {
    let page = "<input type=radio name=t value=1><input type=RADIO name=t value=2 checked>\
        <input type=checkbox name=t checked=''><input type=checkbox name=t>";
    assert_eq!(field("t", page), ["2", "on"]);
}

#[test]
fn areas_and_selects_give_what_would_be_sent() {
    assert_eq!(field("t", "<textarea name=t>\n<b>x</b> &amp;\n</TextArea>"), ["<b>x</b> &\n"]);
    assert_eq!(field("t", "<select name=t><option value=1>a<option selected> b  c </select>"), ["b c"]);
    assert_eq!(field("t", "<select name=t><option disabled>pick<option>a<option>b</select><option selected>"), ["a"]);
    assert_eq!(field("t", "<select name=t><option>a"), ["a"]);
    assert_eq!(field("t", "<select name=t multiple><option>a</select><select name=u><option>b</select>"), [""; 0]);
    assert_eq!(
        field("t", "<select multiple name=t><option selected>a</option><option selected value=>b</option></select>"),
        ["a", ""]
    );
}

#[test]
fn metas_are_found_by_name_or_property() {
    let page = b"<meta content='a' name=csrf><meta property='csrf' content=b><input name=csrf value=c>";
    assert_eq!(Html::meta("csrf").matches(page).collect::<Vec<_>>(), ["a", "b"]);
}

proptest! {
    #[test]
    fn any_value_survives_being_written_into_a_field(value in ".*", before in "[^<]*") {
        let escaped = value.replace('&', "&amp;").replace('"', "&quot;");
        prop_assert_eq!(field("t", &format!("{before}<input name=t value=\"{escaped}\">")), [value]);
    }
}
