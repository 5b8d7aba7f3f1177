// From values to pixels, and where axes have ticks.

// Ticks of a linear axis from 0 (or `least`) on, at most `most`.
export function linearTicks(high, most) {
  if (!(high > 0)) return [0, 1];
  const raw = high / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw * 0.9999);
  const ticks = [];
  for (let index = 0; index * step < high + step * 0.9999; index += 1) ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

// Ticks of a logarithmic axis: powers of ten, and 2 and 5 where there are few of them.
export function logTicks(low, high) {
  const ticks = [];
  const few = Math.log10(high / low) < 2.2;
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const factor of few ? [1, 2, 5] : [1]) {
      const tick = Number((factor * 10 ** power).toPrecision(6));
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

// Ticks of time in milliseconds.
export function timeTicks(from, to, most) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  const raw = (to - from) / 1000 / most;
  const step = (steps.find((candidate) => candidate >= raw) ?? Math.ceil(raw / 86400) * 86400) * 1000;
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return ticks;
}

export function linear(low, high, from, to) {
  const factor = (to - from) / (high - low || 1);
  return (value) => from + (value - low) * factor;
}

export function logarithmic(low, high, from, to) {
  const scale = linear(Math.log(low), Math.log(high), from, to);
  return (value) => scale(Math.log(Math.max(value, low)));
}
