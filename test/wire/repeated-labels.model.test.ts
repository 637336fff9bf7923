import { describe, expect, it } from "vitest";
import { Prng } from "../../src/base/prng.ts";
import { LAID_GENERATION, LAID_LABEL_SLOTS, STATE } from "../../src/kernel/code/layout.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Intake } from "../../src/wire/intake.ts";
import { WriteRequest2 } from "../../src/wire/write-request-2.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { plainFunctions } from "../kernel/plain-functions.ts";
import { encodeReference2 } from "./request-2-oracle.ts";
import { loadContract } from "./request-oracle.ts";

const REQUEST_1 = loadContract("remote.proto").lookupType("prometheus.WriteRequest");
const LIMIT = 8 << 20;
const TIME = Date.UTC(2026, 0, 2, 12);
/** References of one, two and three bytes, and many that share a slot of the table. */
const SYMBOL_COUNTS = [60, 1000, LAID_LABEL_SLOTS * 2 + 5000];
const SERIES_COUNT = 60;
const GENERATION_WORD = (LAID_GENERATION - STATE) / 4;

function read(message: Uint8Array): object {
  return REQUEST_1.toObject(REQUEST_1.decode(message), { longs: Number });
}

/** A request that repeats most of its labels; some of its fields are for the careful reader. */
function drawRequest(random: Prng): Uint8Array {
  const symbolCount = SYMBOL_COUNTS[random.below(SYMBOL_COUNTS.length)]!;
  const text = (i: number) => `${i}:${"t".repeat(random.below(30) === 0 ? 300 : random.below(50))}`;
  const symbols = Array.from({ length: symbolCount }, (_, i) => (i === 0 ? "" : text(i)));
  const pairs = Array.from({ length: 40 }, () => drawPair(random, symbolCount));
  const timeseries = Array.from({ length: SERIES_COUNT }, () => {
    const labelsRefs = Array.from({ length: 1 + random.below(14) }, () =>
      random.below(5) === 0 ? drawPair(random, symbolCount) : pairs[random.below(pairs.length)]!,
    ).flat();
    const exemplar = { labelsRefs: pairs[0]!, value: 1, timestamp: TIME };
    const isOdd = random.below(15) === 0;
    return {
      labelsRefs,
      samples: [{ value: 1.5, timestamp: TIME }],
      exemplars: random.below(4) === 0 ? [exemplar] : [],
      ...(isOdd ? { metadata: { type: 200 } } : {}),
    };
  });
  return encodeReference2({ symbols, timeseries });
}

function drawPair(random: Prng, symbolCount: number): number[] {
  const base = [random.below(symbolCount), random.below(symbolCount)];
  // The first symbols, and those whose values fall into the same slot.
  if (random.below(2) === 0) return base.map((ref) => ref % 50);
  return random.below(3) === 0 ? base.map((ref) => ref - (ref % LAID_LABEL_SLOTS)) : base;
}

for (const [name, newKernel] of [
  ["compiled", () => new Kernel()],
  ["as plain TypeScript", () => new Kernel(plainFunctions)],
] as const) {
  describe(`labels that a 2.0 request repeats, kernel ${name}`, () => {
    it("are laid out as the careful reader lays them out, request after request", () => {
      const random = new Prng(11);
      const kernel = newKernel();
      const intake = new Intake(kernel);
      for (let run = 0; run < 40; run++) {
        // The number that tells requests apart also begins anew.
        if (run === 20) kernel.state[GENERATION_WORD] = 2 ** 32 - 4;
        const body = drawRequest(random);
        intake.read2(literalSnappy(body), LIMIT);
        const careful = new WriteRequest2().layOut(body, LIMIT);
        expect(read(kernel.decoded!)).toEqual(read(careful));
      }
    });

    it("are not taken for those of an earlier request when the number begins anew", () => {
      const kernel = newKernel();
      const intake = new Intake(kernel);
      const send = (value: string) => {
        const series = { labelsRefs: [1, 2], samples: [{ value: 1, timestamp: TIME }] };
        const body = encodeReference2({ symbols: ["", "name", value], timeseries: [series] });
        intake.read2(literalSnappy(body), LIMIT);
        return read(kernel.decoded!);
      };
      send("first");
      expect(kernel.state[GENERATION_WORD]).toBe(1);
      kernel.state[GENERATION_WORD] = 2 ** 32 - 1;
      const nothing = encodeReference2({ symbols: [""], timeseries: [] });
      intake.read2(literalSnappy(nothing), LIMIT);
      const labels = [{ name: "name", value: "other" }];
      expect(send("other")).toMatchObject({ timeseries: [{ labels }] });
      expect(kernel.state[GENERATION_WORD]).toBe(1);
    });
  });
}
