//! Stages in k6's form: a list of `{duration, target}`.

use crate::{
    plan::schedule::Stage,
    profile::{
        grammar::{Key, Section, Type},
        node::Node,
        reader::{MapReader, Reader},
    },
};

/// The value of `stages`.
pub(super) static STAGES: Type = Type::List(&Type::Map(&STAGE));

/// A stage of a load.
pub(in crate::profile) static STAGE: Section = Section::new(
    "stage",
    "A stage of a load: users or the rate change linearly to `target`.",
    &[&[
        Key::required("duration", Type::Duration, "length of the stage; 0s is a jump"),
        Key::required("target", Type::Number, "users, or arrivals per second, at its end"),
    ]],
);

/// The required key `stages`.
pub(super) fn read_stages(
    reader: &Reader,
    map: &mut MapReader<'_>,
    read_target: impl Fn(&Node) -> Option<f64>,
) -> Option<Vec<Stage>> {
    let node = map.need(reader, "stages", "[{duration: 1m, target: 10}]")?;
    read_list(reader, node, read_target)
}

/// A list of `{duration, target}`; None after errors.
pub(super) fn read_list(
    reader: &Reader,
    node: &Node,
    read_target: impl Fn(&Node) -> Option<f64>,
) -> Option<Vec<Stage>> {
    let mut stages = Vec::new();
    let items = reader.list(node, "stages");
    for item in items {
        let mut stage = reader.section(item, "this stage", &STAGE);
        let duration = stage.need(reader, "duration", "1m").and_then(|node| reader.duration(node, "duration"));
        let target = stage.need(reader, "target", "10").and_then(&read_target);
        stage.finish(reader);
        if let (Some(duration), Some(target)) = (duration, target) {
            stages.push(Stage { duration, target });
        }
    }
    if items.is_empty() {
        reader.error(
            node.position,
            "`stages` is empty",
            Some("for example `stages: [{duration: 1m, target: 10}]`".to_owned()),
        );
    }
    (!stages.is_empty() && stages.len() == items.len()).then_some(stages)
}
