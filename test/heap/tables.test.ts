import { describe, expect, it } from "vitest";
import { GO_VERSIONS, rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import {
  CapacityLadder,
  grownCapacity,
  ladderCapacity,
  slotBytesOf,
} from "../../src/heap/growth.ts";
import { CLASS_COUNT, SLOT_BYTES, SPAN_PAGES } from "../../src/heap/size-classes.ts";
import { oracleIsAbsent, oracleNote, tableRows } from "./oracle.ts";

const LADDER_NEW = [
  128, 256, 512, 896, 1408, 2048, 3072, 4096, 5376, 6912, 9472, 12288, 16384, 21760, 28672, 40960,
  57344, 73728,
];
const LADDER_OLD = [
  128, 256, 512, 1024, 1280, 1792, 2304, 3072, 4096, 5376, 6784, 9472, 12288, 16384, 20480, 27264,
  40960, 57344, 73728,
];

function ladderOf(version: string): number[] {
  const rules = rulesOfGoVersion(version);
  const rungs = [128];
  for (let rung = 128; rung < 73728; rungs.push(rung)) rung = grownCapacity(rules, rung, rung + 1);
  return rungs;
}

describe("append's growth", () => {
  it("climbs the ladder of Go 1.18 and later", () => {
    for (const version of ["1.18", "1.19", "1.22", "1.24", "1.26", "1.27"]) {
      expect(ladderOf(version)).toEqual(LADDER_NEW);
    }
  });

  it("climbs the ladder of Go 1.17 and earlier", () => {
    for (const version of ["1.15", "1.16", "1.17"]) expect(ladderOf(version)).toEqual(LADDER_OLD);
  });

  it("skips the ladder when everything comes in one call", () => {
    const rules = rulesOfGoVersion("1.26");
    expect(grownCapacity(rules, 128, 987)).toBe(1024);
    expect(grownCapacity(rules, 987, 988)).toBe(1536);
  });

  it("gives the first rung that holds a length", () => {
    const rules = rulesOfGoVersion("1.24");
    expect([0, 1, 128, 129, 513, 896, 897].map((length) => ladderCapacity(rules, length))).toEqual([
      128, 128, 128, 256, 896, 896, 1408,
    ]);
  });

  it("gives the same rung from steps that are kept, whichever lengths come first", () => {
    for (const version of GO_VERSIONS) {
      const rules = rulesOfGoVersion(version);
      const ladder = new CapacityLadder(rules);
      const lengths = Array.from({ length: 3000 }, (_, i) => (i * 48_271) % 100_003);
      expect(lengths.map((length) => ladder.capacityFor(length))).toEqual(
        lengths.map((length) => ladderCapacity(rules, length)),
      );
    }
  });

  it.skipIf(oracleIsAbsent)(`equals every measured row${oracleNote}`, () => {
    const old = rulesOfGoVersion("1.15");
    const recent = rulesOfGoVersion("1.26");
    const wrong = tableRows("growth-ladder.csv").filter(([rule, from, needed, capacity]) => {
      const rules = rule === "go<=1.17" ? old : recent;
      return grownCapacity(rules, Number(from), Number(needed)) !== Number(capacity);
    });
    expect(wrong).toEqual([]);
  });

  it("answers 24 for 17 to 24 bytes from Go 1.16 on and 32 before", () => {
    expect(grownCapacity(rulesOfGoVersion("1.15"), 0, 17)).toBe(32);
    expect(grownCapacity(rulesOfGoVersion("1.16"), 0, 17)).toBe(24);
  });
});

describe("the size classes", () => {
  it.skipIf(oracleIsAbsent)(`equal the measured table${oracleNote}`, () => {
    const before = rulesOfGoVersion("1.24").slotCounts;
    const since = rulesOfGoVersion("1.26").slotCounts;
    for (const row of tableRows("sizeclasses.csv").slice(1)) {
      const [c, size, , pages, slots, slotsSince] = row.map(Number);
      expect([SLOT_BYTES[c!], SPAN_PAGES[c!], before[c!], since[c!]]).toEqual([
        size,
        pages,
        slots,
        slotsSince,
      ]);
    }
  });

  it("serve a request by the smallest slot that holds it, in every version", () => {
    for (const version of GO_VERSIONS) {
      const rules = rulesOfGoVersion(version);
      const wrong: number[] = [];
      for (let bytes = 16; bytes <= rules.smallRequestMax; bytes++) {
        const sizeClass = rules.classByEighth[(bytes + 7) >>> 3]!;
        const below = version === "1.15" && sizeClass === 4 ? 2 : sizeClass - 1;
        if (SLOT_BYTES[sizeClass]! < bytes || SLOT_BYTES[below]! >= bytes) wrong.push(bytes);
      }
      expect(wrong).toEqual([]);
    }
  });

  it("end at 32760 bytes since Go 1.22", () => {
    const limits = ["1.21", "1.22"].map((version) => rulesOfGoVersion(version).smallRequestMax);
    expect(limits).toEqual([32768, 32760]);
    expect(slotBytesOf(rulesOfGoVersion("1.22"), 32761)).toBe(32768);
  });

  it("hold every slot in 512 bits", () => {
    for (const version of GO_VERSIONS) {
      const { slotCounts } = rulesOfGoVersion(version);
      for (let c = 2; c < CLASS_COUNT; c++) expect(slotCounts[c]).toBeLessThanOrEqual(512);
    }
  });

  it("are refused for a version that is not known", () => {
    expect(() => rulesOfGoVersion("1.14")).toThrow("Go version 1.14 is not one of 1.15");
    expect(() => rulesOfGoVersion("constructor")).toThrow("not one of");
  });
});
