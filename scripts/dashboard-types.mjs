#!/usr/bin/env node
// Checks the committed dashboards against Grafana's own types, strictly: a key that Grafana does not know, or a value of
// the wrong kind, is silently ignored there and an error here. Needs npm; packages go below .cache/ (LOADAGENT_CACHE).
//
//   scripts/dashboard-types.mjs          exit code 1: something is wrong; 3: the types could not be fetched
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSIONS = ["@grafana/schema@13.2.3", "typescript@5.9.3"];
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cache = join(process.env.LOADAGENT_CACHE ?? join(root, ".cache"), "dashboard-types");
const raw = "node_modules/@grafana/schema/dist/types/raw";
const rooms = {
  timeseries: "timeseries", stat: "stat", table: "table", heatmap: "heatmap", "state-timeline": "statetimeline",
  xychart: "xychart", text: "text",
};

if (!existsSync(join(cache, raw))) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, "package.json"), '{"private": true, "type": "module"}\n');
  try {
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...VERSIONS], { cwd: cache, stdio: "ignore" });
  } catch (error) {
    console.error(`dashboard-types: npm could not fetch ${VERSIONS.join(" and ")}: ${error.message}`);
    process.exit(3);
  }
  // JSON holds the words of an enumeration, not its members.
  const words = (body) => [...body.matchAll(/=\s*("[^"]*"|-?\d+)/g)].map((match) => match[1]).join(" | ");
  const enumeration = /export (?:declare )?enum (\w+) \{([^}]*)\}/g;
  for (const name of readdirSync(join(cache, raw, ".."), { recursive: true }).filter((name) => name.endsWith(".d.ts"))) {
    const path = join(cache, raw, "..", name);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(enumeration, (_, name, body) => `export type ${name} = ${words(body)};`));
  }
}

// One line a value, so that an error's line leads back to its place.
const lines = [[`import type * as board from "./${raw}/dashboard/x/types.gen";`, ""]];
for (const room of Object.values(rooms)) {
  lines.push([`import type * as ${room} from "./${raw}/composable/${room}/panelcfg/x/types.gen";`, ""]);
}
const satisfies = (value, type, place) => lines.push([`(${JSON.stringify(value)}) satisfies ${type};`, place]);
for (const store of ["prometheus", "influxdb"]) {
  for (const file of readdirSync(join(root, "dashboards", store))) {
    const place = `dashboards/${store}/${file}`;
    const { panels, templating, annotations, links, ...rest } = JSON.parse(readFileSync(join(root, place)));
    satisfies(rest, 'Omit<board.Dashboard, "panels">', place);
    templating.list.forEach((one) => satisfies(one, "board.VariableModel", `${place}: $${one.name}`));
    links.forEach((one) => satisfies(one, "board.DashboardLink", place));
    for (const one of annotations.list) {
      // What a data source is asked for an annotation has no type there.
      const { expr, step, titleFormat, textFormat, tagKeys, useValueForTime, query, textColumn, tagsColumn, ...common } = one;
      satisfies(common, "board.AnnotationQuery", `${place}: ${one.name}`);
    }
    for (const { options, fieldConfig, ...panel } of panels) {
      const at = `${place}: ${panel.title}`;
      if (panel.type === "row") {
        satisfies(panel, "board.RowPanel", at);
        continue;
      }
      const { custom, ...defaults } = fieldConfig?.defaults ?? {};
      satisfies(panel, "board.Panel", at);
      satisfies(options, `Partial<${rooms[panel.type]}.Options>`, at);
      satisfies(defaults, "board.FieldConfig", at);
      if (custom) satisfies(custom, `Partial<${rooms[panel.type]}.FieldConfig>`, at);
    }
  }
}
writeFileSync(join(cache, "boards.ts"), lines.map(([text]) => text).join("\n"));
const flags = ["--noEmit", "--skipLibCheck", "--strict", "--moduleResolution", "node", "--target", "es2022", "boards.ts"];
const told = spawnSync(join(cache, "node_modules/.bin/tsc"), flags, { cwd: cache, encoding: "utf8" });
const faults = told.stdout.split("\n").filter((line) => line.startsWith("boards.ts("));
for (const fault of faults) {
  const [, number, what] = /^boards\.ts\((\d+),\d+\): (.*)$/.exec(fault);
  console.error(`${lines[number - 1][1]}: ${what}`);
}
if (told.status !== 0 && faults.length === 0) console.error(told.stdout + told.stderr);
console.log(`dashboard-types: ${lines.length - 8} values against ${VERSIONS[0]}, ${faults.length} faults`);
process.exit(told.status === 0 ? 0 : 1);
