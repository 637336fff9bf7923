/**
 * Mutated request bodies through the whole intake, against snappyjs and protobufjs.
 *
 * A store knows some of the series already, so that predictions are made and must hold: what the
 * intake says of a body must be what the references say, whatever was known before.
 */
import { compress, uncompress } from "snappyjs";
import { TsdbError } from "../../src/base/errors.ts";
import { Prng } from "../../src/base/prng.ts";
import type { SeriesRef } from "../../src/base/units.ts";
import type { Store } from "../../src/engine/store.ts";
import { NO_KEY } from "../../src/series/series-keys.ts";
import type { Intake } from "../../src/wire/intake.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import type { WriteBatch } from "../../src/wire/write-batch.ts";
import { mutated } from "./mutations.ts";
import { naiveUncompress } from "./naive-snappy.ts";
import { decodeReference, labelBytesOf, labelsOf, plainOfBatch } from "./request-oracle.ts";

const LIMIT_BYTES = 1 << 20;
/** See scan-write-request.model.test.ts: what one reader refuses and the other skips or takes. */
const STRICTER_HERE = /has wire type|wire type \d of field|more than 10 bytes/;
const STRICTER_THERE = /not valid for encoding|invalid length encoding|invalid tag encoding/;

export interface FuzzCounts {
  accepted: number;
  refusedSnappy: number;
  refusedProtobuf: number;
  knownSeries: number;
}

/** Sends `runs` mutated bodies through the intake of `store`; throws at the first difference. */
export function fuzzBodies(store: Store, timeMs: number, runs: number, seed: number): FuzzCounts {
  const random = new Prng(seed);
  const counts = { accepted: 0, refusedSnappy: 0, refusedProtobuf: 0, knownSeries: 0 };
  const bases = Array.from({ length: 12 }, () => drawRequest(random, timeMs));
  for (const base of bases) store.write(store.intake.read(compress(base), LIMIT_BYTES));
  for (let run = 0; run < runs; run++) {
    let body = bases[random.below(bases.length)]!;
    const other = bases[random.below(bases.length)]!;
    const depth = random.below(4);
    for (let i = 0; i < depth; i++) body = mutated(random, body, other);
    let packed: Uint8Array = compress(body);
    if (random.below(3) === 0) packed = mutated(random, packed, packed);
    try {
      check(store, packed, counts);
    } catch (error) {
      const hex = Buffer.from(packed).toString("hex");
      throw new Error(`seed ${seed}, run ${run}, body ${hex}`, { cause: error });
    }
  }
  return counts;
}

/** A request of a few series, most of them such as others have too. */
function drawRequest(random: Prng, timeMs: number): Uint8Array {
  const encoder = new WriteRequestEncoder();
  const first = random.below(6);
  const count = 1 + random.below(6);
  for (let i = 0; i < count; i++) {
    encoder.beginSeries();
    encoder.label("__name__", `metric_${(first + i) % 8}`);
    if (random.below(9) === 0) encoder.label("long", "x".repeat(100 + random.below(60)));
    encoder.label("pod", "p".repeat(random.below(3) * 9));
    const samples = random.below(8) === 0 ? random.below(3) : 1;
    for (let s = 0; s < samples; s++) {
      const value = random.below(3) === 0 ? 0 : random.below(1000) / (random.below(2) + 1);
      encoder.sample(timeMs - random.below(1000) + s, value);
    }
    encoder.endSeries();
  }
  if (random.below(6) === 0) encoder.metadata(1, "metric_1", "help", "unit");
  return encoder.finish().slice();
}

/** Compares one body's verdict and content. */
function check(store: Store, packed: Uint8Array, counts: FuzzCounts): void {
  const whole = naiveUncompress(packed);
  const ours = verdictOf(store.intake, packed);
  if (ours instanceof TsdbError && ours.code !== "PROTOBUF_INVALID") {
    if (whole !== null) throw new Error("a whole snappy block is refused", { cause: ours });
    counts.refusedSnappy++;
    return;
  }
  if (whole === null) throw new Error("a broken snappy block is taken");
  if (Buffer.compare(Buffer.from(uncompress(packed)), whole) !== 0) throw new Error("snappyjs");
  compareContent(whole, ours, counts);
  if (!(ours instanceof TsdbError)) counts.knownSeries += compareKeys(store, ours);
}

function verdictOf(intake: Intake, packed: Uint8Array): WriteBatch | TsdbError {
  try {
    return intake.read(packed, LIMIT_BYTES);
  } catch (error) {
    if (error instanceof TsdbError) return error;
    throw error;
  }
}

function compareContent(whole: Uint8Array, ours: WriteBatch | TsdbError, counts: FuzzCounts): void {
  let theirs: object | string;
  try {
    theirs = decodeReference(whole);
  } catch (error) {
    theirs = String(error);
  }
  if (ours instanceof TsdbError) {
    counts.refusedProtobuf++;
    if (typeof theirs !== "string" && !STRICTER_HERE.test(ours.message)) throw ours;
    return;
  }
  counts.accepted++;
  if (typeof theirs === "string") {
    if (!STRICTER_THERE.test(theirs)) throw new Error(theirs);
  } else {
    const [left, right] = [textOf(plainOfBatch(ours)), textOf(theirs)];
    if (left !== right) throw new Error(`${left}\n${right}`);
  }
}

/** JSON in which NaN, infinities and -0 differ. */
export function textOf(content: object): string {
  return JSON.stringify(content, (_key, value: unknown) =>
    typeof value === "number" && !(Number.isSafeInteger(value) && !Object.is(value, -0))
      ? String(Object.is(value, -0) ? "-0" : value)
      : value,
  );
}

/** Every key that the scan gave names the series whose labels stand there; how many it gave. */
export function compareKeys(store: Store, batch: WriteBatch): number {
  let known = 0;
  for (let i = 0; i < batch.seriesCount; i++) {
    if (batch.keyOf(i) === NO_KEY) continue;
    known++;
    const bytes = labelBytesOf(batch, i, store.head.index.keys);
    const sent = labelsOf(bytes).filter(([, value]) => value !== "");
    const held = store.head.index.labelsOf(batch.seriesRefOf(i) as SeriesRef);
    const names = sent.map(([name, value]) => held.get(name) === value);
    if (names.includes(false) || held.size !== sent.length) throw new Error("another series");
  }
  return known;
}
