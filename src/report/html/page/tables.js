// Tables: scenarios, steps and their stages, checks, errors, metrics, outputs.

import { bytes, count, duration, rate, share, significant, visible } from "./format.js";
import { datum, h } from "./dom.js";
import { tablePart } from "./table.js";
import { statistics } from "./verdict.js";

// A column of numbers.
function numbers(key, label, shown, title) {
  return { key, label, number: true, title, show: (row) => datum(row[key], shown) };
}

const SHARE_FAILED = { key: "failed_rate", label: "Failed", number: true,
  show: (row) => datum(row.failed_rate, share, { class: row.failed > 0 ? "is-bad" : null }) };

const ONLY_FAILED = { label: "only failed", keeps: (row) => (row.failed ?? row.fails) > 0 };

// A part that is a table; nothing without rows.
function tableSection(id, title, columns, rows, more = {}) {
  return rows.length === 0 ? null : tablePart({ id, title, columns, rows, ...more });
}

export function scenarios(data) {
  const own = data.summary.loadagent;
  const rows = own.scenarios.map((scenario, place) => {
    const steps = own.steps.filter((step) => step.scenario === scenario.name);
    const requests = steps.reduce((sum, step) => sum + step.requests, 0);
    const failed = steps.reduce((sum, step) => sum + step.failed, 0);
    return { ...scenario, ...data.offers[place], requests, failed, failed_rate: requests > 0 ? failed / requests : null };
  });
  const columns = [
    { key: "name", label: "Scenario", wide: true },
    { key: "load", label: "Load", wide: true },
    { key: "model", label: "Model" },
    numbers("active_ms", "Active for", duration),
    numbers("due", "Due", count, "Arrivals of the open model"),
    { key: "dropped", label: "Dropped", number: true, show: (row) => datum(row.dropped, count, { class: row.dropped > 0 ? "is-bad" : null }) },
    numbers("requests", "Requests", count),
    SHARE_FAILED,
  ];
  return tableSection("scenarios", "Scenarios", columns, rows);
}

// The statistics of a trend as cells of a row.
function spread(values) {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [`stat ${name}`, value]));
}

export function steps(data) {
  const own = data.summary.loadagent;
  const chosen = statistics(data).filter((name) => name !== "min" && name !== "avg");
  const names = [...chosen.filter((name) => name !== "max"), ...chosen.filter((name) => name === "max")];
  const rows = own.steps.map((step) => ({ ...step, ...spread(step.response_time_ms), tone: step.failed > 0 ? "has-failed" : null,
    status: Object.entries(step.statuses).map(([status, number]) => `${status}: ${count(number)}`).join(", ") }));
  const many = new Set(own.steps.map((step) => step.scenario)).size > 1;
  const columns = [
    { key: "name", label: "Step", wide: true },
    many && { key: "scenario", label: "Scenario" },
    { key: "method", label: "Method" },
    numbers("requests", "Requests", count),
    numbers("rate", "Rate", rate, "While its scenario was active"),
    SHARE_FAILED,
    ...names.map((name) => numbers(`stat ${name}`, name === "med" ? "p50" : name.replace(/[()]/g, ""), duration, `Response time, ${name}`)),
    { key: "status", label: "Status", wide: true },
  ].filter(Boolean);
  return tableSection("steps", "Steps", columns, rows, { filters: [ONLY_FAILED], intro: "Response times count from the time at which a request was due." });
}

export function stages(data) {
  const columns = [
    { key: "name", label: "Step", wide: true },
    { key: "scenario", label: "Scenario" },
    { key: "stage", label: "Stage", number: true },
    numbers("requests", "Requests", count),
    SHARE_FAILED,
    ...["p50", "p95", "p99", "max"].map((name) => numbers(name, name, duration)),
  ];
  return tableSection("stages", "Steps by stage", columns, data.stages, { filters: [ONLY_FAILED] });
}

export function checks(data) {
  const rows = data.checks.map((check) => ({ ...check, total: check.passes + check.fails, rate: check.fails / (check.passes + check.fails) }));
  const columns = [
    { key: "name", label: "Check", wide: true },
    { key: "step", label: "Step", wide: true },
    { key: "scenario", label: "Scenario" },
    { key: "fails", label: "Failed", number: true, show: (row) => datum(row.fails, count, { class: row.fails > 0 ? "is-bad" : null }) },
    numbers("total", "Of", count),
    { key: "rate", label: "Share", number: true, show: (row) => datum(row.rate, share, { class: row.fails > 0 ? "is-bad" : null }) },
  ];
  return tableSection("checks", "Checks", columns, rows, { filters: [ONLY_FAILED], sortBy: "fails" });
}

