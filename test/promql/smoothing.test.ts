import { describe, expect, it } from "vitest";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { extendedFloats } from "../../src/promql/evaluate/smoothing.ts";

const COUNT = 300_000;

/** A sample each second with its own number as value. */
function seconds(count: number): SampleColumns {
  const floats = new SampleColumns();
  floats.reserve(count);
  for (let i = 0; i < count; i++) {
    floats.times[i] = i * 1000;
    floats.values[i] = i;
  }
  floats.length = count;
  return floats;
}

describe("an extended window as points", () => {
  it("may have more samples than a call has arguments", () => {
    const endMs = (COUNT - 2) * 1000 + 500;
    const points = extendedFloats(seconds(COUNT), 0, COUNT, 500, endMs, true);
    expect(points.times.length).toBe(COUNT);
    expect([...points.times.subarray(0, 3)]).toEqual([500, 1000, 2000]);
    expect([...points.values.subarray(0, 3)]).toEqual([0.5, 1, 2]);
    expect(points.times.at(-1)).toBe(endMs);
    expect(points.values.at(-1)).toBe(COUNT - 1.5);
  });
});
