// Numbers for people, as the terminal shows them.

// Three significant digits without trailing zeros, two of what is small: 0.0025, 0.12, 1.5, 12.3, 870.
export function significant(value) {
  const size = Math.abs(value);
  const small = size > 0 && size < 0.1 ? Math.min(12, 1 - Math.floor(Math.log10(size))) : 2;
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : small;
  const text = value.toFixed(digits);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

export function count(value) {
  return Math.round(value).toLocaleString("en-US");
}

export function share(value) {
  return `${(value * 100).toFixed(2)}%`;
}

// Milliseconds: 870 µs, 12.3 ms, 1.5 s, 2m30s.
export function duration(ms) {
  if (ms === 0) return "0 s";
  if (ms < 0.9995) return `${significant(ms * 1000)} µs`;
  if (ms < 999.5) return `${significant(ms)} ms`;
  if (ms < 60000) return `${significant(ms / 1000)} s`;
  const whole = Math.floor(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  if (hours > 0) return `${hours}h${two(minutes)}m${rest > 0 ? `${two(rest)}s` : ""}`;
  return rest > 0 ? `${minutes}m${two(rest)}s` : `${minutes}m`;
}

export function rate(perSecond) {
  if (perSecond >= 1000) return `${count(perSecond)}/s`;
  if (perSecond >= 0.1 || !(perSecond > 0)) return `${significant(perSecond)}/s`;
  for (const [seconds, unit] of [[60, "min"], [3600, "h"], [86400, "d"]]) {
    if (perSecond * seconds >= 1) return `${significant(perSecond * seconds)}/${unit}`;
  }
  return `${significant(perSecond * 86400)}/d`;
}

export function bytes(value) {
  const names = ["B", "kB", "MB", "GB", "TB"];
  let [rest, unit] = [value, 0];
  while (rest >= 1000 && unit + 1 < names.length) {
    rest /= 1000;
    unit += 1;
  }
  return `${significant(rest)} ${names[unit]}`;
}

// A time in the run: 0:07, 12:30, 1:02:30.
export function clock(ms) {
  const whole = Math.floor(Math.max(0, ms) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

// Three digits and a letter, for axes: 1.2k, 35M.
export function short(value) {
  for (const [size, letter] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (Math.abs(value) >= size) return `${significant(value / (letter === "k" ? 1e3 : size))}${letter}`;
  }
  return Math.abs(value) >= 1000 ? count(value) : significant(value);
}

export function several(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

// Text from outside without what would change the direction of writing or hide itself.
export function visible(text) {
  const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
  return String(text ?? "").replace(hidden, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
}
