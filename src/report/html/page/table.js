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

// columns: {key, label, number, title, show(row)}; `row[key]` is what is sorted, filtered and saved.
// `saved` names the keys that the CSV has, if they are not the columns.
export function table({ id, title, columns, rows, saved, sortBy, descending = true, filters = [] }) {
  const state = { key: sortBy, descending, text: "", picked: new Set(), all: false };
  const body = h("tbody");
  const status = h("span", { class: "status", role: "status" });
  const more = h("button", { type: "button", class: "more", onclick: () => draw((state.all = true)) });
  const heads = columns.map((column) => {
    const turn = () => {
      state.descending = state.key === column.key ? !state.descending : Boolean(column.number);
      state.key = column.key;
      draw();
    };
    const name = h("button", { type: "button", onclick: turn, title: column.title }, column.label);
    return h("th", { scope: "col", class: column.number ? "number" : null }, name);
  });
  const text = (row) => columns.filter((column) => !column.number).map((column) => visible(row[column.key] ?? "")).join("\n").toLowerCase();
  const texts = new Map(rows.map((row) => [row, text(row)]));

  function matching() {
    const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) => words.every((word) => texts.get(row).includes(word));
    const kept = rows.filter((row) => fits(row) && filters.every((one) => !state.picked.has(one) || one.keeps(row)));
    if (state.key === undefined) return kept;
    const sign = state.descending ? -1 : 1;
    const known = (row) => row[state.key] !== null && row[state.key] !== undefined;
    const order = (one, other) => (known(one) && known(other) ? sign : 1) * compare(one[state.key], other[state.key]);
    return kept.toSorted(order);
  }

  function draw() {
    const kept = matching();
    const shown = state.all ? kept : kept.slice(0, SHOWN);
    body.replaceChildren(...shown.map((row) => rowOf(row, columns)));
    columns.forEach((column, place) => {
      const direction = state.descending ? "descending" : "ascending";
      heads[place].setAttribute("aria-sort", column.key === state.key ? direction : "none");
    });
    status.textContent = kept.length === rows.length ? "" : `${count(kept.length)} of ${count(rows.length)}`;
    more.hidden = shown.length === kept.length;
    more.textContent = `Show all ${count(kept.length)} rows`;
  }

  draw();
  const region = h("div", { class: "scroll", role: "region", "aria-label": `Table: ${title}`, tabindex: "0" },
    h("table", {}, h("caption", { class: "hidden" }, title), h("thead", {}, h("tr", {}, heads)), body));
  return h("div", { class: "table" }, toolbar({ id, title, columns, rows, saved, filters, state, status, draw, matching }), region, more);
}

function rowOf(row, columns) {
  const named = Math.max(0, columns.findIndex((column) => column.head));
  return h("tr", { class: row.tone ?? null }, columns.map((column, place) => {
    const shown = column.show ? column.show(row) : visible(row[column.key] ?? "");
    const attributes = { class: column.number ? "number" : column.wide ? "wide" : null };
    return place === named ? h("th", { scope: "row", ...attributes }, shown) : h("td", attributes, shown);
  }));
}

function toolbar({ id, title, columns, rows, saved, filters, state, status, draw, matching }) {
  const find = rows.length > 5 && h("label", { class: "find" }, h("span", { class: "hidden" }, `Filter ${title}`),
    h("input", { type: "search", placeholder: "Filter", oninput: (event) => draw((state.text = event.target.value)) }));
  const picks = filters.filter((one) => rows.some(one.keeps) && !rows.every(one.keeps)).map((one) =>
    h("label", { class: "pick" }, h("input", { type: "checkbox", onchange: (event) => {
      if (event.target.checked) state.picked.add(one);
      else state.picked.delete(one);
      draw();
    } }), one.label));
  const save = csvButton(id, title, () => {
    const keys = saved ?? columns.map((column) => column.key);
    return [saved ?? columns.map((column) => column.label), ...matching().map((row) => keys.map((key) => row[key]))];
  });
  return h("div", { class: find || picks.length > 0 ? "toolbar" : "toolbar slim" }, find, picks, status, h("span", { class: "space" }), save);
}
