// A real table that can be sorted and filtered; long ones show their first rows until all are asked for.

import { count, visible } from "./format.js";
import { h } from "./dom.js";
import { csvButton } from "./csv.js";

const SHOWN = 100;

function compare(one, other) {
  if (one === other) return 0;
  if (one === null || one === undefined) return 1;
  if (other === null || other === undefined) return -1;
  return typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
}

// A part of the page that is one table.
export function tablePart(spec) {
  return { id: spec.id, title: spec.title, table: spec, build: () => {
    const made = table(spec);
    return { nodes: [spec.intro && h("p", { class: "intro" }, spec.intro), made.element], update: (part) => made.update(part.table) };
  } };
}

// columns: {key, label, number, title, show(row)}; `row[key]` is what is sorted, filtered and saved.
// `saved` names the keys that the CSV has, if they are not the columns.
function table(first) {
  let spec = first;
  const state = { key: first.sortBy, descending: first.descending ?? true, text: "", picked: new Set(), all: false };
  const body = h("tbody");
  const headings = h("tr");
  const more = h("button", { type: "button", class: "more", onclick: () => draw((state.all = true)) });
  const bar = toolbar(first, state, draw, () => saved(spec, matching()));
  let texts = new Map();

  function heading(column) {
    const turn = () => {
      state.descending = state.key === column.key ? !state.descending : Boolean(column.number);
      state.key = column.key;
      draw();
    };
    const name = h("button", { type: "button", onclick: turn, title: column.title }, column.label);
    return h("th", { scope: "col", class: column.number ? "number" : null }, name);
  }

  function matching() {
    const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) => words.every((word) => texts.get(row).includes(word));
    const kept = spec.rows.filter((row) => fits(row) && bar.filters.every((one) => !state.picked.has(one) || one.keeps(row)));
    if (state.key === undefined) return kept;
    const sign = state.descending ? -1 : 1;
    const known = (row) => row[state.key] !== null && row[state.key] !== undefined;
    const order = (one, other) => (known(one) && known(other) ? sign : 1) * compare(one[state.key], other[state.key]);
    return kept.toSorted(order);
  }

  function draw() {
    const { columns, rows } = spec;
    const kept = matching();
    const shown = state.all ? kept : kept.slice(0, SHOWN);
    body.replaceChildren(...shown.map((row) => rowOf(row, columns)));
    columns.forEach((column, place) => {
      const direction = state.descending ? "descending" : "ascending";
      headings.children[place].setAttribute("aria-sort", column.key === state.key ? direction : "none");
    });
    bar.draw(rows, kept.length);
    more.hidden = shown.length === kept.length;
    more.textContent = `Show all ${count(kept.length)} rows`;
  }

  function update(next) {
    const names = (columns) => columns.map((column) => `${column.key} ${column.label}`).join("\n");
    if (!headings.firstChild || names(next.columns) !== names(spec.columns)) headings.replaceChildren(...next.columns.map(heading));
    spec = next;
    const text = (row) => spec.columns.filter((column) => !column.number).map((column) => visible(row[column.key] ?? "")).join("\n").toLowerCase();
    texts = new Map(spec.rows.map((row) => [row, text(row)]));
    draw();
  }

  update(first);
  const region = h("div", { class: "scroll", role: "region", "aria-label": `Table: ${first.title}`, tabindex: "0" },
    h("table", {}, h("caption", { class: "hidden" }, first.title), h("thead", {}, headings), body));
  return { element: h("div", { class: "table" }, bar.element, region, more), update };
}

// What is saved of rows: a line of names, then a line for each.
function saved(spec, rows) {
  const keys = spec.saved ?? spec.columns.map((column) => column.key);
  return [spec.saved ?? spec.columns.map((column) => column.label), ...rows.map((row) => keys.map((key) => row[key]))];
}

function rowOf(row, columns) {
  const named = Math.max(0, columns.findIndex((column) => column.head));
  return h("tr", { class: row.tone ?? null }, columns.map((column, place) => {
    const shown = column.show ? column.show(row) : visible(row[column.key] ?? "");
    const attributes = { class: column.number ? "number" : column.wide ? "wide" : null };
    return place === named ? h("th", { scope: "row", ...attributes }, shown) : h("td", attributes, shown);
  }));
}

function toolbar({ id, title, filters = [] }, state, redraw, save) {
  const status = h("span", { class: "status", role: "status" });
  const find = h("label", { class: "find" }, h("span", { class: "hidden" }, `Filter ${title}`),
    h("input", { type: "search", placeholder: "Filter", oninput: (event) => redraw((state.text = event.target.value)) }));
  const picks = filters.map((one) => h("label", { class: "pick" }, h("input", { type: "checkbox", onchange: (event) => {
    if (event.target.checked) state.picked.add(one);
    else state.picked.delete(one);
    redraw();
  } }), one.label));
  const element = h("div", {}, find, picks, status, h("span", { class: "space" }), csvButton(id, title, save));
  // What would pick nothing or all is not offered.
  const draw = (rows, kept) => {
    find.hidden = rows.length <= 5;
    picks.forEach((pick, place) => {
      const { keeps } = filters[place];
      pick.hidden = !(rows.some(keeps) && !rows.every(keeps)) && !state.picked.has(filters[place]);
    });
    status.textContent = kept === rows.length ? "" : `${count(kept)} of ${count(rows.length)}`;
    element.className = find.hidden && picks.every((pick) => pick.hidden) ? "toolbar slim" : "toolbar";
  };
  return { element, draw, filters };
}
