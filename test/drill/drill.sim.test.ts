/**
 * The published findings, at a tenth of the size: which way of restoring fragments the heap.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { DrillResult } from "../../src/drill/drill.ts";
import { drillFigures, type RunFigures } from "../../src/drill/figures.ts";
import { gapOf } from "../../src/drill/reading.ts";
import { NO_RESTART } from "../../src/drill/run-policy.ts";
import { conclusions } from "../../src/drill/summary.ts";
import { smallDrill } from "./small-drill.ts";

const POLICIES =
  "exact+shuffled,exact+time,exact+time+copy,grow+time,class+shuffled,class+time,oneshot+time," +
  "exact+shuffled+compact";

describe("a drill of eight policies", () => {
  let result: DrillResult;
  const figures = new Map<string, RunFigures>();
  const ratioOf = (name: string) => figures.get(name)!.gapRatio;

  beforeAll(async () => {
    result = await smallDrill(POLICIES);
    for (const one of drillFigures(result)) figures.set(one.name, one);
  });

  it("exact capacity in random order is the incident", () => {
    expect(ratioOf("exact+shuffled")).toBeGreaterThan(3.5);
  });

  it("exact capacity in time order is nearly flat", () => {
    expect(ratioOf("exact+time")).toBeLessThan(1.6);
  });

  it("a temporary buffer for each chunk brings the incident back", () => {
    expect(ratioOf("exact+time+copy")).toBeGreaterThan(3.5);
  });

  it("growing from 128 bytes in time order halves it at best", () => {
    expect(ratioOf("grow+time")).toBeGreaterThan(2);
    expect(ratioOf("grow+time")).toBeLessThan(0.75 * ratioOf("exact+shuffled"));
  });

  it("the ladder's capacity in random order is not enough", () => {
    expect(ratioOf("class+shuffled")).toBeGreaterThan(2);
  });

  it("the ladder's capacity in time order looks as if there had been no restart", () => {
    expect(ratioOf("class+time")).toBeLessThan(1.15);
  });

  it("one append of a whole chunk is hardly better than its exact capacity", () => {
    expect(ratioOf("oneshot+time")).toBeGreaterThan(ratioOf("class+time"));
  });

  it("compaction takes the incident away as it comes", () => {
    expect(ratioOf("exact+shuffled+compact")).toBeLessThan(1.3);
  });

  it("the incident is over when the last restored chunk is dropped", () => {
    const { readings } = result.runs.find(({ name }) => name === "exact+shuffled")!;
    const gapAt = (hour: number) => gapOf(readings.find((reading) => reading.hour === hour)!);
    expect(gapAt(67)).toBeLessThan(gapAt(58) / 3);
  });

  it("a heap profile shows next to nothing", () => {
    const { profileDifferenceBytes, gap } = figures.get("exact+shuffled")!;
    for (const bytes of profileDifferenceBytes) expect(bytes).toBeLessThan(gap.peakBytes / 10);
  });

  it("what is live is the same in all runs at the end", () => {
    const live = result.runs.map(({ readings }) => readings.at(-1)!.liveBytes);
    expect(new Set(live).size).toBe(1);
  });

  it("garbage is made by growing and by copying alone", () => {
    const garbage = (name: string) => figures.get(name)!.garbageBytes;
    expect(garbage("exact+time")).toBe(0);
    expect(garbage("class+shuffled")).toBe(0);
    expect(garbage("exact+time+copy")).toBeGreaterThan(1e6);
    expect(garbage("grow+time")).toBeGreaterThan(garbage("exact+time+copy")!);
    expect(garbage(NO_RESTART)).toBeNull();
  });

  it("random order mixes the windows of a span, time order does not", () => {
    const windows = (name: string) => figures.get(name)!.windowsPerSpan;
    expect(windows("class+time")).toBeLessThan(1.2);
    expect(windows("exact+time")).toBeLessThan(1.3);
    expect(windows("class+shuffled")).toBeGreaterThan(2.5);
    expect(windows("exact+shuffled")).toBeGreaterThan(2.5);
  });

  it("only exact capacities leave holes that ingestion never asks for", () => {
    const unasked = (name: string) => figures.get(name)!.unaskedRatio;
    expect(unasked("exact+shuffled")).toBeGreaterThan(0.7);
    expect(unasked("oneshot+time")).toBeGreaterThan(0.3);
    for (const name of ["grow+time", "class+shuffled", "class+time", NO_RESTART]) {
      expect(unasked(name)).toBe(0);
    }
  });

  it("the conclusions say so in words", () => {
    const text = conclusions(result).join("\n");
    expect(text).toContain("exact+shuffled fragments the heap");
    expect(text).toContain("exact+time stays close to normal");
    expect(text).toContain("class+time looks as if there had been no restart");
    expect(text).toContain("Why a heap profile does not find it");
  });
});
