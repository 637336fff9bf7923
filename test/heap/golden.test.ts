/**
 * A few answers of real Go that lie in the project, so that a clone alone shows the equality.
 *
 * `golden/` holds the first 3,312 lines of a random trace and a trace of many span shapes, what Go
 * 1.19.8, 1.24.4 and 1.26.10 answered (records without the figures that no two processes share;
 * placements without pages), and every 16th row of the measured growth of append.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { grownCapacity } from "../../src/heap/growth.ts";
import { comparable, firstDifference, replay } from "./oracle-claims.ts";

const folder = join(import.meta.dirname, "golden");

function lines(name: string): string[] {
  const bytes = readFileSync(join(folder, name));
  const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  return text.trimEnd().split("\n");
}

const trace = (name: string) => gunzipSync(readFileSync(join(folder, `${name}.trace.gz`)));

describe("a short replay", () => {
  for (const version of ["1.19", "1.24", "1.26"]) {
    it(`gives Go ${version}'s figures and placements of a random trace`, () => {
      const { records, allocations, heap } = replay(version, [trace("random")], true);
      const measured = lines(`random-${version}.stats.ndjson.gz`);
      expect(measured.length).toBeGreaterThan(20);
      expect(firstDifference(records.map(comparable), measured.map(comparable))).toBeNull();
      const places = allocations.map((line) => line.slice(0, line.lastIndexOf(",")));
      expect(firstDifference(places, lines(`random-${version}.alloc.csv.gz`))).toBeNull();
      heap.verify();
    });

    it(`gives Go ${version}'s figures for spans of many shapes`, () => {
      const { records, heap } = replay(version, [trace("pages")]);
      const measured = lines(`pages-${version}.stats.ndjson.gz`);
      expect(firstDifference(records.map(comparable), measured.map(comparable))).toBeNull();
      heap.verify();
    });
  }

  it("grows slices as Go does", () => {
    const old = rulesOfGoVersion("1.15");
    const recent = rulesOfGoVersion("1.26");
    for (const line of lines("growth-ladder.csv").slice(1)) {
      const [rule, from, needed, capacity] = line.split(",");
      const rules = rule === "go<=1.17" ? old : recent;
      expect([line, grownCapacity(rules, Number(from), Number(needed))]).toEqual([
        line,
        Number(capacity),
      ]);
    }
  });
});
