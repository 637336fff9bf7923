import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";
import { flipBit } from "./mutations.ts";
import { decodeReference, encodeReference, plainOfBatch } from "./request-oracle.ts";

/*
 * Where the scanner is stricter than protobufjs, which skips such fields as unknown:
 *   known field with another wire type; group wire types; varints of more than 10 bytes.
 * Where protobufjs is stricter:
 *   text that is not UTF-8 (the series layer judges it per series); lengths and tags whose varint
 *   is padded beyond 5 bytes (the protocol's own reader takes them).
 */
const STRICTER_HERE = /has wire type|wire type \d of field|more than 10 bytes/;
const STRICTER_THERE = /not valid for encoding|invalid length encoding|invalid tag encoding/;

const labelText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "grapheme", minLength: 100, maxLength: 260 }),
  fc.constantFrom("__name__", "job", "instance", "namespace", ""),
);
const label = fc.record({ name: labelText, value: labelText });
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, Infinity, Number.NaN));
const time = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
  fc.integer(),
  fc.constantFrom(0, -1, 2 ** 35 - 1, 2 ** 35, 2 ** 42 - 1, 2 ** 42, -(2 ** 53), 2 ** 53),
);
const sample = fc.record({ value: number, timestamp: time });
const span = fc.record({ offset: fc.integer(), length: fc.nat(1000) });
const histogram = fc.record(
  {
    countInt: fc.nat(),
    sum: number,
    schema: fc.integer({ min: -4, max: 8 }),
    zeroThreshold: fc.double({ noNaN: true }),
    zeroCountFloat: fc.double({ noNaN: true }),
    negativeSpans: fc.array(span, { maxLength: 2 }),
    negativeDeltas: fc.array(fc.integer(), { maxLength: 3 }),
    positiveSpans: fc.array(span, { maxLength: 2 }),
    positiveCounts: fc.array(fc.double(), { maxLength: 3 }),
    resetHint: fc.nat(3),
    timestamp: time,
    customValues: fc.array(fc.double(), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const exemplar = fc.record({
  labels: fc.array(label, { maxLength: 2 }),
  value: number,
  timestamp: time,
});
function rareArray<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(one, { maxLength: 2 }) },
  );
}
const usualSeries = fc.record({
  labels: fc.array(label, { minLength: 1, maxLength: 8 }),
  samples: fc.array(sample, { minLength: 1, maxLength: 1 }),
});
const anySeries = fc.record({
  labels: fc.array(label, { maxLength: 6 }),
  samples: fc.array(sample, { maxLength: 4 }),
  exemplars: rareArray(exemplar),
  histograms: rareArray(histogram),
});
const metadata = fc.record({
  type: fc.nat(7),
  metricFamilyName: labelText,
  help: labelText,
  unit: labelText,
});
const request = fc.record({
  timeseries: fc.array(fc.oneof(usualSeries, anySeries), { maxLength: 6 }),
  metadata: rareArray(metadata),
});
const body = request.map(encodeReference);

/** Both verdicts on a body; a text is the reason of a refusal. */
function verdicts(
  bytes: Uint8Array,
  batch: WriteBatch,
): { ours: object | string; theirs: object | string } {
  let ours: object | string;
  let theirs: object | string;
  try {
    scanWriteRequest(bytes, batch);
    ours = batch;
  } catch (error) {
    expect(error).toHaveProperty("code", "PROTOBUF_INVALID");
    ours = String(error);
  }
  try {
    theirs = decodeReference(bytes);
  } catch (error) {
    theirs = String(error);
  }
  return { ours, theirs };
}

/** The same verdict, and the same content when both accept; known differences aside. */
function expectAgreement(bytes: Uint8Array, batch: WriteBatch): void {
  const { ours, theirs } = verdicts(bytes, batch);
  if (typeof ours === "string") {
    if (typeof theirs !== "string") expect(ours).toMatch(STRICTER_HERE);
  } else if (typeof theirs === "string") {
    expect(theirs).toMatch(STRICTER_THERE);
  } else {
    expect(plainOfBatch(batch)).toEqual(theirs);
  }
}

describe("write request scanner against protobufjs", () => {
  it("reads every body that the reference writes", () => {
    const batch = new WriteBatch();
    fc.assert(
      fc.property(body, (bytes) => {
        scanWriteRequest(bytes, batch);
        expect(plainOfBatch(batch)).toEqual(decodeReference(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it("gives the same verdict and content when bits are changed", () => {
    const batch = new WriteBatch();
    fc.assert(
      fc.property(body, fc.nat(), (bytes, bit) => {
        expectAgreement(flipBit(bytes, bit), batch);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the same verdict when fields are joined, repeated and cut off", () => {
    const batch = new WriteBatch();
    fc.assert(
      fc.property(body, body, fc.nat(), fc.nat(), (first, second, cut, from) => {
        const head = first.subarray(0, cut % (first.length + 1));
        const tail = second.subarray(from % (second.length + 1));
        expectAgreement(Uint8Array.from([...first, ...second]), batch);
        expectAgreement(Uint8Array.from([...head, ...tail]), batch);
      }),
      { numRuns: 1000 },
    );
  });

  it("gives the same verdict on bytes at random", () => {
    const batch = new WriteBatch();
    const tagged = fc
      .array(fc.constantFrom(0x0a, 0x12, 0x1a, 0x09, 0x10, 0x02, 0x04, 0x00, 0x80, 0xff, 0x2a))
      .map((bytes) => Uint8Array.from(bytes));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), tagged), (bytes) => {
        expectAgreement(bytes, batch);
      }),
      { numRuns: 3000 },
    );
  });
});