export function errorTable(data) {
  const rows = data.summary.loadagent.errors.map((error) => ({ ...error, at: error.first?.at_ms ?? null, reason: error.first?.reason ?? "" }));
  const columns = [
    { key: "class", label: "Error", wide: true, show: (row) => [h("b", {}, visible(row.class)), h("small", {}, ` ${visible(row.meaning)}`)] },
    numbers("status", "Status", String),
    { key: "name", label: "Step", wide: true },
    { key: "scenario", label: "Scenario" },
    numbers("count", "Count", count),
    numbers("at", "First after", duration),
    { key: "reason", label: "First reason", wide: true },
  ];
  return tableSection("errors", "Errors", columns, rows, { sortBy: "count" });
}

const FAMILIES = [["http_", "HTTP"], ["sse_", "Event streams"], ["llm_", "Answers of language models"], ["ws_", "WebSockets"], ["rpc_", "JSON-RPC calls"], ["mcp_", "MCP"],
  ["job_", "Jobs"], ["iteration", "Iterations"], ["generator_", "Generator"], ["output_", "Outputs"]];
const RUN = ["checks", "data_sent", "data_received", "dropped_iterations", "schedule_lag", "vus", "vus_max", "target_rate", "stage_active", "run_info", "series_folded"];

function family(name) {
  const known = FAMILIES.find(([start]) => name.startsWith(start));
  return known ? known[1] : RUN.includes(name) || name.startsWith("interrupted_") || name.startsWith("resent_") ? "Run" : "Custom";
}

function allMetrics(data) {
  // Part of a metric that a threshold picks has an entry of its own, which stands beside its threshold.
  return Object.entries(data.summary.metrics).filter(([name]) => !name.includes("{"));
}

export function trends(data) {
  const names = statistics(data);
  const rows = allMetrics(data).filter(([, metric]) => metric.type === "trend" && metric.values.count > 0).map(([name, metric]) =>
    ({ name, family: family(name), contains: metric.contains, count: metric.values.count, ...spread(metric.values) }));
  const show = (key) => (row) => datum(row[key], row.contains === "time" ? duration : significant);
  const columns = [
    { key: "name", label: "Metric", wide: true },
    { key: "family", label: "Of" },
    numbers("count", "Count", count),
    ...names.map((name) => ({ key: `stat ${name}`, label: name === "med" ? "p50" : name.replace(/[()]/g, ""), number: true, show: show(`stat ${name}`) })),
  ];
  return tableSection("distributions", "Distributions", columns, rows);
}

export function counters(data) {
  const rows = allMetrics(data).filter(([, metric]) => metric.type !== "trend").map(([name, metric]) => ({ name, family: family(name), type: metric.type, ...level(metric) }));
  const columns = [
    { key: "name", label: "Metric", wide: true },
    { key: "family", label: "Of" },
    { key: "type", label: "Type" },
    { key: "value", label: "Value", number: true, show: (row) => datum(row.value, row.shown) },
    { key: "note", label: "Rate, range or part", number: true },
  ];
  return tableSection("counts", "Counts and levels", columns, rows);
}

function level({ type, contains, values }) {
  const plain = contains === "data" ? bytes : significantOrCount;
  if (type === "counter") return { value: values.count, shown: plain, note: contains === "data" ? `${bytes(values.rate)}/s` : rate(values.rate) };
  if (type === "rate") return { value: values.rate, shown: share, note: `${count(values.passes)} of ${count(values.passes + values.fails)}` };
  return { value: values.value, shown: plain, note: values.max === undefined ? "" : `${plain(values.min)} to ${plain(values.max)}` };
}

function significantOrCount(value) {
  return Number.isInteger(value) ? count(value) : significant(value);
}

export function outputs(data) {
  const own = data.summary.loadagent;
  const rows = own.outputs.map((output) => ({ ...output, state: output.complete ? "complete" : own.outputs_pending ? "delivering" : "incomplete" }));
  const columns = [
    { key: "name", label: "Output", wide: true },
    { key: "state", label: "State", show: (row) => h("span", { class: row.complete ? "mark good" : "mark bad" }, `${row.complete ? "✓" : "✗"} ${row.state}`) },
    ...["sent", "acknowledged", "retried", "rejected", "spooled", "lost"].map((key) => numbers(key, key[0].toUpperCase() + key.slice(1), count)),
    { key: "last_error", label: "Last error", wide: true },
  ];
  return tableSection("outputs", "Outputs", columns, rows, { intro: "Samples that receivers acknowledged. What is spooled can be sent with loadagent replay." });
}
