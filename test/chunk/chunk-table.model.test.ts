import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ChunkRef, SeriesRef, WindowNumber } from "../../src/base/units.ts";
import { ChunkTable, NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import { appendSample } from "../../src/chunk/xor-appender.ts";
import { BumpHeap } from "./bump-heap.ts";
import { highOf, lowOf, readRange } from "./chunk-samples.ts";
import { bitsOf, type NaiveSample } from "./naive-xor.ts";

interface Twin {
  readonly chunk: ChunkRef;
  readonly series: number;
  readonly window: number;
  readonly samples: NaiveSample[];
}

type Command =
  | { readonly kind: "create"; readonly series: number; readonly window: number }
  | { readonly kind: "release"; readonly which: number }
  | {
      readonly kind: "append";
      readonly which: number;
      readonly step: number;
      readonly value: number;
    };

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant("create" as const),
    series: fc.nat(1000),
    window: fc.integer({ min: -5, max: 5 }),
  }),
  fc.record({ kind: fc.constant("release" as const), which: fc.nat() }),
  fc.record({
    kind: fc.constant("append" as const),
    which: fc.nat(),
    step: fc.integer({ min: 1, max: 20000 }),
    value: fc.integer({ min: 0, max: 50 }),
  }),
);

const heap = new BumpHeap();

function emptyTable(): ChunkTable {
  heap.clear();
  return new ChunkTable(heap, 1);
}

function append(chunks: ChunkTable, twin: Twin, step: number, value: number): void {
  for (let i = 0; i < 40; i++) {
    const time = (twin.samples.at(-1)?.[0] ?? 0) + step;
    const bits = bitsOf(value + i);
    appendSample(chunks, twin.chunk, time, highOf(bits), lowOf(bits));
    twin.samples.push([time, bits]);
  }
}

function expectTwin(chunks: ChunkTable, twin: Twin): void {
  const { chunk, samples } = twin;
  expect(chunks.isLive(chunk)).toBe(true);
  expect(chunks.seriesOf(chunk)).toBe(twin.series);
  expect(chunks.windowOf(chunk)).toBe(twin.window);
  expect(chunks.sampleCountOf(chunk)).toBe(samples.length);
  expect(chunks.olderOf(chunk)).toBe(NO_CHUNK);
  expect(heap.live.get(chunks.addressOf(chunk))).toBe(chunks.capacityOf(chunk));
  expect(readRange(chunks, chunk)).toEqual(samples);
  const last = samples.at(-1);
  if (last === undefined) return;
  expect(chunks.firstTimeOf(chunk)).toBe(samples[0]?.[0]);
  expect(chunks.lastTimeOf(chunk)).toBe(last[0]);
  expect(chunks.lastValueHighOf(chunk)).toBe(highOf(last[1]));
  expect(chunks.lastValueLowOf(chunk)).toBe(lowOf(last[1]));
}

describe("chunk table", () => {
  test.prop([fc.array(command, { maxLength: 60 })])("agrees with a list of arrays", (commands) => {
    const chunks = emptyTable();
    const twins: Twin[] = [];
    for (const step of commands) {
      if (step.kind === "create") {
        const chunk = chunks.create(step.series as SeriesRef, step.window as WindowNumber);
        twins.push({ chunk, series: step.series, window: step.window, samples: [] });
        continue;
      }
      if (twins.length === 0) continue;
      const index = step.which % twins.length;
      if (step.kind === "append") append(chunks, twins[index] as Twin, step.step, step.value);
      else {
        const [twin] = twins.splice(index, 1);
        chunks.release((twin as Twin).chunk);
        expect(chunks.isLive((twin as Twin).chunk)).toBe(false);
      }
    }
    for (const twin of twins) expectTwin(chunks, twin);
    expect(chunks.count).toBe(twins.length);
    expect(heap.live.size).toBe(twins.length);
    chunks.verify();
    heap.verify();
  });

  it("keeps every record when it grows", () => {
    const chunks = emptyTable();
    const refs = Array.from({ length: 5000 }, (_, i) =>
      chunks.create(i as SeriesRef, 1 as WindowNumber),
    );
    refs.forEach((chunk, i) => {
      chunks.setOlder(chunk, refs[(i * 7) % 5000] as ChunkRef);
      chunks.setNextInWindow(chunk, refs[(i * 11) % 5000] as ChunkRef);
      chunks.setPreviousInWindow(chunk, refs[(i * 13) % 5000] as ChunkRef);
    });
    for (let i = 0; i < 20000; i++) chunks.create(i as SeriesRef, 1 as WindowNumber);
    refs.forEach((chunk, i) => {
      expect(chunks.seriesOf(chunk)).toBe(i);
      expect(chunks.olderOf(chunk)).toBe(refs[(i * 7) % 5000]);
      expect(chunks.nextInWindow(chunk)).toBe(refs[(i * 11) % 5000]);
      expect(chunks.previousInWindow(chunk)).toBe(refs[(i * 13) % 5000]);
    });
    chunks.verify();
  });

  it("refuses a second release", () => {
    const chunks = emptyTable();
    const chunk = chunks.create(0 as SeriesRef, 0 as WindowNumber);
    chunks.release(chunk);
    expect(() => chunks.release(chunk)).toThrow("released twice");
  });

  it("finds a stream that was changed behind its back", () => {
    const chunks = emptyTable();
    const chunk = chunks.create(0 as SeriesRef, 0 as WindowNumber);
    append(chunks, { chunk, series: 0, window: 0, samples: [] }, 1000, 1);
    chunks.verify();
    const last = chunks.offsetOf(chunk) + chunks.byteLengthOf(chunk) - 1;
    const bytes = chunks.bytesOf(chunk);
    bytes[last] = (bytes[last] as number) ^ 0x80;
    expect(chunks.bitLengthOf(chunk) % 8).not.toBe(0);
    expect(() => chunks.verify()).toThrow("open byte differs");
  });
});
