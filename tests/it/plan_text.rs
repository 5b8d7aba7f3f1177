//! What `check` prints of a plan.

use super::support::Bench;

const EVERY_STEP: &str = "
name: all
base_url: http://127.0.0.1:1
auth: {login: {token: {post: /token}}}
metrics: {orders: counter, took: {kind: trend, unit: ms}}
data: {people: {rows: [{id: 1}]}}
flows: {buy: [{post: /buy, name: purchase}]}
setup: [{get: /health}]
rate: 1
duration: 1s
scenarios:
  s:
    user: {cart: []}
    on_start: [{get: /login, auth: login, check: [{status: 200}, {name: is fine, contains: ok}], extract: {t: $.t}}]
    on_stop: [{get: /logout}]
    flow:
      - row: people
      - get: '/items/${people.id}?x=1'
        name: '${people.id}'
        retry: 2
      - if: status != 200
        then: [{end: iteration}]
        else: [{metric: {orders: 1}}, {check: {status: 200}}]
      - group: outer
        steps: [{group: inner, steps: [{set: {a: 1, b: 2}}, {think: 1s..2s}]}]
      - repeat: 2..3
        steps: [{chance: 30%, steps: [{end: loop}]}]
      - foreach: [1, 2]
        as: n
        steps: [{use: buy}]
      - while: status == 202
        max: 5
        steps: [{get: /job}]
      - parallel: 10
        width: 3
        steps: [{get: /p}]
      - parallel: [[{get: /a}], [{get: /b}]]
      - choose: [{weight: 3, steps: [{get: /often}]}, {steps: [{get: /rare}]}]
      - poll: {get: /job}
        until: status == 200
        on_timeout: [{fail: 'too late ${vu}'}]
      - after: 1s
        steps: [{get: /later}]
      - every: 30s
        steps: [{get: /heartbeat}]
      - measure: took
        steps: [{get: /m}]
      - push: 1
        to: cart
      - pick: cart
        steps: [{get: '/cart/${item}'}]
        else: [{abort: nothing}]
      - remove: 1
        from: cart
";

const TREE: &str = "
    on_start:
      GET /login
        auth login (when needed)
        extract t
        check status is 200
        check is fine
    flow:
      row people
      GET /items/{people.id} ({people.id})
        retry up to 2 times
      if status != 200: end iteration
      else:
        metric orders
        check status is 200
      group outer:
        group inner:
          set a, b
          think 1s to 2s
      repeat 2..3 times:
        chance 30%: end loop
      foreach n of 2 items:
        use buy:
          POST /buy (purchase)
      while status == 202, at most 5 rounds:
        GET /job
      parallel 10, 3 at a time:
        GET /p
      parallel:
        branch 1:
          GET /a
        branch 2:
          GET /b
      choose:
        75%:
          GET /often
        25%:
          GET /rare
      poll until status == 200, every 1s, for at most 30s:
        GET /job
      on_timeout:
        fail: too late {vu}
      after 1s, beside what follows:
        GET /later
      every 30s:
        GET /heartbeat
      measure took:
        GET /m
      push to cart
      pick from cart:
        GET /cart/{item}
      else:
        abort: nothing
      remove from cart
    on_stop:
      GET /logout
";

#[test]
fn the_steps_are_an_indented_tree() {
    let bench = Bench::new();
    bench.write("p.yaml", EVERY_STEP);
    let ran = bench.run(&["check", "p.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains(TREE), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n  setup\n    once before the load, within 1m\n    GET /health\n"), "{}", ran.stdout);
}
