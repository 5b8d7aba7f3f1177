// Rows as CSV (RFC 4180).

import { button, download } from "./dom.js";

function cell(value) {
  if (value === null || value === undefined) return "";
  const text = String(value);
  // What a spreadsheet would take for a formula is text.
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv(head, rows) {
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

// A button that saves rows; they are made when it is pressed.
export function csvButton(name, title, rows) {
  return button("CSV", `Download the data of “${title}” as CSV`, () => {
    const [head, ...body] = rows();
    download(`${name}.csv`, "text/csv", csv(head, body));
  });
}
