// The charts: what was asked of the target over time, and how it answered.

import { bytes, clock, count, duration, rate, several, share, short, significant, visible } from "./format.js";
import { h } from "./dom.js";
import { chart } from "./chart.js";
import { heatmap } from "./heatmap.js";

const ERROR_COLOURS = ["e1", "e2", "e3", "e4", "e5", "e6"];

// Of a run in progress, the last part can be looked at alone: milliseconds.
const RANGES = [["the whole run", 0], ["the last 10 minutes", 600000], ["the last 5 minutes", 300000], ["the last minute", 60000]];

export function chartSection(data) {
  return data.timeline.from.length === 0 ? null : { id: "time", title: "Over time", data, build: () => chartGrid(data) };
}

function chartGrid(first) {
  let data = first;
  const grid = h("div", { class: "charts" });
  const shown = new Map();
  const chosen = { place: 0, range: 0 };

  function draw() {
    const timeline = chosen.range > 0 ? tail(data.timeline, chosen.range) : data.timeline;
    const specs = chartsOf({ ...data, timeline }, timeline.scopes[chosen.place]);
    for (const [id, figure] of shown) {
      if (specs.some((spec) => spec.id === id)) continue;
      figure.forget();
      figure.remove();
      shown.delete(id);
    }
    specs.forEach((spec, place) => {
      const known = shown.get(spec.id);
      if (known) {
        known.update(spec);
        return;
      }
      const made = chart(spec);
      grid.insertBefore(made, grid.children[place] ?? null);
      shown.set(spec.id, made);
    });
  }

  const pick = (label, names, choose) => names.length > 1 && h("label", { class: "picker" }, `${label} `, h("select", { onchange: (event) => {
    choose(Number(event.target.value));
    draw();
  } }, names.map(([name, value]) => h("option", { value }, name))));
  const scenario = pick("Scenario", data.timeline.scopes.map((scope, place) => [scope.name ?? "all scenarios", place]), (place) => { chosen.place = place; });
  const range = data.live && pick("Show", RANGES, (range) => { chosen.range = range; });
  draw();
  return { nodes: [h("div", { class: "pickers" }, scenario, range), grid], update: (part) => draw((data = part.data)) };
}

// The last milliseconds of a timeline.
function tail(timeline, range) {
  const first = timeline.to.findIndex((to) => to > timeline.to.at(-1) - range);
  const cut = (value) => (Array.isArray(value) ? value.slice(first) : value);
  const all = (columns) => Object.fromEntries(Object.entries(columns).map(([key, value]) => [key, cut(value)]));
  const scopes = timeline.scopes.map((scope) => ({ ...all(scope), errors: all(scope.errors) }));
  return { ...timeline, from: cut(timeline.from), to: cut(timeline.to), scopes };
}

function chartsOf(data, scope) {
  const base = { ...frameOf(data, scope), scope };
  return [load(data, base), requests(base), responseTimes(base), distribution(data, base), errors(base), users(base), lag(base), traffic(base), cpu(base)].filter(Boolean);
}

// Points of time, stages and events, which all charts share.
function frameOf(data, scope) {
  const { from, to, stages } = data.timeline;
  const own = scope.name === null ? stages : stages.filter((stage) => stage.scenario === scope.name);
  // Stages of scenarios that differ would lie over each other.
  const one = own.every((stage) => stage.scenario === own[0].scenario);
  const bands = one ? own.map((stage) => ({ from: stage.from, to: stage.to, label: stage.stage })) : [];
  const ours = data.summary.loadagent;
  const isOurs = (text) => scope.name === null || text.startsWith(`${scope.name}: `);
  const marks = [...ours.control.map((command) => ({ at: command.at_ms, text: command.command })),
    ...ours.events.filter((event) => isOurs(event.event)).map((event) => ({ at: event.at_ms, text: event.event }))];
  return { from, to, bands, marks: marks.filter((mark) => mark.at >= from[0] && mark.at <= to.at(-1)).map((mark) => ({ ...mark, text: `${clock(mark.at)} ${mark.text}` })) };
}

