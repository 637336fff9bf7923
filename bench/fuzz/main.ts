/**
 * `npm run fuzz -- [--bodies=N] [--seed=N] [--first=N] [--queries=N] [--connections=N] [--rest=MS]`
 *
 * Prints the seed; a fault in body N is met again with `--seed=SEED --first=N --bodies=1`.
 */
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";

const GROWTH_MAX = 0.2;
const { values } = parseArgs({
  options: {
    bodies: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    first: { type: "string", default: "0" },
    queries: { type: "string", default: "2000" },
    connections: { type: "string", default: "500" },
    rest: { type: "string", default: "60000" },
  },
});

console.log(`seed ${values.seed}`);
const started = performance.now();
const report = await fuzz({
  seed: Number(values.seed),
  first: Number(values.first),
  bodies: Number(values.bodies),
  queries: Number(values.queries),
  connections: Number(values.connections),
  restMs: Number(values.rest),
  growthMax: GROWTH_MAX,
  say: (line) => console.log(`${Math.round((performance.now() - started) / 1000)} s: ${line}`),
});
for (const [status, count] of [...report.statuses].sort(([a], [b]) => a - b)) {
  console.log(`  ${status}: ${count} answers`);
}
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
console.log(`  resident: ${mib(report.residentBefore)} before, ${mib(report.residentAfter)} after`);
console.log(`  model: ${report.truthSamples} samples`);
for (const fault of report.faults) console.log(`FAULT ${fault}`);
console.log(report.faults.length === 0 ? "no fault" : `${report.faults.length} faults`);
process.exit(report.faults.length === 0 ? 0 : 1);
