/**
 * Mutated remote write 2.0 bodies through the whole intake, against protobufjs.
 *
 * A store knows some of the series and families already. What the intake says of a body must be
 * what the reference says, whatever was known before; of a family that a body describes in several
 * ways, one of them is kept.
 */
import { TsdbError } from "../../src/base/errors.ts";
import { Prng } from "../../src/base/prng.ts";
import { MetadataStore } from "../../src/engine/metadata-store.ts";
import type { Store } from "../../src/engine/store.ts";
import { STATE, TAKEN_2_COUNT } from "../../src/kernel/code/layout.ts";
import type { WriteBatch } from "../../src/wire/write-batch.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { compareKeys, textOf } from "./body-fuzz.ts";
import { mutated } from "./mutations.ts";
import { decodeReference2, encodeReference2 } from "./request-2-oracle.ts";
import { type PlainRequest, plainOfBatch } from "./request-oracle.ts";

const LIMIT_BYTES = 1 << 20;
const TAKEN = (TAKEN_2_COUNT - STATE) / 4;
/** What one reader refuses and the other skips or takes. */
const STRICTER_HERE = /has wire type|wire type \d of field|more than 10 bytes/;
const STRICTER_THERE = /not valid for encoding|invalid length encoding|invalid tag encoding/;
const SYMBOLS = [
  ...["", "__name__", "job", "api", "Zone", "eu", "Seconds that it took.", "seconds", "trace_id"],
  ...["wait", "wait_bucket", "wait_sum", "wait_count", "wait_gsum", "up", "", "_sum", "x\ny"],
  ...["p".repeat(40), "q".repeat(150), "le", "0.5"],
];

export interface Fuzz2Counts {
  accepted: number;
  refused: number;
  knownSeries: number;
  /** Those of them that were taken by their keys alone. */
  takenSeries: number;
  knownFamilies: number;
}

/** Sends `runs` mutated bodies through the intake of `store`; throws at the first difference. */
export function fuzzRequests2(
  store: Store,
  timeMs: number,
  runs: number,
  seed: number,
): Fuzz2Counts {
  const random = new Prng(seed);
  const counts = { accepted: 0, refused: 0, knownSeries: 0, takenSeries: 0, knownFamilies: 0 };
  const metadata = new MetadataStore();
  const bases = Array.from({ length: 16 }, () => drawRequest(random, timeMs));
  for (const base of bases) store.write(store.intake.read2(literalSnappy(base), LIMIT_BYTES));
  for (let run = 0; run < runs; run++) {
    let body = bases[random.below(bases.length)]!;
    const other = bases[random.below(bases.length)]!;
    const depth = random.below(4);
    for (let i = 0; i < depth; i++) body = mutated(random, body, other);
    try {
      check(store, metadata, body, counts);
    } catch (error) {
      const hex = Buffer.from(body).toString("hex");
      throw new Error(`seed ${seed}, run ${run}, body ${hex}`, { cause: error });
    }
  }
  return counts;
}

/** A request of a few series with what 2.0 senders give them. */
function drawRequest(random: Prng, timeMs: number): Uint8Array {
  const filler = random.below(4) === 0 ? 150 : 0;
  const symbols = ["", ...new Array<string>(filler).fill("unused"), ...SYMBOLS.slice(1)];
  const ref = (text: string) => symbols.indexOf(text, 1);
  const timeseries: object[] = [];
  const count = 1 + random.below(6);
  for (let i = 0; i < count; i++) timeseries.push(drawSeries(random, timeMs, ref));
  return encodeReference2({ symbols, timeseries });
}

