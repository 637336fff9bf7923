/**
 * The heap profile as text, in the form that Go's /debug/pprof/heap?debug=1 has.
 *
 * Source: writeHeapInternal in runtime/pprof/pprof.go. The rate in the first line is twice the
 * sampling period, which is 1: everything is counted.
 *
 * Units: bytes and counts; nanoseconds where MemStats has them.
 */
import type { AllocationEntry } from "../engine/heap-status-origins.ts";
import type { HeapStats } from "../heap/stats.ts";
import { memStats } from "./mem-stats.ts";
import { framesOf } from "./pprof-paths.ts";

const TWICE_THE_PERIOD = 2;

function counts(objects: number, bytes: number, allObjects: number, allBytes: number): string {
  return `${objects}: ${bytes} [${allObjects}: ${allBytes}]`;
}

function entryText(entry: AllocationEntry, addresses: Map<string, string>): string {
  const frames = framesOf(entry).map(({ name, file }) => {
    const address = addresses.get(name) ?? `0x${(addresses.size + 1).toString(16)}`;
    addresses.set(name, address);
    return { address, line: `#\t${address}\t${name}+0x0\t${file}:1\n` };
  });
  const { inuseObjects, inuseBytes, allocatedObjects, allocatedBytes } = entry;
  const figures = counts(inuseObjects, inuseBytes, allocatedObjects, allocatedBytes);
  const stack = frames.map(({ address }) => address).join(" ");
  return `${figures} @ ${stack}\n${frames.map(({ line }) => line).join("")}\n`;
}

/** The figures in the order in which Go writes them; those that are pairs are one line there. */
function statsText(heap: HeapStats): string {
  const stats = memStats(heap);
  const pairs: Readonly<Record<string, string>> = {
    StackInuse: `# Stack = ${stats.StackInuse} / ${stats.StackSys}\n`,
    MSpanInuse: `# MSpan = ${stats.MSpanInuse} / ${stats.MSpanSys}\n`,
    MCacheInuse: `# MCache = ${stats.MCacheInuse} / ${stats.MCacheSys}\n`,
    StackSys: "",
    MSpanSys: "",
    MCacheSys: "",
  };
  const lines = Object.entries(stats).map(
    ([name, value]) => pairs[name] ?? `# ${name} = ${value}\n`,
  );
  return `\n# runtime.MemStats\n${lines.join("")}# DebugGC = false\n`;
}

/** The whole text. */
export function heapProfileText(entries: readonly AllocationEntry[], heap: HeapStats): string {
  const sum = (pick: (entry: AllocationEntry) => number) =>
    entries.reduce((total, entry) => total + pick(entry), 0);
  const total = counts(
    sum((entry) => entry.inuseObjects),
    sum((entry) => entry.inuseBytes),
    sum((entry) => entry.allocatedObjects),
    sum((entry) => entry.allocatedBytes),
  );
  const addresses = new Map<string, string>();
  const rows = entries.map((entry) => entryText(entry, addresses));
  return `heap profile: ${total} @ heap/${TWICE_THE_PERIOD}\n${rows.join("")}${statsText(heap)}`;
}
