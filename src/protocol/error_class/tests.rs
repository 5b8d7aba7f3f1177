//! The closed list of classes.

use super::*;

#[test]
fn labels_are_unique() {
    let labels: std::collections::BTreeSet<_> = ErrorClass::ALL.iter().map(|class| class.label()).collect();
    assert_eq!(labels.len(), ErrorClass::ALL.len());
}

#[test]
fn the_phase_decides_the_class() {
    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
    assert_eq!(ErrorClass::of_io(Phase::Send, &reset), ErrorClass::Send);
    assert_eq!(ErrorClass::of_io(Phase::Wait, &reset), ErrorClass::Reset);
    assert_eq!(ErrorClass::of_io(Phase::Body, &reset), ErrorClass::Body);
    assert_eq!(ErrorClass::of_io(Phase::Connect, &io::Error::from_raw_os_error(24)), ErrorClass::NoSocket);
}
