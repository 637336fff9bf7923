import { describe, expect, it } from "vitest";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { parsePageDumps } from "../../src/heap/page-dump.ts";
import { type ReplayOptions, replayTrace } from "../../src/heap/replay.ts";
import {
  expectedText,
  ORACLE_VERSIONS,
  oracleIsAbsent,
  oracleNote,
  RESTORE_POLICIES,
  tableRows,
  traceBytes,
} from "./oracle.ts";

/** Figures of the whole process, which differ from run to run in real Go. */
const NOT_REPRODUCIBLE = [
  ...["HeapIdle", "HeapReleased", "HeapSys", "MSpanInuse", "NextGC", "NumGC", "StackInuse"],
];

/** A record without what no two processes agree on; the same text means the same figures. */
function comparable(record: string): string {
  const parsed = JSON.parse(record) as { ms: Record<string, number> };
  for (const field of NOT_REPRODUCIBLE) delete parsed.ms[field];
  return JSON.stringify(parsed);
}

/** First line in which two texts differ, as an object that a failed test can show. */
function firstDifference(ours: readonly string[], theirs: readonly string[]) {
  const at = theirs.findIndex((line, i) => line !== ours[i]);
  if (at < 0 && ours.length === theirs.length) return null;
  return { at, ours: ours[at], theirs: theirs[at], counts: [ours.length, theirs.length] };
}

function replay(version: string, files: Uint8Array[], wantsLog: boolean, dumps: string | null) {
  const records: string[] = [];
  const allocations: string[] = [];
  const rules = rulesOfGoVersion(version);
  const options: ReplayOptions =
    dumps === null ? { rules } : { rules, pageDumps: parsePageDumps(dumps) };
  const log = wantsLog ? { allocation: (line: string) => allocations.push(line) } : {};
  const done = replayTrace(files, options, { record: (line) => records.push(line), ...log });
  return { records, allocations, heap: done.heap };
}

function expectSameRecords(version: string, name: string, records: readonly string[]): void {
  const measured = expectedText(version, `${name}.stats.ndjson`)?.trim().split("\n") ?? [];
  expect(measured.length).toBeGreaterThan(0);
  expect(firstDifference(records.map(comparable), measured.map(comparable))).toBeNull();
}

const withoutPage = (line: string) => line.slice(0, line.lastIndexOf(","));

describe.skipIf(oracleIsAbsent)(`a replay against real Go${oracleNote}`, () => {
  for (const version of ORACLE_VERSIONS) {
    for (const name of ["unit", "random", "growth", "pages"]) {
      it(`gives every figure and every placement of ${name}, Go ${version}`, () => {
        const dumps = expectedText(version, `${name}.pages.ndjson`);
        const { records, allocations, heap } = replay(version, [traceBytes(name)], true, dumps);
        expectSameRecords(version, name, records);
        const measured = expectedText(version, `${name}.alloc.csv`)?.trim().split("\n") ?? [];
        const trim = (line: string) => (dumps === null ? withoutPage(line) : line);
        expect(firstDifference(allocations.map(trim), measured.map(trim))).toBeNull();
        heap.verify();
      });
    }
    for (const policy of RESTORE_POLICIES) {
      it(`gives every figure of the restart drill, ${policy}, Go ${version}`, () => {
        const names = ["drill-1-ingest", `drill-2-restore-${policy}`, "drill-3-ingest"];
        const { records, heap } = replay(version, names.map(traceBytes), false, null);
        expectSameRecords(version, `drill-${policy}`, records);
        heap.verify();
      });
    }
  }

  it("gives the curve of Go 1.15 for the drill with exact capacities", () => {
    for (const policy of ["exact-random", "exact-time"]) {
      const names = ["drill-1-ingest", `drill-2-restore-${policy}`, "drill-3-ingest"];
      const { records } = replay("1.15", names.map(traceBytes), false, null);
      const ours = records.map((line) => {
        const record = JSON.parse(line) as Record<string, number | string>;
        return [record["label"], record["heap_alloc"], record["heap_inuse"]].join();
      });
      const theirs = tableRows("drill-curves.csv")
        .filter((row) => row[0]?.startsWith("1.15") && row[1] === policy)
        .map((row) => [row[2], row[4], row[5]].join());
      expect(theirs.length).toBeGreaterThan(0);
      expect(ours.filter((row) => theirs.includes(row)).length).toBe(theirs.length);
    }
  });
});
