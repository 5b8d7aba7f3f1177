// Builds the page from the data in the file.

import { visible } from "./format.js";
import { append, h } from "./dom.js";
import { thresholds, verdict } from "./verdict.js";
import { chartSection } from "./charts.js";
import { checks, counters, errorTable, outputs, scenarios, stages, steps, trends } from "./tables.js";
import { events, findings, runDetails } from "./details.js";

const PARTS = [thresholds, findings, chartSection, scenarios, steps, stages, checks, errorTable, trends, counters, events, outputs, runDetails];

function page(data) {
  const own = data.summary.loadagent;
  const parts = PARTS.map((part) => part(data)).filter(Boolean);
  const links = parts.map((part) => h("li", {}, h("a", { href: `#${part.id}` }, part.querySelector("h2").textContent)));
  return [
    h("header", { class: "topbar" }, h("a", { class: "chip", href: "#verdict-title" }, data.headline.title), h("span", { class: "name" }, own.profile),
      h("nav", { "aria-label": "Parts of the report" }, h("ul", {}, links))),
    h("main", {}, verdict(data), parts),
    h("footer", {}, `loadagent ${visible(own.version)}. Response times count from the time at which a request was due, so waiting caused by an overloaded target is part of them.`),
  ];
}

append(document.getElementById("page"), page(JSON.parse(document.getElementById("data").textContent)));
document.documentElement.dataset.ready = "yes";
