/** Selections in steps, beside a look at every series. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { SeriesRef } from "../../src/base/units.ts";
import { ReaderEpochs } from "../../src/chunk/reader-epochs.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { LabelIndex } from "../../src/series/label-index.ts";
import { Matcher, type MatcherType } from "../../src/series/matcher.ts";
import { FREE_LENGTH } from "../../src/series/pattern-weight.ts";
import { Selection } from "../../src/series/select.ts";
import { NO_KEY } from "../../src/series/series-keys.ts";
import { NO_SERIES } from "../../src/series/series-table.ts";
import { labelBytes } from "./label-fixtures.ts";

class Series {
  readonly readers = new ReaderEpochs({} as never);
  readonly index = new LabelIndex(0, 5, new Kernel(), this.readers);
  private made = 0;

  /** Makes series whose pods are numbered on, with `tail` behind the number. */
  make(count: number, tail = ""): void {
    for (let i = 0; i < count; i++) {
      const number = this.made++;
      const bytes = labelBytes([
        ["__name__", `m${number % 3}`],
        ["job", `job-${number % 7}`],
        ["pod", `pod-${number}${tail}`],
        ...(number % 2 === 0 ? [["zone", `z${number % 4}`] as const] : []),
      ]);
      this.index.intern(bytes, 0, bytes.length, NO_KEY, true);
    }
  }

  /** Kills every nth live series, and lets go what no reader looks at. */
  kill(nth: number, from = 0): void {
    for (const series of this.live().filter((_, i) => i % nth === from)) this.index.kill(series);
    while (this.index.cleanStep(1000));
  }

  live(): SeriesRef[] {
    const live: SeriesRef[] = [];
    for (let s = 0; s < this.index.series.upperBound; s++) {
      if (this.index.series.isLive(s)) live.push(s as SeriesRef);
    }
    return live;
  }

  /** The naive twin. */
  matching(matchers: readonly Matcher[]): SeriesRef[] {
    return this.live().filter((series) => {
      const labels = this.index.labelsOf(series);
      return matchers.every((matcher) => matcher.matches(labels.get(matcher.name)));
    });
  }

  /** Selects; `between` is done wherever it may be. */
  selected(matchers: readonly Matcher[], between: () => void = () => undefined): SeriesRef[] {
    const selection = new Selection(this.index, matchers);
    while (!selection.prepare(() => false)) between();
    const selected: SeriesRef[] = [];
    while (!selection.isDone) {
      const series = selection.next();
      if (series !== NO_SERIES) selected.push(series);
      selection.takeWork();
    }
    expect(selected.length).toBeLessThanOrEqual(selection.candidateCount);
    return selected;
  }
}

/** A pattern of several pieces that matches no pod. */
const PIECES = Array.from({ length: 12 }, (_, i) => `.*a.{${150 + i}}b`).join("|");

const MATCHERS: readonly (readonly [MatcherType, string, string])[] = [
  ["=", "__name__", "m1"],
  ["=~", "__name__", ".+"],
  ["!=", "__name__", "m2"],
  ["=", "job", "job-3"],
  ["=~", "job", "job-(1|5)"],
  ["!~", "job", "job-[0-4]"],
  ["=~", "pod", "pod-.*7"],
  ["=~", "pod", "pod-1.+"],
  ["=~", "pod", `${Array.from({ length: 300 }, (_, i) => `pod-${i * 31}`).join("|")}|none`],
  ["=", "zone", ""],
  ["=~", "zone", "z2|"],
  ["!=", "zone", ""],
  ["=", "missing", "x"],
];
const matchers = fc
  .array(fc.constantFrom(...MATCHERS), { minLength: 1, maxLength: 3 })
  .map((some) => some.map((one) => new Matcher(...one)));

describe("a selection in steps", () => {
  it("finds the series that a look at each of them finds, in rising order", () => {
    const series = new Series();
    series.make(9000);
    series.kill(3);
    series.make(5000);
    series.kill(5);
    series.make(300);
    fc.assert(
      fc.property(matchers, (some) => {
        expect(series.selected(some)).toEqual(series.matching(some));
      }),
      { numRuns: 60 },
    );
  });

  it("finds what matches and lives throughout, and nothing else, while series come and go", () => {
    fc.assert(
      fc.property(matchers, fc.nat(6), (some, phase) => {
        const series = new Series();
        series.make(6000);
        const killedBefore = series.live().filter((_, i) => i % 7 === phase);
        for (const dead of killedBefore) series.index.kill(dead);
        const epoch = series.readers.open();
        const before = series.matching(some);
        let stepCount = 0;
        const found = series.selected(some, () => {
          if (++stepCount % 3 === 0) series.make(50);
          if (stepCount % 5 === 0) series.kill(40, phase);
          series.index.cleanStep(300);
        });
        const after = series.matching(some);
        const throughout = before.filter((one) => after.includes(one));
        expect(found.filter((one) => throughout.includes(one))).toEqual(throughout);
        expect(found.filter((one) => !after.includes(one))).toEqual([]);
        epoch.close();
      }),
      { numRuns: 25 },
    );
  });

  it("stops between two values when a pattern is slow to ask", () => {
    const series = new Series();
    series.make(200);
    const slow = Array.from({ length: 400 }, (_, i) => `pod-${i}[0-9]{1,100}x`).join("|");
    let stepCount = 0;
    series.selected([new Matcher("=~", "pod", slow)], () => stepCount++);
    expect(stepCount).toBeGreaterThan(100);
  });

  it("asks a pattern that excludes about the values of candidates, and no others", () => {
    const series = new Series();
    series.make(3000);
    const few = new Matcher("=~", "pod", "pod-1.");
    const excluding = new Matcher("!~", "pod", PIECES);
    expect(excluding.pieceCount).toBeGreaterThan(2);
    const asked = [vi.spyOn(excluding, "matches"), vi.spyOn(excluding, "matchesInSteps")];
    expect(series.selected([few, excluding])).toEqual(series.matching([few]));
    expect(asked.flatMap((one) => one.mock.calls).length).toBeLessThan(20);
  });

  it("stops between two pieces of patterns that exclude, at a long value", () => {
    const series = new Series();
    series.make(100, "x".repeat(FREE_LENGTH));
    const matchers = [
      new Matcher("!~", "pod", PIECES),
      new Matcher("!~", "pod", `${PIECES}|.*7x*`),
    ];
    const selection = new Selection(series.index, matchers);
    while (!selection.prepare(() => true));
    const selected: SeriesRef[] = [];
    let pauseCount = 0;
    let workMax = 0;
    while (!selection.isDone) {
      const one = selection.next();
      if (one === NO_SERIES) pauseCount++;
      else selected.push(one);
      workMax = Math.max(workMax, selection.takeWork());
    }
    expect(selected).toEqual(series.matching(matchers));
    expect(selected.length).toBe(90);
    const pieceCount = matchers[0]!.pieceCount + matchers[1]!.pieceCount;
    expect(pauseCount).toBeGreaterThanOrEqual(100 * (pieceCount - 2));
    const together = matchers[0]!.workOf(`pod-10${"x".repeat(FREE_LENGTH)}`);
    expect(workMax).toBeLessThan(together);
  });
});
