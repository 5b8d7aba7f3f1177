// The page: its parts put together, and brought up to date.

import { visible } from "./format.js";
import { append, h, section } from "./dom.js";
import { thresholds, verdict } from "./verdict.js";
import { chartSection } from "./charts.js";
import { checks, counters, errorTable, outputs, scenarios, stages, steps, trends } from "./tables.js";
import { events, findings, runDetails } from "./details.js";

const PARTS = [thresholds, findings, chartSection, scenarios, steps, stages, checks, errorTable, trends, counters, events, outputs, runDetails];

// A part is {id, title, build}: build gives its nodes, and update(part), which leaves what a reader has sorted, opened or typed.
// `below` stands below the verdict, `beside` in the bar on top.
export function page(data, { below, beside } = {}) {
  const own = data.summary.loadagent;
  const chip = h("a", { class: "chip", href: "#verdict-title" });
  const links = h("ul");
  const main = h("main", {}, below);
  const shown = new Map();
  let top = null;

  function update(next) {
    document.documentElement.dataset.tone = next.headline.tone;
    chip.textContent = next.headline.title;
    const answer = verdict(next);
    if (top) top.replaceWith(answer);
    else main.prepend(answer);
    top = answer;
    let last = below ?? top;
    const many = shown.size;
    for (const part of PARTS.map((make) => make(next)).filter(Boolean)) {
      const known = shown.get(part.id);
      if (known) known.update?.(part);
      else mount(part, last);
      last = shown.get(part.id).element;
    }
    if (shown.size > many) {
      const all = [...main.querySelectorAll("section[id]")];
      links.replaceChildren(...all.map((one) => h("li", {}, h("a", { href: `#${one.id}` }, one.querySelector("h2").textContent))));
    }
  }

  function mount(part, last) {
    const { nodes, update: bring } = part.build();
    const element = section(part.id, part.title, nodes);
    last.after(element);
    shown.set(part.id, { element, update: bring });
  }

  update(data);
  const nodes = [
    h("header", { class: "topbar" }, chip, h("span", { class: "name" }, own.profile), beside, h("nav", { "aria-label": "Parts of the report" }, links)),
    main,
    append(h("footer"), [`loadagent ${visible(own.version)}. Response times count from the time at which a request was due, so waiting caused by an overloaded target is part of them.`]),
  ];
  return { nodes, update };
}
