import "../kernel/assembly.ts";
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { ChunkTable } from "../../src/chunk/chunk-table.ts";
import { decodeStream, KernelRates } from "../../src/chunk/decode-kernel.ts";
import { DecoderState } from "../../src/chunk/decoder-state.ts";
import type { RateRequest, RateResult } from "../../src/chunk/rate-request.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { plainMemory } from "../kernel/assembly.ts";
import { BumpHeap } from "./bump-heap.ts";
import { chunkOf, samplesOf, scrapes, walks } from "./chunk-samples.ts";
import type { NaiveSample } from "./naive-xor.ts";

const plain = await import("../../src/kernel/decode/decode-kernel.ts");

/** A stream of samples and the state behind its first one. */
function streamFor(samples: readonly NaiveSample[]) {
  const chunks = new ChunkTable(new BumpHeap());
  const chunk = chunkOf(chunks, samples);
  const stream = {
    bytes: chunks.bytesOf(chunk),
    start: chunks.offsetOf(chunk),
    byteLength: chunks.byteLengthOf(chunk),
    count: chunks.sampleCountOf(chunk),
  };
  const state = new DecoderState();
  state.enterStart(stream.bytes, stream.start, chunks.firstTimeOf(chunk), stream.count);
  return { stream, state };
}

/** Decodes with the kernel's code as plain TypeScript; returns what it returns. */
function decodePlain(samples: readonly NaiveSample[], fromMs: number, toMs: number): number {
  const { stream, state } = streamFor(samples);
  const skipped = state.position >>> 3;
  const bytes = stream.bytes.subarray(stream.start + skipped, stream.start + stream.byteLength);
  new Uint8Array(plainMemory).set(bytes, plain.INPUT);
  const { index, time, previous, high, low, leading, size } = state;
  const rest = [high, low, leading | (size << 8), 0] as const;
  const bit = state.position & 7;
  return plain.decode(
    ...([bytes.length, bit, fromMs, toMs, index, stream.count, time, previous] as const),
    ...rest,
  );
}

function plainSamples(count: number): NaiveSample[] {
  const times = new Float64Array(plainMemory, plain.TIMES, count);
  const values = new BigUint64Array(plainMemory, plain.VALUES, count);
  return Array.from(times, (time, i) => [time, values[i]!]);
}

const anySamples = fc.oneof(scrapes(60), walks(100));

describe("the decode kernel", () => {
  test.prop([anySamples, fc.nat(), fc.nat()])(
    "gives what its source gives as plain TypeScript",
    (samples, first, second) => {
      const at = (n: number) => samples[n % samples.length]![0];
      const [from, to] = [Math.min(at(first), at(second)), Math.max(at(first), at(second))];
      const { stream, state } = streamFor(samples);
      const columns = new SampleColumns();
      decodeStream(stream, state, from, to, columns);
      const packed = decodePlain(samples, from, to);
      expect(plainSamples(packed >>> 1)).toEqual(samplesOf(columns));
      expect((packed & 1) === 1).toBe(columns.mayBeStale);
    },
  );

  test.prop([anySamples, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 })])(
    "computes the rates that its source computes",
    (samples, steps, minutes) => {
      const start = samples[0]![0];
      const stepMs = Math.max(1, Math.ceil((samples.at(-1)![0] - start) / steps));
      const ends = Float64Array.from({ length: steps }, (_, i) => start + (i + 1) * stepMs);
      const rangeMs = minutes * 60_000;
      for (const isCounter of [true, false]) {
        const request: RateRequest = { ends, rangeMs, isCounter, rateSeconds: minutes * 60 };
        const { stream, state } = streamFor(samples);
        const rates = new KernelRates(request);
        rates.begin();
        expect(rates.add(stream, state, -Infinity, Infinity)).toBe(true);
        const into = { values: new Float64Array(steps), kinds: new Uint8Array(steps) };
        rates.finish(into);
        expect(present(into)).toEqual(present(plainRates(samples, request)));
      }
    },
  );
});

/** Results by step; null where there is none. */
function present({ values, kinds }: RateResult): (number | null)[] {
  return Array.from(kinds, (kind, step) => (kind === 1 ? values[step]! : null));
}

function plainRates(samples: readonly NaiveSample[], request: RateRequest) {
  const { ends, rangeMs, rateSeconds, isCounter } = request;
  const limit = Number.MAX_SAFE_INTEGER;
  const count = plain.dropStale(decodePlain(samples, -limit, limit) >>> 1);
  new Float64Array(plainMemory, plain.ENDS, ends.length).set(ends);
  const none = { values: new Float64Array(ends.length), kinds: new Uint8Array(ends.length) };
  if (count < 2) return none;
  new Float64Array(plainMemory, plain.RATES, ends.length).fill(0);
  const found = plain.rates(count, ends.length, rangeMs, rateSeconds, isCounter ? 1 : 0);
  if (found === 0) return none;
  return {
    values: new Float64Array(plainMemory, plain.RATES, ends.length).slice(),
    kinds: new Uint8Array(plainMemory, plain.KINDS, ends.length).slice(),
  };
}
