import { describe, expect, it } from "vitest";
import { acceptedPacking } from "../../src/http/accepted-packing.ts";

describe("the packing of an answer", () => {
  it.each([
    ["", null],
    ["identity", null],
    ["br", null],
    ["gzip", "gzip"],
    ["GZIP", "gzip"],
    ["x-gzip", "gzip"],
    ["*", "gzip"],
    ["gzip, deflate, br", "gzip"],
    ["deflate, gzip", "deflate"],
    ["gzip;q=0.5, deflate", "deflate"],
    ["gzip; q=0.5, deflate;q=0.4", "gzip"],
    ["gzip;q=0", null],
    ["gzip;q=0,*", "deflate"],
    ["gzip;q=0, deflate;q=0.0, *", null],
    ["*;q=0", null],
    ["br;q=1.0, *;q=0.1", "gzip"],
    ["gzip;q=x", null],
  ])("is for %j: %s", (header, packing) => {
    expect(acceptedPacking(header)).toBe(packing);
  });
});
