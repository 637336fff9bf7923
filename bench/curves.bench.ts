/**
 * Curves bench: how cost grows as the work does, with the exponent of each curve, and whether
 * memory stays what it is while series come and go.
 *
 * Stores in memory on a simulated clock; every point in a process of its own. An exponent of 1
 * means twice the cost for twice the work. Ends with 1 when a figure grows faster than its size
 * (above --exponent-max), or when memory after churn is over --churn-max of a fresh store's.
 *
 *   npm run bench:curves
 *   npm run bench:curves -- --curves series,churn
 *
 * A line of JSON goes to bench/results/curves.jsonl (--results FILE, or "none").
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exponentOf } from "./curves/exponent.ts";
import { CHURN, CURVES, type Curve, type Figures } from "./curves/points.ts";
import { appendResult, machine, printTable } from "./results.ts";

const { values: options } = parseArgs({
  options: {
    curves: { type: "string", default: [...CURVES, CHURN].map(({ name }) => name).join(",") },
    "exponent-max": { type: "string", default: "1.1" },
    "churn-max": { type: "string", default: "1.15" },
    point: { type: "string" },
    results: {
      type: "string",
      default: fileURLToPath(new URL("results/curves.jsonl", import.meta.url)),
    },
  },
});

const chosen = new Set(options.curves.split(","));

/** Measures a point in a process of its own. */
function measured(curve: Curve, size: number): Figures {
  const self = fileURLToPath(import.meta.url);
  const parameters = ["--expose-gc", "--import", "tsx", self, "--curves", curve.name];
  const child = spawnSync(process.execPath, [...parameters, "--point", String(size)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.status !== 0) throw new Error(`${curve.name} ${size}: ended with ${child.status}`);
  return JSON.parse(child.stdout) as Figures;
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Prints a curve; its exponents by figure. */
function runCurve(curve: Curve): Record<string, number> {
  const points = curve.sizes.map((size) => ({ size, figures: measured(curve, size) }));
  const exponents: Record<string, number> = {};
  const rows = Object.keys(points[0]!.figures).map((figure) => {
    const curveOf = points.map(({ size, figures }) => [size, figures[figure]!] as const);
    const exponent = exponentOf(curveOf);
    exponents[figure] = exponent;
    const cells = curveOf.map(([size, value]) => [`at ${size}`, shown(value)]);
    return { figure, ...Object.fromEntries(cells), exponent: exponent.toFixed(2) };
  });
  console.log(`\n${curve.name}: more ${curve.of}\n`);
  printTable(rows);
  appendResult(options.results, { ...machine(), curve: curve.name, points, exponents });
  return exponents;
}

/** Prints memory under churn; the largest in proportion to a fresh store's. */
function runChurn(): number {
  const points = CHURN.sizes.map((hours) => ({ hours, figures: measured(CHURN, hours) }));
  const fresh = points[0]!.figures["memory, MiB"]!;
  const ratios = points.map(({ figures }) => figures["memory, MiB"]! / fresh);
  console.log("\nchurn: a tenth of 20,000 series replaced every hour\n");
  printTable(
    points.map(({ hours, figures }, i) => ({
      [CHURN.of]: String(hours),
      ...Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, shown(value)])),
      "times a fresh store": ratios[i]!.toFixed(3),
    })),
  );
  appendResult(options.results, { ...machine(), curve: CHURN.name, points, ratios });
  return Math.max(...ratios);
}

function runAll(): void {
  const complaints: string[] = [];
  for (const curve of CURVES.filter(({ name }) => chosen.has(name))) {
    for (const [figure, exponent] of Object.entries(runCurve(curve))) {
      if (exponent <= Number(options["exponent-max"])) continue;
      complaints.push(`${curve.name}, ${figure}: exponent ${exponent.toFixed(2)}`);
    }
  }
  const churned = chosen.has(CHURN.name) ? runChurn() : 1;
  if (churned > Number(options["churn-max"])) {
    complaints.push(`churn: ${churned.toFixed(2)} times the memory of a fresh store`);
  }
  console.log(complaints.length === 0 ? "\nnothing grows faster than its work" : "");
  for (const complaint of complaints) console.log(complaint);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}

if (options.point === undefined) {
  runAll();
} else {
  const curve = [...CURVES, CHURN].find(({ name }) => name === options.curves);
  console.log(JSON.stringify(await curve!.measure(Number(options.point))));
}
