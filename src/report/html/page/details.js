// What was run, on what, and what happened besides.

import { bytes, clock, count, duration, visible } from "./format.js";
import { append, button, download, h } from "./dom.js";
import { tablePart } from "./table.js";

// Findings of the analysis in words: a line with the least indentation begins a group.
export function findings(data) {
  if (data.findings.length === 0) return null;
  const least = Math.min(...data.findings.map((line) => line.depth));
  const groups = [];
  for (const { depth, text } of data.findings) {
    if (depth === least || groups.length === 0) groups.push([]);
    groups.at(-1).push(h("p", { class: depth === least ? "about" : null }, text));
  }
  return { id: "findings", title: "Findings", build: () => ({ nodes: h("ul", { class: "findings" }, groups.map((lines) => h("li", {}, lines))) }) };
}

function pair(name, value) {
  return value !== null && value !== undefined && value !== "" && h("div", {}, h("dt", {}, visible(name)), h("dd", {}, value));
}

export function events(data) {
  const own = data.summary.loadagent;
  const rows = [...own.control.map((command) => ({ at: command.at_ms, kind: "control command", text: command.command })),
    ...own.events.map((event) => ({ at: event.at_ms, kind: "scenario", text: event.event }))].toSorted((one, other) => one.at - other.at);
  if (rows.length === 0) return null;
  const columns = [{ key: "at", label: "At", number: true, show: (row) => clock(row.at) }, { key: "kind", label: "Kind" }, { key: "text", label: "Event", wide: true }];
  return tablePart({ id: "events", title: "Events", columns, rows });
}

export function runDetails(data) {
  return { id: "run", title: "Run", data, build: () => {
    let latest = data;
    const list = h("dl", { class: "pairs" }, facts(data));
    const profile = data.profile && h("details", { class: "profile" }, h("summary", {}, "Profile"),
      h("p", { class: "intro" }, "Secrets are struck out."), h("pre", { tabindex: "0", role: "region", "aria-label": "Profile" }, profileLines(data.profile)));
    const save = button("Download summary.json", null, () => download("summary.json", "application/json", JSON.stringify(latest.summary, null, 2)));
    const update = (part) => {
      latest = part.data;
      list.replaceChildren();
      append(list, facts(latest));
    };
    return { nodes: [list, profile, h("p", {}, save)], update };
  } };
}

function facts(data) {
  const own = data.summary.loadagent;
  const { generator, lag_ms: lag } = own.validity;
  const own_labels = ["run_id", "profile", "instance"];
  const labels = data.labels.filter(([name]) => !own_labels.includes(name)).map(([name, value]) => `${name}=${value}`);
  return [
    pair("Run", own.run_id), pair("Profile", own.profile), pair("Targets", own.targets.join(", ")), pair("Instance", own.instance),
    pair("Started", own.started_at), pair("Length", data.headline.length), pair("Planned", duration(data.planned_ms)), pair("Seed", String(own.seed)),
    pair("Tags", labels.join(", ")), pair("Version", `loadagent ${own.version}`),
    pair("Workers", generator.workers === null ? null : count(generator.workers)),
    pair("CPU", `${duration(generator.cpu_seconds * 1000)}, of them ${duration(generator.worker_cpu_seconds * 1000)} by workers`),
    pair("Memory", generator.rss_peak_bytes === null ? bytes(generator.rss_bytes) : `${bytes(generator.rss_peak_bytes)} at most`),
    pair("CPU throttled", generator.throttled_seconds > 0 ? duration(generator.throttled_seconds * 1000) : null),
    pair("Schedule lag", lag && `p50 ${duration(lag.p50)}, p99 ${duration(lag.p99)}, max ${duration(lag.max)}`),
  ];
}

// The lines of a file stay lines; all else that is hidden is shown.
function profileLines(text) {
  return text.split("\n").flatMap((line) => [document.createTextNode(visible(line)), document.createTextNode("\n")]);
}