function drawSeries(random: Prng, timeMs: number, ref: (text: string) => number): object {
  const pick = <T>(...from: readonly T[]): T => from[random.below(from.length)]!;
  const labelsRefs: number[] = [];
  const label = (name: string, value: string) => labelsRefs.push(ref(name), ref(value));
  if (random.below(4) === 0) label("Zone", "eu");
  const name = pick("wait", "wait_bucket", "wait_sum", "wait_count", "wait_gsum", "up", "_sum");
  if (random.below(12) > 0) label("__name__", name);
  label("job", pick("api", "x\ny", "", "p".repeat(40), "q".repeat(150)));
  if (random.below(3) === 0) label("le", "0.5");
  const sample = () => ({
    value: pick(0, 1, 1.5, -1),
    timestamp: pick(timeMs, timeMs - 1000, 5),
    startTimestamp: pick(0, 0, timeMs - 60_000, -7),
  });
  const samples = Array.from({ length: random.below(8) === 0 ? random.below(3) : 1 }, sample);
  const exemplar = { labelsRefs: [ref("trace_id"), ref("api")], value: 1, timestamp: timeMs };
  const metadata = { type: pick(0, 1, 3, 4, 5), helpRef: pick(0, ref("Seconds that it took.")) };
  return {
    labelsRefs,
    ...(random.below(10) === 0
      ? { histograms: [{ countInt: 0, timestamp: timeMs }] }
      : { samples }),
    ...(random.below(6) === 0 ? { exemplars: [exemplar] } : {}),
    ...(random.below(2) === 0 ? { metadata: { ...metadata, unitRef: ref("seconds") } } : {}),
    ...(random.below(6) === 0 ? { createdTimestamp: timeMs - 60_000 } : {}),
  };
}

function check(store: Store, metadata: MetadataStore, body: Uint8Array, counts: Fuzz2Counts): void {
  const theirs = referenceOf(body);
  let batch: WriteBatch;
  try {
    batch = store.intake.read2(literalSnappy(body), LIMIT_BYTES);
  } catch (error) {
    if (!(error instanceof TsdbError) || error.code !== "PROTOBUF_INVALID") throw error;
    counts.refused++;
    if (typeof theirs !== "string" && !isStricterHere(error.message)) throw error;
    return;
  }
  counts.accepted++;
  const before = new Map(metadata.families);
  metadata.apply(batch, () => undefined);
  counts.knownFamilies += batch.sentMetadataCount - batch.metadataCount;
  counts.knownSeries += compareKeys(store, batch);
  counts.takenSeries += batch.kernel.state[TAKEN]!;
  if (typeof theirs === "string") {
    if (!STRICTER_THERE.test(theirs)) throw new Error(theirs);
    return;
  }
  const [ours, reference] = [plainOfBatch(batch, store.head.index.keys), theirs].map((one) =>
    textOf({ ...one, metadata: [] }),
  );
  if (ours !== reference) throw new Error(`${ours}\n${reference}`);
  if (batch.sentMetadataCount !== theirs.metadata.length) throw new Error("number of metadata");
  compareFamilies(before, metadata, theirs);
}

/** A reference of more than 32 bits is cut off there, and refused here for its upper bits. */
function isStricterHere(message: string): boolean {
  const [, low, count] = /symbol (\d+) of (\d+) is referred to/.exec(message) ?? [];
  return STRICTER_HERE.test(message) || (low !== undefined && Number(low) < Number(count));
}

/** Every family is as the body says, or as it was when the body does not speak of it. */
function compareFamilies(
  before: MetadataStore["families"],
  { families }: MetadataStore,
  theirs: PlainRequest,
): void {
  const expected = new Map([...before].map(([name, entry]) => [name, [JSON.stringify(entry)]]));
  for (const { name } of theirs.metadata) expected.set(name, []);
  for (const { name, type, help, unit } of theirs.metadata) {
    expected.get(name)!.push(JSON.stringify({ type, help, unit }));
  }
  expected.delete("");
  if (families.size !== expected.size) throw new Error("number of families");
  for (const [name, entry] of families) {
    if (!expected.get(name)?.includes(JSON.stringify(entry))) throw new Error(`family ${name}`);
  }
}

function referenceOf(body: Uint8Array): PlainRequest | string {
  try {
    return decodeReference2(body);
  } catch (error) {
    return String(error);
  }
}
