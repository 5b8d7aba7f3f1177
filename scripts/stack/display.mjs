// Every unit, reducer and transformation that a board names is one that Grafana knows, by Grafana's own tables.
//
//   node scripts/stack/display.mjs FOLDER-WITH-@grafana/data
//
// The library looks for a browser's `navigator`, and must not see a `window`: it would then ask it for more.

import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const boards = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'dashboards');
Object.defineProperty(globalThis, 'navigator', { value: { userAgent: '', platform: '', language: 'en', languages: ['en'] } });
const require = createRequire(path.join(process.argv[2], 'package.json'));
const { getValueFormats, getValueFormat, DataTransformerID, fieldReducers, formattedValueToString } = require('@grafana/data');

const units = new Set(getValueFormats().flatMap((group) => group.submenu.map((unit) => unit.value)));
const reducers = new Set(fieldReducers.list().map((reducer) => reducer.id));
const transformations = new Set(Object.values(DataTransformerID));

const faults = [];
const used = { units: new Set(), reducers: new Set(), transformations: new Set() };

function check(kind, known, value, place) {
  used[kind].add(value);
  if (!known.has(value)) faults.push(`${place}: ${kind.slice(0, -1)} ${JSON.stringify(value)} is not one of Grafana's`);
}

function unit(value, place) {
  // `suffix:x`, `prefix:x`, `si:x`, `count:x`, `currency:x` and `time:x` are made as they are named.
  if (/^(suffix|prefix|si|count|currency|time|bool):/.test(value)) used.units.add(value);
  else check('units', units, value, place);
  if (formattedValueToString(getValueFormat(value)(1234.5, 2)).length === 0) faults.push(`${place}: unit ${value} shows nothing`);
}

function panel(one, board) {
  const place = `${board}: ${one.title ?? one.type}`;
  const config = one.fieldConfig ?? { defaults: {}, overrides: [] };
  if (config.defaults?.unit) unit(config.defaults.unit, place);
  for (const override of config.overrides ?? []) {
    for (const property of override.properties ?? []) if (property.id === 'unit') unit(property.value, place);
  }
  const calcs = [
    ...(one.options?.reduceOptions?.calcs ?? []),
    ...(one.options?.legend?.calcs ?? []),
    ...(one.options?.footer?.reducer ?? []),
  ];
  for (const calc of calcs) check('reducers', reducers, calc, place);
  for (const step of one.transformations ?? []) {
    check('transformations', transformations, step.id, place);
    const fields = Object.values(step.options?.fields ?? {});
    const asked = [...(step.options?.reducers ?? []), ...fields.flatMap((field) => field?.aggregations ?? [])];
    for (const calc of asked) check('reducers', reducers, calc, place);
  }
  for (const inner of one.panels ?? []) panel(inner, board);
}

let read = 0;
for (const name of readdirSync(boards, { recursive: true }).filter((file) => file.endsWith('.json'))) {
  const board = JSON.parse(readFileSync(path.join(boards, name), 'utf8'));
  for (const one of board.panels ?? []) panel(one, name);
  read += 1;
}
for (const fault of faults) console.log(`  ${fault}`);
const told = Object.entries(used).map(([kind, values]) => `${values.size} ${kind}`);
console.log(`  ${read} boards, ${told.join(', ')}; known: ${units.size} units, ${reducers.size} reducers, ${transformations.size} transformations`);
process.exit(read === 0 || faults.length > 0 ? 1 : 0);
