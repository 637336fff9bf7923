import { describe, expect, it } from "vitest";
import {
  allPolicies,
  DEFAULT_POLICIES,
  parsePolicies,
  policyName,
} from "../../src/drill/policies.ts";

describe("restore policies", () => {
  it("are read by their names and named as they were read", () => {
    expect(parsePolicies(DEFAULT_POLICIES)!.map(policyName).join(",")).toBe(DEFAULT_POLICIES);
    expect(parsePolicies("grow+series+copy")).toEqual([
      { capacity: "grow", order: "series", copies: true, compacts: false },
    ]);
    expect(parsePolicies("exact+time+compact")).toEqual([
      { capacity: "exact", order: "time", copies: false, compacts: true },
    ]);
  });

  it("are 24 in all", () => {
    expect(parsePolicies("all")).toEqual(allPolicies());
    expect(new Set(allPolicies().map(policyName)).size).toBe(24);
  });

  it("are refused under any other name", () => {
    for (const text of ["", "exact", "exact+random", "exact+time+", "exact+time+copy+copy", ","]) {
      expect(parsePolicies(text)).toBeUndefined();
    }
    expect(parsePolicies("exact+time,nothing+time")).toBeUndefined();
  });

  it("are run once each however often they are named", () => {
    expect(parsePolicies("exact+time, exact+time")!.length).toBe(1);
  });
});
