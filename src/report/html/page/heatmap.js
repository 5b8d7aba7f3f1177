// How response times are distributed over time: one column a point, one row a range of times, darker where more requests lie.

import { count, duration, several } from "./format.js";
import { h, svg } from "./dom.js";
import { logarithmic, logTicks } from "./scale.js";
import { yAxis } from "./chart.js";

// points: for each point of time [bucket, count, bucket, count, …]; edges: upper bounds of the buckets in milliseconds.
export function heatmap(points, edges, times) {
  const pairs = points.map((flat) => Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at], flat[2 * at + 1]]));
  const buckets = pairs.flat().map(([bucket]) => bucket);
  const [first, last] = [Math.min(...buckets), Math.max(...buckets)];
  const perSecond = (at, number) => number / Math.max(0.001, (times.to[at] - times.from[at]) / 1000);
  const most = pairs.reduce((high, column, at) => column.reduce((top, [, number]) => Math.max(top, perSecond(at, number)), high), 0);
  const lower = (bucket) => edges[bucket - 1] ?? edges[bucket] / 2 ** 0.25;
  const range = (bucket) => `${duration(lower(bucket))} to ${duration(edges[bucket])}`;
  // The eye compares ratios: a slow request among a thousand must still show.
  const shade = (rate) => 0.14 + 0.86 * (Math.log1p((rate / most) * 200) / Math.log1p(200));

  // A narrow range is shown within ten times itself, so that it looks narrow.
  const spread = Math.max(1, Math.sqrt(10 / (edges[last] / lower(first))));
  const [lowest, highest] = [lower(first) / spread, edges[last] * spread];

  function paint({ picture, x, size }) {
    const y = logarithmic(lowest, highest, size.bottom, size.top);
    const canvas = document.createElement("canvas");
    const density = Math.min(2, window.devicePixelRatio || 1);
    const [width, height] = [size.right - size.left, size.bottom - size.top];
    [canvas.width, canvas.height] = [width * density, height * density];
    const area = canvas.getContext("2d");
    area.scale(density, density);
    area.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--heat").trim();
    pairs.forEach((column, at) => {
      const [left, right] = [x(times.from[at]) - size.left, x(times.to[at]) - size.left];
      for (const [bucket, number] of column) {
        const [top, bottom] = [y(edges[bucket]) - size.top, y(lower(bucket)) - size.top];
        area.globalAlpha = shade(perSecond(at, number));
        area.fillRect(left, top, Math.max(0.6, right - left), Math.max(1, bottom - top));
      }
    });
    picture.append(svg("image", { href: canvas.toDataURL(), x: size.left, y: size.top, width, height }));
    yAxis(picture, logTicks(lowest, highest), y, size, duration);
  }

  function read(at) {
    const column = pairs[at];
    const total = column.reduce((sum, [, number]) => sum + number, 0);
    if (total === 0) return [["requests", "0"]];
    const top = column.reduce((best, pair) => (pair[1] > best[1] ? pair : best));
    return [["requests", count(total)], ["most of them", `${range(top[0])} (${count(top[1])})`],
      ["slowest", range(column.at(-1)[0])]];
  }

  const legend = [h("span", {}, "few"), h("i", { class: "ramp" }), h("span", {}, "many requests a second")];
  const rows = () => [["from_ms", "to_ms", "above_ms", "up_to_ms", "requests"], ...pairs.flatMap((column, at) =>
    column.map(([bucket, number]) => [times.from[at], times.to[at], lower(bucket), edges[bucket], number]))];
  const total = buckets.length && pairs.flat().reduce((sum, [, number]) => sum + number, 0);
  const summary = `${several(total, "request")} by the second in which they were due: from ${duration(lower(first))} to ${duration(edges[last])}.`;
  return { paint, read, legend, rows, summary };
}
