/**
 * Peers bench: Spandrel beside Prometheus and VictoriaMetrics, one table from the same streams.
 *
 *   npm run bench:peers                              # everything; hours
 *   npm run bench:peers -- --rows ingest-10k,wall    # some rows
 *   npm run bench:peers -- --scale 0.1 --cycles 60 --runs 1 --results none   # a small one
 *   npm run bench:peers -- --print                   # the table of what is there already
 *
 * Whatever was measured is kept at once in DIRECTORY/peers-measured.jsonl under the table's --name
 * (today's date): the same command again goes on where it was cut off, and --again measures anew.
 * The table goes to DIRECTORY/peers.md and a line for each row to DIRECTORY/peers.jsonl, DIRECTORY
 * being --results (bench/results; "none" keeps nothing). Neighbours: see server-commands.ts.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { PartName, Size } from "./peers/loads.ts";
import { Measurements } from "./peers/measurements.ts";
import { keepReport, reportText } from "./peers/report.ts";
import { ROWS, type Row } from "./peers/rows.ts";
import { Visits } from "./peers/visits.ts";
import {
  howToGet,
  isServerName,
  OWN_PROGRAM,
  SERVER_NAMES,
  type ServerName,
  serverCommand,
  versionOf,
} from "./server-commands.ts";

const ROW_IDS = ROWS.map(({ id }) => id).join(",");

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: ROW_IDS },
    servers: { type: "string", default: SERVER_NAMES.join(",") },
    runs: { type: "string" },
    ends: { type: "string" },
    scale: { type: "string", default: "1" },
    cycles: { type: "string", default: "1000000" },
    name: { type: "string", default: new Date().toISOString().slice(0, 10) },
    program: { type: "string", default: OWN_PROGRAM },
    again: { type: "boolean", default: false },
    print: { type: "boolean", default: false },
    results: { type: "string", default: fileURLToPath(new URL("results", import.meta.url)) },
  },
});

function chosenRows(): Row[] {
  return options.rows.split(",").map((id) => {
    const row = ROWS.find((one) => one.id === id);
    if (row === undefined) throw new Error(`no row ${id}; there are ${ROW_IDS}`);
    return row;
  });
}

/** The servers that are asked for and there; says how the others are got. */
function presentServers(): ServerName[] {
  return options.servers.split(",").filter((name): name is ServerName => {
    if (!isServerName(name))
      throw new Error(`no server ${name}; there are ${SERVER_NAMES.join(",")}`);
    if (serverCommand(name) !== null) return true;
    if (name !== "spandrel") console.error(howToGet(name));
    return false;
  });
}

async function measure(measurements: Measurements, rows: readonly Row[], size: Size) {
  const needs = rows.flatMap((row) => row.needs);
  const servers = presentServers();
  const versions = servers.map((name) => [name, versionOf(name, options.program)] as const);
  const settings = {
    servers,
    versions: Object.fromEntries(versions),
    size,
    runs: options.runs === undefined ? null : Number(options.runs),
    ends: options.ends === undefined ? null : options.ends.split(",").map(Number),
    ownProgram: options.program,
    measureAgain: options.again,
    wants: (load: string, part: PartName) =>
      needs.some((need) => need.load === load && need.part === part),
  };
  await new Visits(settings, measurements).measureAll();
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(1));
}
const isKept = options.results !== "none";
const fileOf = (name: string): string => (isKept ? join(options.results, name) : "none");
const size: Size = { scale: Number(options.scale), cyclesMax: Number(options.cycles) };
const isWhole = size.scale === 1 && options.cycles === "1000000";
const smaller = isWhole ? "" : ` --scale ${options.scale} --cycles ${options.cycles}`;
const name = isWhole
  ? options.name
  : `${options.name} x ${options.scale}, ${options.cycles} cycles`;
const rows = chosenRows();
const measurements = new Measurements(fileOf("peers-measured.jsonl"), name);
if (!options.print) await measure(measurements, rows, size);
const text = reportText(
  measurements,
  rows,
  `npm run bench:peers -- --name ${options.name}${smaller}`,
);
console.log(text);
if (isKept && rows.length === ROWS.length) {
  const files = { markdown: fileOf("peers.md"), rows: fileOf("peers.jsonl") };
  keepReport(measurements, rows, text, files);
}
