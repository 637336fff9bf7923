import { describe, expect, it } from "vitest";
import { DurationBuckets } from "../../src/base/duration-buckets.ts";

describe("duration buckets", () => {
  it("count a duration at its bound and at every one above", () => {
    const buckets = new DurationBuckets([1, 2, 5]);
    for (const seconds of [0, 1, 1.5, 2, 5, 5.5]) buckets.observe(seconds);
    expect(buckets.cumulative()).toEqual([2, 4, 5, 6]);
    expect(buckets.sumSeconds).toBe(15);
  });

  it("have ascending bounds", () => {
    const { bounds } = new DurationBuckets();
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
  });
});
