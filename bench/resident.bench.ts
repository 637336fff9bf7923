/**
 * Resident bench: what the resident memory of a running server is made of, from the system's own
 * account of its mappings (/proc/PID/smaps, Linux).
 *
 * A growing table of the store is one mapping of a WebAssembly memory, its bytes reserved and the
 * touched ones resident, so large mappings are listed one by one; the C library's heap and V8's
 * small pages are sums.
 *
 *   npm run bench:resident -- --pid PID
 *
 * Units: MiB.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { memoryOf } from "./process-figures.ts";
import { printTable } from "./results.ts";

const { values: options } = parseArgs({ options: { pid: { type: "string" } } });

const HEADER = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$/;
const FIGURE = /^(Size|Rss): +(\d+) kB$/;
/** A mapping without a name that is at least this large is a line of its own. */
const OWN_LINE_MIN_MIB = 1;

interface Mapping {
  readonly name: string;
  sizeMib: number;
  residentMib: number;
}

/** The mappings of a process, as smaps lists them. */
function mappingsOf(pid: number): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of readFileSync(`/proc/${pid}/smaps`, "latin1").split("\n")) {
    const name = HEADER.exec(line)?.[1];
    const [, key, kibibytes] = FIGURE.exec(line) ?? [];
    const last = mappings.at(-1);
    if (name !== undefined) mappings.push({ name, sizeMib: 0, residentMib: 0 });
    else if (last !== undefined && key === "Size") last.sizeMib = Number(kibibytes) / 1024;
    else if (last !== undefined && key === "Rss") last.residentMib = Number(kibibytes) / 1024;
  }
  return mappings;
}

/** What a mapping is listed under. */
function lineOf({ name, sizeMib, residentMib }: Mapping): string {
  if (name === "[heap]") return "the C library's heap";
  if (name !== "") return "program and libraries";
  if (residentMib < OWN_LINE_MIN_MIB) return "smaller: V8's pages, stacks";
  return `a mapping of ${sizeMib.toFixed(1)}`;
}

const pid = Number(options.pid);
if (!(pid > 0)) throw new Error("want --pid PID");
const sums = new Map<string, number>();
for (const mapping of mappingsOf(pid)) {
  const line = lineOf(mapping);
  sums.set(line, (sums.get(line) ?? 0) + mapping.residentMib);
}
const rows = [...sums].toSorted(([, a], [, b]) => b - a);
printTable(rows.map(([of, mib]) => ({ of, "resident MiB": mib.toFixed(1) })));
const { resident, residentPeak } = memoryOf(pid);
const [now, peak] = [resident, residentPeak].map((bytes) => (bytes / 2 ** 20).toFixed(1));
console.log(`${now} MiB resident, ${peak} MiB at the peak`);
