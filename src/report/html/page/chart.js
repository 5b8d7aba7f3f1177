// A chart over time. Drawn as SVG: it prints sharply, follows the colours of the page, and every chart shows the same time
// under the pointer or the arrow keys.

import { clock, visible } from "./format.js";
import { h, svg } from "./dom.js";
import { linear, linearTicks, logarithmic, logTicks, timeTicks } from "./scale.js";
import { csvButton } from "./csv.js";

const HEIGHT = 232;
const MARGIN = { top: 20, right: 16, bottom: 24, left: 54 };
const charts = new Set();

// All charts are drawn anew when their width or the colours change.
const watcher = new ResizeObserver((entries) => entries.forEach((entry) => entry.target.redraw?.()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach((chart) => chart.draw()));

// spec: {id, title, summary, from, to (times of the points), bands, marks, show(value), axis(value), lines, paint, rows}
// lines: {name, colour, values, kind: "line" | "area", dashed}; areas are stacked. paint(plot) draws something else.
// The figure has update(spec), which keeps what a reader has chosen, and forget().
export function chart(first) {
  const spec = { ...first };
  const state = { log: spec.log ?? false, hidden: new Set(), at: null };
  const plot = h("div", { class: "plot" });
  const readout = h("div", { class: "readout", hidden: true });
  const frame = h("div", { class: "frame", tabindex: "0", role: "slider", "aria-valuemin": "0", "aria-orientation": "horizontal" }, plot, readout);
  const self = { draw: () => draw(spec, state, plot), point: (at) => point(spec, state, frame, readout, at) };
  const [title, caption, data] = [h("h3"), h("figcaption"), dataTable(spec)];
  const key = h("div", { class: "legend" });
  const figure = h("figure", { class: "chart", id: spec.id },
    h("div", { class: "head" }, title, controls(spec, state, self)), caption, key, frame, data.element);

  function describeAll() {
    title.replaceChildren(visible(spec.title));
    caption.replaceChildren(visible(spec.summary));
    frame.setAttribute("aria-label", `${spec.title}: move through time with the arrow keys`);
    frame.setAttribute("aria-valuemax", String(spec.from.length - 1));
    frame.setAttribute("aria-valuenow", String(state.at ?? 0));
    frame.setAttribute("aria-valuetext", describe(spec, state.at ?? 0, state));
  }

  figure.update = (next) => {
    const names = () => spec.lines.map((line) => line.name).join("\n");
    const before = names();
    Object.assign(spec, next);
    if (state.at !== null) state.at = Math.min(state.at, spec.from.length - 1);
    if (names() !== before) legend(key, spec, state, self);
    describeAll();
    self.draw();
    if (state.at !== null) self.point(state.at);
    data.update();
  };
  figure.forget = () => {
    charts.delete(self);
    watcher.unobserve(frame);
  };
  legend(key, spec, state, self);
  describeAll();
  frame.redraw = self.draw;
  charts.add(self);
  watcher.observe(frame);
  listen(frame, spec, state);
  return figure;
}

// Forgets the charts of a page that is gone.
export function forgetCharts() {
  charts.clear();
  watcher.disconnect();
}

function controls(spec, state, self) {
  const toggle = spec.log !== undefined && h("button", { type: "button", class: "quiet", "aria-pressed": String(state.log),
    onclick: (event) => {
      state.log = !state.log;
      event.currentTarget.setAttribute("aria-pressed", String(state.log));
      self.draw();
    } }, "Log scale");
  return h("div", { class: "controls" }, toggle, csvButton(spec.id, spec.title, () => spec.rows()));
}

function legend(place, spec, state, self) {
  if (spec.legend) {
    place.classList.add("ramp");
    place.replaceChildren(...spec.legend);
    return;
  }
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", `Lines of ${spec.title}`);
  const items = spec.lines.map(({ name, colour, dashed, kind }) => h("button", { type: "button", class: "key", "aria-pressed": String(!state.hidden.has(name)),
    style: `--colour: var(--${colour})`, "data-kind": dashed ? "dashed" : kind ?? "line",
    onclick: (event) => {
      if (!state.hidden.delete(name)) state.hidden.add(name);
      event.currentTarget.setAttribute("aria-pressed", String(!state.hidden.has(name)));
      self.draw();
    } }, visible(name)));
  place.replaceChildren(...items);
}

function shownLines(spec, state) {
  return spec.lines.filter((line) => !state.hidden.has(line.name));
}

// Sums of the areas below each one, so that they stand on each other.
function stacked(spec, state) {
  const base = spec.from.map(() => 0);
  return shownLines(spec, state).filter((line) => line.kind === "area").map((line) => {
    const low = [...base];
    line.values.forEach((value, index) => { base[index] += value ?? 0; });
    return { line, low, high: [...base] };
  });
}

function extent(spec, state) {
  const areas = stacked(spec, state).flatMap((area) => area.high);
  const lines = shownLines(spec, state).filter((line) => line.kind !== "area").flatMap((line) => line.values);
  const values = [...areas, ...lines].filter((value) => value !== null && value !== undefined);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  const low = values.filter((value) => value > 0).reduce((least, value) => Math.min(least, value), Infinity);
  return { low: Number.isFinite(low) ? low : 1, high: high > 0 ? high : 1 };
}

function draw(spec, state, plot) {
  const width = Math.max(240, Math.round(plot.clientWidth || 600));
  const size = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const [start, end] = [spec.from[0], spec.to.at(-1)];
  const x = linear(start, end, size.left, size.right);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true", focusable: "false" });
  const most = Math.max(2, Math.floor((size.right - size.left) / 76));
  bands(picture, spec, x, size);
  if (spec.paint) spec.paint({ picture, x, size });
  else lines(picture, spec, state, x, size);
  for (const at of timeTicks(start, end, most)) {
    picture.append(svg("text", { class: "tick", x: x(at), y: size.bottom + 16, "text-anchor": "middle" }, clock(at)));
  }
  marks(picture, spec, x, size);
  picture.append(svg("line", { class: "axis", x1: size.left, x2: size.right, y1: size.bottom, y2: size.bottom }),
    svg("line", { class: "cursor", x1: -9, x2: -9, y1: size.top, y2: size.bottom }));
  plot.replaceChildren(picture);
  plot.scale = x;
}

function lines(picture, spec, state, x, size) {
  const { low, high } = extent(spec, state);
  const useLog = state.log && high > low;
  const ticks = useLog ? logTicks(low * 0.8, high * 1.1) : linearTicks(high, 4);
  const y = useLog ? logarithmic(low * 0.8, high * 1.1, size.bottom, size.top) : linear(0, ticks.at(-1), size.bottom, size.top);
  yAxis(picture, ticks, y, size, spec.axis);
  for (const area of stacked(spec, state)) {
    const path = area.high.map((value, index) => {
      if (!(value > area.low[index])) return "";
      const [left, right] = [x(spec.from[index]), x(spec.to[index])];
      return `M${left.toFixed(1)} ${y(area.low[index]).toFixed(1)}V${y(value).toFixed(1)}H${right.toFixed(1)}V${y(area.low[index]).toFixed(1)}Z`;
    });
    picture.append(svg("path", { class: "area", d: path.join(""), style: `--colour: var(--${area.line.colour})` }));
  }
  for (const line of shownLines(spec, state).filter((line) => line.kind !== "area")) {
    picture.append(svg("path", { class: line.dashed ? "line dashed" : "line", d: pathOf(line.values, spec, x, y),
      style: `--colour: var(--${line.colour})` }));
  }
}

export function yAxis(picture, ticks, y, size, axis) {
  for (const tick of ticks) {
    const at = y(tick);
    if (at < size.top - 1 || at > size.bottom + 1) continue;
    picture.append(svg("line", { class: "grid", x1: size.left, x2: size.right, y1: at, y2: at }),
      svg("text", { class: "tick", x: size.left - 8, y: at + 4, "text-anchor": "end" }, axis(tick)));
  }
}

// Through the middle of each point; a point without neighbours is a dot.
function pathOf(values, spec, x, y) {
  const known = (index) => values[index] !== null && values[index] !== undefined;
  return values.map((value, index) => {
    if (!known(index)) return "";
    const at = `${x((spec.from[index] + spec.to[index]) / 2).toFixed(1)} ${y(value).toFixed(1)}`;
    if (index > 0 && known(index - 1)) return `L${at}`;
    return known(index + 1) ? `M${at}` : `M${at}h0.01`;
  }).join("");
}

function bands(picture, spec, x, size) {
  spec.bands.forEach((band, place) => {
    const [left, right] = [x(Math.max(band.from, spec.from[0])), x(Math.min(band.to, spec.to.at(-1)))];
    if (right <= left) return;
    picture.append(svg("rect", { class: place % 2 ? "band odd" : "band", x: left, y: size.top, width: right - left, height: size.bottom - size.top }));
    const label = [`stage ${band.label}`, String(band.label)].find((text) => right - left > 10 + 6.2 * text.length);
    if (label) picture.append(svg("text", { class: "stage", x: (left + right) / 2, y: size.top - 7, "text-anchor": "middle" }, visible(label)));
  });
}

function marks(picture, spec, x, size) {
  for (const mark of spec.marks) {
    const at = x(mark.at);
    picture.append(svg("line", { class: "mark", x1: at, x2: at, y1: size.top, y2: size.bottom }, svg("title", {}, visible(mark.text))),
      svg("path", { class: "flag", d: `M${at} ${size.top}l5 -6h-10z` }, svg("title", {}, visible(mark.text))));
  }
}

function describe(spec, at, state) {
  const time = `${clock(spec.from[at])} to ${clock(spec.to[at])}`;
  const values = spec.read ? spec.read(at) : shownLines(spec, state).map((line) => [line.name, value(spec, line, at)]);
  return `${time}: ${values.map(([name, text]) => `${visible(name)} ${text}`).join(", ")}`;
}

function value(spec, line, at) {
  const known = line.values[at];
  return known === null || known === undefined ? "–" : spec.show(known);
}

// Shows one point of time in a chart; null shows none.
function point(spec, state, frame, readout, at) {
  const cursor = frame.querySelector(".cursor");
  const scale = frame.firstChild.scale;
  state.at = at;
  readout.hidden = at === null || !cursor || !scale;
  if (readout.hidden) {
    cursor?.setAttribute("x1", -9);
    cursor?.setAttribute("x2", -9);
    return;
  }
  const place = scale((spec.from[at] + spec.to[at]) / 2);
  cursor.setAttribute("x1", place);
  cursor.setAttribute("x2", place);
  const rows = spec.read ? spec.read(at).map(([name, text]) => [name, text, null]) :
    shownLines(spec, state).map((line) => [line.name, value(spec, line, at), line.colour]);
  readout.replaceChildren(h("b", {}, clock(spec.from[at])), ...rows.map(([name, text, colour]) => h("span", {},
    colour && h("i", { style: `--colour: var(--${colour})` }), h("span", { class: "name" }, visible(name)), h("span", { class: "shown" }, text))));
  const isRight = place > frame.clientWidth / 2;
  readout.style.left = isRight ? "auto" : `${place + 12}px`;
  readout.style.right = isRight ? `${frame.clientWidth - place + 12}px` : "auto";
  frame.setAttribute("aria-valuenow", String(at));
  frame.setAttribute("aria-valuetext", describe(spec, at, state));
}

function listen(frame, spec, state) {
  const showAll = (at) => charts.forEach((one) => one.point(at));
  frame.addEventListener("pointermove", (event) => {
    const scale = frame.firstChild.scale;
    if (!scale) return;
    const at = event.clientX - frame.getBoundingClientRect().left;
    const next = spec.to.findIndex((to) => scale(to) >= at);
    showAll(next < 0 ? spec.to.length - 1 : next);
  });
  frame.addEventListener("pointerleave", () => showAll(null));
  frame.addEventListener("blur", () => showAll(null));
  frame.addEventListener("keydown", (event) => {
    const now = state.at ?? 0;
    const last = spec.from.length - 1;
    const wide = Math.max(1, Math.round(last / 10));
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, ArrowDown: now - 1, ArrowUp: now + 1, PageDown: now - wide, PageUp: now + wide, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    showAll(Math.min(last, Math.max(0, to)));
  });
}

// The same data as a table, made when it is opened.
function dataTable(spec) {
  const place = h("div", { class: "scroll", role: "region", "aria-label": `Data of ${spec.title}`, tabindex: "0" });
  const fill = () => {
    const [head, ...rows] = spec.rows();
    place.replaceChildren(h("table", {}, h("caption", { class: "hidden" }, `Data of ${spec.title}`),
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col", class: "number" }, visible(name))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", { class: "number" }, cell ?? "")))))));
  };
  const element = h("details", { class: "data", ontoggle: () => element.open && fill() }, h("summary", {}, "Data"), place);
  return { element, update: () => element.open && fill() };
}