function seconds(base, at) {
  return Math.max(0.001, (base.to[at] - base.from[at]) / 1000);
}

function perSecond(base, counts) {
  return counts?.map((number, at) => number / seconds(base, at));
}

function sum(values) {
  return values.reduce((total, value) => total + (value ?? 0), 0);
}

// Where a line is highest: [value, point].
function peak(values) {
  return values.reduce((best, value, at) => ((value ?? -1) > best[0] ? [value, at] : best), [-1, 0]);
}

function linesChart(base, { id, title, summary, lines, show, axis, log }) {
  const kept = lines.filter((line) => line.values);
  if (kept.length === 0) return null;
  const rows = () => [["from_ms", "to_ms", ...kept.map((line) => line.name)],
    ...base.from.map((from, at) => [from, base.to[at], ...kept.map((line) => line.values[at] ?? null)])];
  return { ...base, id, title, summary, lines: kept, show, axis, log, rows };
}

function load(data, base) {
  const { scope } = base;
  if (!scope.iterations && !scope.due) return null;
  const started = scope.due?.map((due, at) => due - (scope.dropped?.[at] ?? 0));
  const due = scope.due ? sum(scope.due) : 0;
  const dropped = scope.dropped ? sum(scope.dropped) : 0;
  const [most, at] = peak(perSecond(base, scope.dropped) ?? []);
  const ended = sum(scope.iterations ?? []);
  const open = `${several(due, "arrival")} due, ${count(due - dropped)} started, ${dropped === 0 ? "none dropped" :
    `${count(dropped)} dropped (${share(dropped / due)}), most at ${clock(base.from[at])}: ${rate(most)}`}.`;
  // Iterations of users that wait have no arrivals to be compared with.
  const models = new Set(data.summary.loadagent.scenarios.filter((one) => scope.name === null || one.name === scope.name).map((one) => one.model));
  return linesChart(base, { id: "chart-load", title: due > 0 ? "Arrivals" : "Iterations",
    summary: due > 0 ? open : `${several(ended, "iteration")} ended; users start the next one when one has ended.`,
    lines: [
      { name: "dropped", colour: "bad", kind: "area", values: perSecond(base, scope.dropped) },
      { name: "due", colour: "muted", dashed: true, values: perSecond(base, scope.due) },
      { name: "started", colour: "c1", values: perSecond(base, started) },
      { name: due > 0 ? "iterations ended" : "iterations", colour: due > 0 ? "c3" : "c1", values: models.size > 1 ? null : perSecond(base, scope.iterations) },
    ], show: rate, axis: perSecondAxis });
}

function perSecondAxis(value) {
  return `${short(value)}/s`;
}

function requests(base) {
  const { scope } = base;
  if (!scope.requests) return null;
  const all = perSecond(base, scope.requests);
  const [most, at] = peak(all);
  const failed = sum(scope.failed ?? []);
  const total = sum(scope.requests);
  const bad = failed > 0 ? `${count(failed)} failed (${share(failed / total)})` : "none failed";
  return linesChart(base, { id: "chart-requests", title: "Requests",
    summary: `${several(total, "request")}, ${bad}; at most ${rate(most)}, at ${clock(base.from[at])}.`,
    lines: [{ name: "failed", colour: "bad", kind: "area", values: perSecond(base, scope.failed) }, { name: "requests", colour: "c1", values: all }],
    show: rate, axis: perSecondAxis });
}

function responseTimes(base) {
  const { scope } = base;
  if (!scope.p95) return null;
  const [worst, at] = peak(scope.p95);
  const [most, when] = peak(scope.max);
  const middle = scope.p50.filter((value) => value > 0).toSorted((one, other) => one - other);
  const isWide = most > 20 * (middle[Math.floor(middle.length / 2)] ?? 1);
  return linesChart(base, { id: "chart-response-time", title: "Response time",
    summary: `p95 was at most ${duration(worst)}, at ${clock(base.from[at])}; the slowest request took ${duration(most)} and ended at ${clock(base.to[when])}.`,
    lines: [
      { name: "max", colour: "q5", dashed: true, values: scope.max },
      { name: "p99", colour: "q4", values: scope.p99 },
      { name: "p95", colour: "q3", values: scope.p95 },
      { name: "p90", colour: "q2", values: scope.p90 },
      { name: "p50", colour: "q1", values: scope.p50 },
    ], show: duration, axis: duration, log: isWide });
}

