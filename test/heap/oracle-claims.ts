/**
 * The claims of one Go version against its measured answers: one test file a version uses them, so
 * that versions run side by side.
 */
import { describe, expect, it } from "vitest";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { parsePageDumps } from "../../src/heap/page-dump.ts";
import { type ReplayOptions, replayTrace } from "../../src/heap/replay.ts";
import {
  expectedText,
  oracleIsAbsent,
  oracleNote,
  RESTORE_POLICIES,
  traceBytes,
} from "./oracle.ts";

/** Figures of the whole process, which differ from run to run in real Go. */
const NOT_REPRODUCIBLE = [
  "HeapIdle",
  "HeapReleased",
  "HeapSys",
  "MSpanInuse",
  "NextGC",
  "NumGC",
  "StackInuse",
];

/** A record without what no two processes agree on; the same text means the same figures. */
export function comparable(record: string): string {
  const parsed = JSON.parse(record) as { ms: Record<string, number> };
  for (const field of NOT_REPRODUCIBLE) delete parsed.ms[field];
  return JSON.stringify(parsed);
}

/** First line in which two texts differ, as an object that a failed test can show. */
export function firstDifference(ours: readonly string[], theirs: readonly string[]) {
  const at = theirs.findIndex((line, i) => line !== ours[i]);
  if (at < 0 && ours.length === theirs.length) return null;
  return { at, ours: ours[at], theirs: theirs[at], counts: [ours.length, theirs.length] };
}

/** Replays files as one trace. */
export function replay(
  version: string,
  files: readonly Uint8Array[],
  wantsLog = false,
  dumps: string | null = null,
) {
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

/** Declares the claims for one version. */
export function describeMeasuredTraces(version: string): void {
  describe.skipIf(oracleIsAbsent)(`a replay against real Go ${version}${oracleNote}`, () => {
    for (const name of ["unit", "random", "growth", "pages"]) {
      it(`gives every figure and every placement of ${name}`, () => {
        const dumps = expectedText(version, `${name}.pages.ndjson`);
        const { records, allocations, heap } = replay(version, [traceBytes(name)], true, dumps);
        expectSameRecords(version, name, records);
        const measured = expectedText(version, `${name}.alloc.csv`)?.trim().split("\n") ?? [];
        const trim = (line: string) => (dumps === null ? withoutPage(line) : line);
        expect(firstDifference(allocations.map(trim), measured.map(trim))).toBeNull();
        heap.verify();
      });
    }

    it("gives every figure of the restart drill with every restore policy", () => {
      const ingest = replay(version, [traceBytes("drill-1-ingest")]).records;
      for (const policy of RESTORE_POLICIES) {
        const names = [`drill-2-restore-${policy}`, "drill-3-ingest"];
        const { records, heap } = replay(version, names.map(traceBytes));
        expectSameRecords(version, `drill-${policy}`, [...ingest, ...records]);
        heap.verify();
      }
    });
  });
}
