import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../src/base/duration.ts";

describe("durations", () => {
  it.each([
    ["0", 0],
    ["0s", 0],
    ["15s", 15_000],
    ["1h30m", 5_400_000],
    ["4h", 14_400_000],
    ["1y1w1d1h1m1s1ms", 32_230_861_001],
    ["100ms", 100],
  ])("reads %s as %d ms", (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each(["", "5", "1.5h", "1m1h", "1h1h", "-1s", "4 h", "h", "1hour"])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it.each([
    [0, "0s"],
    [5_400_000, "1h30m"],
    [604_800_000, "1w"],
    [691_200_000, "8d"],
    [31_536_000_000, "1y"],
  ])("writes %d ms as %s", (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  test.prop([fc.nat(2 ** 45)])("writes what it reads back", (durationMs) => {
    expect(parseDuration(formatDuration(durationMs))).toBe(durationMs);
  });
});
