/** Label values that a query makes have limits: one of them, and all of a query. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/promql/engine.ts";
import { MemorySource } from "../../src/promql/promqltest/memory-source.ts";
import { Labels } from "../../src/series/labels.ts";

const LENGTH_MAX = 64 << 10;
const ALL_LENGTH_MAX = 64 << 20;
const LONG = 1024;
/** As many series as may have the longest value once, and one more. */
const SERIES = ALL_LENGTH_MAX / LENGTH_MAX + 1;

const source = new MemorySource();
for (let n = 0; n < SERIES; n++) {
  source.append(
    Labels.fromRecord({ __name__: "x", n: String(n), long: "y".repeat(LONG) }),
    0,
    n,
    0,
  );
}
const engine = createEngine({ timeoutMs: 0 });

function fault(query: string): string {
  try {
    engine.instant(source, query, 0);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** label_join of so many values of LONG characters. */
function joined(vector: string, times: number, separator = ""): string {
  return `label_join(${vector}, "to", "${separator}"${', "long"'.repeat(times)})`;
}

/** A value, with label_replace doubled so many times. */
function doubled(vector: string, times: number): string {
  if (times === 0) return vector;
  const from = times === 1 ? "long" : "to";
  return `label_replace(${doubled(vector, times - 1)}, "to", "$1$1", "${from}", "(.*)")`;
}

const tooLong = (length: number, call: string): string =>
  `label value of ${length} characters in ${call}() is longer than the 65536 allowed`;

describe("a label value that a query makes", () => {
  it("may be as long as a stored one and no longer", () => {
    const one = 'x{n="1"}';
    expect(fault(joined(one, LENGTH_MAX / LONG))).toBe("");
    expect(fault(joined(one, LENGTH_MAX / LONG + 1))).toBe(tooLong(66_560, "label_join"));
    expect(fault(joined(one, LENGTH_MAX / LONG, "-"))).toBe(tooLong(65_599, "label_join"));
    expect(fault(doubled(one, 6))).toBe("");
    expect(fault(doubled(one, 7))).toBe(tooLong(131_072, "label_replace"));
    const template = "$1".repeat(LENGTH_MAX / LONG + 1);
    const replaced = `label_replace(${one}, "to", "${template}", "long", "(.*)")`;
    expect(fault(replaced)).toBe(tooLong(66_560, "label_replace"));
  });

  it("counts with all others of the query", () => {
    const most = 'x{n!="0"}';
    expect(fault(`count(${joined(most, LENGTH_MAX / LONG)})`)).toBe("");
    const all = "label values made by the query have more than the 67108864 characters allowed";
    expect(fault(joined("x", LENGTH_MAX / LONG))).toBe(`${all}, in label_join()`);
    const twice = `${joined(most, LENGTH_MAX / LONG)} or ${joined('x{n="0"}', 1)}`;
    expect(fault(twice)).toBe(`${all}, in label_join()`);
  });
});
