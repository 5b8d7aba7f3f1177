//! Stages as k6 writes them: a list of `{duration, target}`.

use crate::{
    plan::schedule::Stage,
    profile::{
        grammar::{Key, Section, Type},
        node::Node,
        reader::{MapReader, Reading},
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

/// The stages that must be there.
pub(super) fn read_stages(
    reading: &Reading,
    map: &mut MapReader<'_>,
    read_target: impl Fn(&Node) -> Option<f64>,
) -> Option<Vec<Stage>> {
    let node = map.need(reading, "stages", "[{duration: 1m, target: 10}]")?;
    read_list(reading, node, read_target)
}

/// A list of `{duration, target}`; None when there were errors.
pub(super) fn read_list(
    reading: &Reading,
    node: &Node,
    read_target: impl Fn(&Node) -> Option<f64>,
) -> Option<Vec<Stage>> {
    let mut stages = Vec::new();
    let items = reading.list(node, "stages");
    for item in items {
        let mut stage = reading.section(item, "this stage", &STAGE);
        let duration = stage.need(reading, "duration", "1m").and_then(|node| reading.duration(node, "duration"));
        let target = stage.need(reading, "target", "10").and_then(&read_target);
        stage.finish(reading);
        if let (Some(duration), Some(target)) = (duration, target) {
            stages.push(Stage { duration, target });
        }
    }
    if items.is_empty() {
        reading.error(
            node.place,
            "`stages` is empty",
            Some("for example `stages: [{duration: 1m, target: 10}]`".to_owned()),
        );
    }
    (!stages.is_empty() && stages.len() == items.len()).then_some(stages)
}
