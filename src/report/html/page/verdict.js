// The answer: the verdict in words, why, the numbers of the whole run, and the thresholds with their distance.

import { count, duration, rate, share } from "./format.js";
import { datum, h } from "./dom.js";
import { tablePart } from "./table.js";

export function verdict(data) {
  const { headline, summary } = data;
  const own = summary.loadagent;
  const targets = own.targets.length > 1 ? `${own.targets[0]} and ${own.targets.length - 1} more` : own.targets[0];
  const notes = [
    ...own.reasons.map(({ code, reason }) => h("li", { class: "reason" }, h("span", {}, reason), !data.live && h("small", {}, `exit code ${code}`))),
    ...own.validity.warnings.map((warning) => h("li", { class: "warning" }, h("span", {}, warning))),
  ];
  return h("section", { class: "verdict", "aria-labelledby": "verdict-title" },
    h("p", { class: "run" }, h("b", {}, own.profile), targets && [" → ", h("span", { class: "target" }, targets)]),
    h("h1", { id: "verdict-title" }, headline.title),
    h("p", { class: "sentence" }, headline.sentence),
    notes.length > 0 && h("ul", { class: "notes", "aria-label": "Reasons and warnings" }, notes),
    h("p", { class: "when" }, h("span", {}, when(own.started_at)), h("span", {}, headline.length), h("span", {}, `run ${own.run_id}`),
      !data.live && h("span", {}, `exit code ${own.exit_code}`)),
    figures(data));
}

function when(text) {
  const [day, time] = text.replace("Z", "").split("T");
  return `${day} ${time.slice(0, 8)} UTC`;
}

// The names of the statistics that `--summary-trend-stats` chose.
export function statistics(data) {
  const trend = Object.values(data.summary.metrics).find((metric) => metric.type === "trend");
  return trend ? Object.keys(trend.values).filter((name) => name !== "count") : [];
}

function figures(data) {
  const { metrics, state, loadagent: own } = data.summary;
  const tiles = [];
  const tile = (label, value, ...below) => tiles.push(h("div", { class: "figure" }, h("dt", {}, label), h("dd", {}, value, h("small", {}, below))));
  const attempts = metrics.http_req_failed?.values;
  if (attempts) {
    const all = attempts.passes + attempts.fails;
    tile("Requests", datum(all, count), rate(all / Math.max(0.001, state.testRunDurationMs / 1000)));
    tile("Failed", datum(attempts.rate, share, { class: attempts.passes > 0 ? "is-bad" : null }), `${count(attempts.passes)} of ${count(all)}`);
  }
  const times = metrics.http_req_response_time?.values ?? {};
  const shown = [["med", "p50"], ["p(95)", "p95"], ["p(99)", "p99"], ["max", "max"], ["p(90)", "p90"], ["avg", "mean"], ["min", "min"]];
  const sizes = { p50: "half are faster", p95: "1 of 20 is slower", p99: "1 of 100 is slower", max: "the slowest one" };
  for (const [key, label] of shown.filter(([key]) => times[key] !== undefined && times[key] !== null).slice(0, 3)) {
    tile(`Response time ${label}`, datum(times[key], duration), sizes[label] ?? "");
  }
  const { offered, dropped } = own.validity;
  if (offered > 0) {
    tile("Dropped arrivals", datum(dropped, count, { class: dropped > 0 ? "is-bad" : null }), `of ${count(offered)} due`);
  }
  if (!attempts && metrics.iterations) tile("Iterations", datum(metrics.iterations.values.count, count), rate(metrics.iterations.values.rate));
  if (metrics.vus_max) tile("Users", datum(metrics.vus_max.values.max ?? metrics.vus_max.values.value, count), "at most");
  return tiles.length > 0 && h("dl", { class: "figures" }, tiles);
}

const MARKS = { passed: "✓", failed: "✗", "no data": "✗", missed: "–", "not yet": "–", "not run": "–" };
const TONES = { passed: "good", failed: "bad", "no data": "bad" };

export function thresholds(data) {
  if (data.thresholds.length === 0) return null;
  // While the run goes on, data may still come.
  const statusOf = (one) => (data.live && one.status === "no data" ? "not yet" : one.status);
  const rows = data.thresholds.map((one) => ({ ...one, status: statusOf(one), name: one.metric, ratio: one.bound > 0 ? one.observed / one.bound : null,
    order: ["failed", "no data", "missed", "not yet", "passed", "not run"].indexOf(statusOf(one)) }));
  const columns = [
    { key: "order", label: "Result", show: (row) => h("span", { class: `mark ${TONES[row.status] ?? ""}` },
      h("span", { "aria-hidden": "true" }, MARKS[row.status]), h("span", { class: row.status === "passed" ? "hidden" : "" }, ` ${row.status}`)) },
    { key: "metric", label: "Threshold", wide: true, head: true, show: (row) => h("span", { class: "condition" }, h("span", {}, row.metric), h("b", {}, row.condition),
      row.tier && h("small", {}, row.tier), row.by_flag && h("small", {}, "--threshold")) },
    { key: "observed", label: "Seen", number: true, show: (row) => [h("data", { value: row.observed ?? "" }, row.seen?.split(" = ").at(-1) ?? "no data"), worst(row)] },
    { key: "ratio", label: "Distance", number: true, show: distance },
  ];
  return tablePart({ id: "thresholds", title: "Thresholds", columns, rows, saved: ["status", "metric", "condition", "observed", "bound", "distance"], sortBy: "order", descending: false });
}

function worst(row) {
  if (!row.worst_ms) return null;
  return h("small", {}, ` worst window ${row.worst_ms.map(duration).join(" to ")}`);
}

// A bar whose middle is the bound.
function distance(row) {
  if (row.ratio === null || row.observed === null) return row.distance ?? "";
  const filled = Math.min(100, row.ratio * 50);
  return h("span", { class: "distance" }, h("span", { class: "bar", "aria-hidden": "true", style: `--filled: ${filled.toFixed(1)}%`,
    "data-tone": TONES[row.status] ?? "plain" }), h("span", {}, row.distance ?? ""));
}
