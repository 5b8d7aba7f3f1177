// How far the run is, and its last second in numbers.

import { clock, count, duration, rate, several, share } from "./format.js";
import { h } from "./dom.js";

export function progress() {
  const bar = h("progress", { "aria-label": "Time of the load", max: "1", value: "0" });
  const text = h("p", { class: "second" });
  const element = h("div", { class: "progress" }, bar, text);
  function update(status) {
    bar.max = Math.max(0.001, status.planned);
    bar.value = Math.min(status.elapsed, status.planned);
    const parts = [`${clock(status.elapsed * 1000)} of ${clock(status.planned * 1000)}`, several(status.users, "user"), `requests ${rate(status.rps)}`,
      `${share(status.failed)} of ${count(status.requests)} failed`, status.p95 !== undefined && `p95 ${duration(status.p95)}`];
    text.replaceChildren(...parts.filter(Boolean).map((part) => h("span", {}, part)));
  }
  return { element, update };
}
