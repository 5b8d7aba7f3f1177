//! What is remembered of servers.

use super::{Known, MAX_SERVERS, ServerAddress};

#[test]
fn more_servers_are_not_remembered() {
    let known = Known::default();
    let address = |number: usize| ServerAddress { origin: 0, target: format!("/{number}").into() };
    (0..MAX_SERVERS + 10).for_each(|number| known.learn(&address(number), number));
    known.learn(&address(0), 7);
    assert_eq!(known.of(&address(0)), Some(0));
    assert_eq!(known.of(&address(MAX_SERVERS)), None);
}