function distribution(data, base) {
  const points = base.scope.distribution;
  if (!points) return null;
  const map = heatmap(points, data.timeline.edges, base);
  return { ...base, id: "chart-distribution", title: "Distribution of response times", lines: [], show: duration, ...map };
}

function errors(base) {
  const classes = Object.entries(base.scope.errors).map(([name, values]) => ({ name, values, total: sum(values) }));
  if (classes.length === 0) return null;
  classes.sort((one, other) => other.total - one.total);
  const shown = classes.length > 6 ? classes.slice(0, 5) : classes;
  const rest = classes.slice(shown.length);
  if (rest.length > 0) shown.push({ name: "others", values: base.from.map((_, at) => sum(rest.map((one) => one.values[at]))) });
  const lines = shown.map((one, place) => ({ name: one.name, colour: ERROR_COLOURS[place], kind: "area", values: perSecond(base, one.values) }));
  const total = sum(classes.map((one) => one.total));
  return linesChart(base, { id: "chart-errors", title: "Errors",
    summary: `${several(total, "error")}; most of them ${visible(classes[0].name)} (${count(classes[0].total)}).`, lines, show: rate, axis: perSecondAxis });
}

function users(base) {
  const { scope } = base;
  const [most] = peak(scope.users_max ?? scope.users ?? []);
  const [busy, at] = peak(scope.users ?? []);
  return linesChart(base, { id: "chart-users", title: "Users in flight",
    summary: `At most ${several(Math.max(0, busy), "user")} in an iteration, at ${clock(base.from[at])}, of ${count(Math.max(0, most))}.`,
    lines: [
      { name: "users that exist", colour: "muted", dashed: true, values: scope.users_max },
      { name: "in an iteration", colour: "c1", values: scope.users },
      { name: "open connections", colour: "c3", values: scope.connections },
      { name: "open event streams", colour: "c4", values: scope.streams_open },
      { name: "open WebSockets", colour: "c2", values: scope.sockets_open },
    ], show: (value) => significant(value), axis: short });
}

function lag(base) {
  const { scope } = base;
  if (!scope.lag_p99) return null;
  const [most, at] = peak(scope.lag_p99);
  return linesChart(base, { id: "chart-lag", title: "Schedule lag",
    summary: `loadagent's own delay: p99 at most ${duration(most)}, at ${clock(base.from[at])}.`,
    lines: [{ name: "p99", colour: "q4", values: scope.lag_p99 }, { name: "p50", colour: "q1", values: scope.lag_p50 }],
    show: duration, axis: duration, log: false });
}

function traffic(base) {
  const { scope } = base;
  const [sent, received] = [sum(scope.sent ?? []), sum(scope.received ?? [])];
  return linesChart(base, { id: "chart-traffic", title: "Traffic", summary: `${bytes(received)} received, ${bytes(sent)} sent.`,
    lines: [{ name: "received", colour: "c1", values: perSecond(base, scope.received) }, { name: "sent", colour: "c3", values: perSecond(base, scope.sent) }],
    show: (value) => `${bytes(value)}/s`, axis: (value) => `${bytes(value)}/s` });
}

function cpu(base) {
  const cores = perSecond(base, base.scope.cpu);
  if (!cores) return null;
  const [most, at] = peak(cores);
  return linesChart(base, { id: "chart-cpu", title: "CPU of loadagent", summary: `At most ${significant(most)} cores, at ${clock(base.from[at])}.`,
    lines: [{ name: "cores", colour: "c1", values: cores }], show: significant, axis: short });
}
