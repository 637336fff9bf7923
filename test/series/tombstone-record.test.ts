import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oneInterval, withInterval } from "../../src/chunk/time-intervals.ts";
import {
  readTombstone,
  tombstoneWords,
  writeTombstone,
} from "../../src/series/tombstone-record.ts";

const TIME_MAX = Number.MAX_SAFE_INTEGER;
const time = fc.oneof(
  fc.constantFrom(-TIME_MAX, -1, 0, 2 ** 32 - 1, 2 ** 32, TIME_MAX),
  fc.maxSafeInteger(),
);
const stretch = fc.tuple(time, time).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const lists = fc
  .array(stretch, { minLength: 1, maxLength: 6 })
  .map((all) =>
    all
      .slice(1)
      .reduce((list, [from, to]) => withInterval(list, from, to), oneInterval(...all[0]!)),
  );

function recordOf(series: number, list: Float64Array): Uint32Array {
  const words = new Uint32Array(tombstoneWords(list) + 1);
  writeTombstone(words, 1, series, list);
  return words;
}

describe("a record of deleted stretches", () => {
  it("reads back as it was written", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), lists, (series, intervals) => {
        const words = recordOf(series, intervals);
        expect(readTombstone(words, 1, words.length)).toEqual({ series, intervals });
      }),
    );
  });

  it("is refused when it is cut anywhere", () => {
    fc.assert(
      fc.property(lists, (intervals) => {
        const words = recordOf(7, intervals);
        for (let end = 1; end < words.length; end++) {
          expect(readTombstone(words, 1, end)).toBeNull();
        }
      }),
    );
  });

  it("is well formed or refused whatever bit is turned", () => {
    fc.assert(
      fc.property(lists, fc.nat(), (intervals, drawn) => {
        const words = recordOf(7, intervals);
        const bit = 32 + (drawn % ((words.length - 1) * 32));
        words[bit >>> 5] = words[bit >>> 5]! ^ (1 << (bit & 31));
        const list = readTombstone(words, 1, words.length)?.intervals ?? oneInterval(0, 0);
        for (let i = 1; i < list.length; i++) {
          expect(list[i]! - list[i - 1]!).toBeGreaterThanOrEqual(i % 2 === 0 ? 2 : 0);
        }
      }),
    );
  });

  it("is refused when it has no stretch", () => {
    expect(readTombstone(Uint32Array.of(1, 0), 0, 2)).toBeNull();
  });
});
