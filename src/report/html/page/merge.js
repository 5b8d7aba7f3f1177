// The timeline as the page keeps it: a message brings the points from one on; older ones stay.

// Of these, a column that is left out is all zero. Of the others, nothing is known.
const COUNTS = ["requests", "failed", "iterations", "due", "dropped", "sent", "received", "cpu"];

function mergedColumn(old, more, at, length, blank) {
  const kept = old ? old.slice(0, at) : Array(at).fill(blank);
  return kept.concat(more ?? Array(length).fill(blank));
}

function mergedColumns(old, more, at, length, blankOf) {
  const keys = new Set([...Object.keys(old), ...Object.keys(more)]);
  return Object.fromEntries([...keys].map((key) => [key, mergedColumn(old[key], more[key], at, length, blankOf(key))]));
}

function mergedScope(old, { name, errors, ...more }, at, length) {
  const { name: _, errors: before, ...known } = old ?? { errors: {} };
  const blank = (key) => (COUNTS.includes(key) ? 0 : key === "distribution" ? [] : null);
  return { name, errors: mergedColumns(before, errors, at, length, () => 0), ...mergedColumns(known, more, at, length, blank) };
}

// A timeline whose points from `at` on are those of `more`.
export function merged(timeline, at, more) {
  const length = more.from.length;
  return { ...more, from: mergedColumn(timeline?.from, more.from, at, length), to: mergedColumn(timeline?.to, more.to, at, length),
    scopes: more.scopes.map((scope, place) => mergedScope(timeline?.scopes[place], scope, at, length)) };
}
