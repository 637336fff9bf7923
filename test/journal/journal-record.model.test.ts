/** Journal records against plain lists: what goes in comes out, bit for bit. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { HistogramColumns } from "../../src/chunk/histogram-columns.ts";
import { RecordBuilder } from "../../src/journal/record-builder.ts";
import { RecordReader } from "../../src/journal/record-reader.ts";
import { RecordCollector } from "./record-collector.ts";

const word = fc.oneof(
  fc.constantFrom(0, 0xffff0000, 0x3ff00000),
  fc.integer({ max: 2 ** 32 - 1, min: 0 }),
);
const timeMs = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 42 }),
  fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
);
const samples = fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 32 - 1 }), timeMs, word, word), {
  maxLength: 40,
});
const labels = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 });
const texts = fc.array(fc.tuple(fc.string(), fc.string(), fc.string(), fc.string()), {
  maxLength: 3,
});

/** A block of words with lists of these lengths. */
const blocks = fc
  .tuple(
    fc.array(word, { minLength: 10, maxLength: 10 }),
    fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }),
  )
  .map(([head, lengths]) => {
    const pairs = lengths.reduce((sum, length) => sum + length, 0);
    return [...head, ...lengths, 0, ...Array.from({ length: 2 * pairs }, (_, i) => i * 2 ** 20)];
  });
const histograms = fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 32 - 1 }), timeMs, blocks), {
  maxLength: 5,
});
const exemplars = fc.array(
  fc.tuple(fc.nat(2 ** 31), timeMs, word, word, fc.uint8Array({ maxLength: 300 })),
  { maxLength: 5 },
);
const stretches = fc.array(fc.tuple(fc.nat(2 ** 31), timeMs, fc.nat(2 ** 31)), { maxLength: 5 });

function bytesOf(record: RecordBuilder, position: number): Uint8Array {
  const bytes = new Uint8Array(record.size).fill(0xaa);
  record.writeTo(bytes, new DataView(bytes.buffer), 0, position);
  return bytes;
}

/** Bytes that two texts share at their starts and, outside of these, at their ends. */
function sharedEnds(left: Uint8Array, right: Uint8Array): [number, number] {
  const most = Math.min(left.length, right.length);
  let prefix = 0;
  while (prefix < most && left[prefix] === right[prefix]) prefix++;
  let suffix = 0;
  while (suffix < most - prefix && left.at(-1 - suffix) === right.at(-1 - suffix)) suffix++;
  return [prefix, suffix];
}

describe("a journal record", () => {
  test.prop([
    fc.integer({ min: 1, max: 2 ** 40 }),
    labels,
    samples,
    texts,
    timeMs.map(Math.abs),
    histograms,
    stretches,
    exemplars,
  ])("is read back as it was built", (...contents) => {
    const [first, defined, added, families, clockMs, rows, deleted, traced] = contents;
    const record = new RecordBuilder();
    record.begin(clockMs);
    for (const [i, bytes] of defined.entries()) {
      const [prefix, suffix] = sharedEnds(defined[i - 1] ?? new Uint8Array(0), bytes);
      record.define(first + i, bytes, 0, bytes.length, prefix, suffix);
    }
    for (const sample of added) record.sample(...sample);
    for (const [name, type, help, unit] of families) record.family({ name, type, help, unit });
    const columns = new HistogramColumns();
    for (const [number, at, words] of rows) {
      const start = columns.add(at, words.length);
      columns.words.set(words, start);
      record.histogram(number, columns, columns.length - 1);
    }
    for (const [number, fromMs, lengthMs] of deleted) {
      record.deletion(number, fromMs, fromMs + lengthMs);
      record.cleaning(number, fromMs);
    }
    for (const [number, at, high, low, text] of traced) {
      record.exemplar(number, at, high, low, text, text.length);
    }
    const bytes = bytesOf(record, 88);
    const reader = new RecordReader();
    const target = new RecordCollector();
    reader.open(bytes);
    expect(reader.sizeAt(0)).toBe(bytes.length);
    expect(reader.sampleCountAt(0)).toBe(added.length + rows.length);
    expect(reader.read(0, target)).toBe(true);
    expect(target.records).toEqual([
      {
        position: 88,
        clockMs,
        definitions: defined.map((b, i) => [first + i, Buffer.from(b).toString("latin1")]),
        samples: added,
        families: families.map(([name, type, help, unit]) => ({
          name: Buffer.from(name).toString(),
          type: Buffer.from(type).toString(),
          help: Buffer.from(help).toString(),
          unit: Buffer.from(unit).toString(),
        })),
        histograms: rows,
        deletions: deleted.map(([number, fromMs, lengthMs]) => [number, fromMs, fromMs + lengthMs]),
        cleanings: deleted.map(([number, fromMs]) => [number, fromMs]),
        exemplars: traced.map(([number, at, high, low, text]) => {
          return [number, at, high, low, Buffer.from(text).toString("latin1")];
        }),
      },
    ]);
  });

  it("takes one byte and the value for the next series at the same time", () => {
    const record = new RecordBuilder();
    record.begin(1_000);
    record.sample(5, 1_000, 0x40080000, 0);
    const before = record.size;
    for (let number = 6; number < 6 + 800; number++) record.sample(number, 1_000, 0x40080000, 0);
    expect(record.size - before).toBe(800 * 3);
  });

  it("is no record when any byte of it differs, nor when it is cut off", () => {
    const record = new RecordBuilder();
    record.begin(1_000);
    record.define(1, Uint8Array.of(1, 2, 3), 0, 3, 0, 0);
    for (let i = 0; i < 9; i++) record.sample(1, 1_000 + i, i, i);
    const bytes = bytesOf(record, 0);
    const reader = new RecordReader();
    for (let at = 0; at < bytes.length; at++) {
      bytes[at]! ^= 0x10;
      reader.open(bytes);
      expect(reader.sizeAt(0), `byte ${at}`).toBe(0);
      bytes[at]! ^= 0x10;
      reader.open(bytes.subarray(0, at));
      expect(reader.sizeAt(0), `cut at ${at}`).toBe(0);
    }
    reader.open(bytes);
    expect(reader.sizeAt(0)).toBe(bytes.length);
  });
});
