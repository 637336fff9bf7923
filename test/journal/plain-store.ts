/**
 * The naive twin of a head for snapshot tests: series and chunks as plain objects.
 *
 * PlainStore is written from and PlainTarget is read into; equal contents have equal dumps.
 */
import { Prng } from "../../src/base/prng.ts";
import type { ChunkRef, SeriesRef, WindowNumber } from "../../src/base/units.ts";
import type { AlignedBytes, ChunkBatch } from "../../src/chunk/chunk-batch.ts";
import { NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import type { RestoreTarget } from "../../src/journal/restore-target.ts";
import type { FamilyMetadata, SnapshotSource } from "../../src/journal/snapshot-source.ts";
import { NO_EXEMPLAR } from "../../src/series/exemplar-ring.ts";

type Label = readonly [name: string, value: string];

interface PlainChunk {
  series: number;
  window: number;
  state: Uint8Array;
  stream: Uint8Array;
  live: boolean;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Pads a state as a record does. */
function padded(state: Uint8Array): Uint8Array {
  const longer = new Uint8Array(Math.ceil(state.length / 8) * 8);
  longer.set(state);
  return longer;
}

interface PlainExemplar {
  readonly series: number;
  readonly timeMs: number;
  readonly high: number;
  readonly low: number;
  readonly text: Uint8Array;
}

/** Contents as text: one line a chunk and a family, sorted. */
type Dump = string[];

export class PlainStore implements SnapshotSource {
  readonly texts: string[] = [];
  readonly labels: (readonly [number, number])[] = [];
  readonly sets: { pairs: number[]; live: boolean }[] = [];
  readonly records: PlainChunk[] = [];
  readonly metadata: FamilyMetadata[] = [];
  position = 0;
  /** Change numbers of windows that have ended. */
  readonly changes = new Map<number, number>();
  pinCount = 0;
  holdCount = 0;
  /** Deleted stretches of series. */
  readonly deleted = new Map<number, Float64Array>();
  /** Exemplars, oldest first; null for one that is not held any more. */
  readonly traces: (PlainExemplar | null)[] = [];
  private readonly freeRefs: number[] = [];

  /** Adds a series of labels sorted by name. */
  addSeries(labels: readonly Label[]): SeriesRef {
    const pairs = labels.map(([name, value]) => this.pairOf(name, value));
    const ref = this.freeRefs.pop() ?? this.sets.length;
    this.sets[ref] = { pairs, live: true };
    return ref as SeriesRef;
  }

  addChunk(series: number, window: number, state: Uint8Array, samples: Uint8Array): ChunkRef {
    const count = samples.length;
    const stream = new Uint8Array(2 + count);
    stream[0] = count >>> 8;
    stream[1] = count;
    stream.set(samples, 2);
    this.records.push({ series, window, state, stream, live: true });
    return (this.records.length - 1) as ChunkRef;
  }

  /** Removes a series with its chunks and, as an eager head would, the pairs only it had. */
  removeSeries(series: number): void {
    const set = this.sets[series]!;
    set.live = false;
    if (this.pinCount === 0) this.freeRefs.push(series);
    for (const chunk of this.records) if (chunk.series === series) chunk.live = false;
    for (const [at, trace] of this.traces.entries()) {
      if (trace?.series === series) this.traces[at] = null;
    }
    for (const pair of set.pairs) {
      if (this.sets.some((other) => other.live && other.pairs.includes(pair))) continue;
      this.labels[pair] = [-1, -1];
    }
  }

  /** What a snapshot of this moment must give back; series without chunks are not in it. */
  dump(): Dump {
    const lines = this.records
      .filter((chunk) => chunk.live)
      .map((chunk) => {
        const labels = this.sets[chunk.series]!.pairs.map((pair) => this.labelText(pair));
        return dumpLine(labels, chunk.window, padded(chunk.state), chunk.stream);
      });
    const written = new Set(this.records.filter(({ live }) => live).map(({ series }) => series));
    for (const [series, intervals] of this.deleted) {
      if (!written.has(series)) continue;
      const labels = this.sets[series]!.pairs.map((pair) => this.labelText(pair));
      lines.push(`{${labels.join(",")}} deleted ${intervals.join(" ")}`);
    }
    for (const trace of this.traces) {
      if (trace === null || !written.has(trace.series)) continue;
      const labels = this.sets[trace.series]!.pairs.map((pair) => this.labelText(pair));
      lines.push(traceLine(labels, trace.timeMs, trace.high, trace.low, trace.text));
    }
    return [...lines, ...this.metadata.map((family) => JSON.stringify(family))].sort();
  }

  readonly symbols = ((store: PlainStore) => ({
    get upperBound() {
      return store.texts.length;
    },
    bytesOf: (symbol: number) => encode(store.texts[symbol]!),
  }))(this);

  readonly pairs = ((store: PlainStore) => ({
    get upperBound() {
      return store.labels.length;
    },
    nameOf: (pair: number) => store.labels[pair]![0] as never,
    valueOf: (pair: number) => store.labels[pair]![1] as never,
  }))(this);

  readonly series = ((store: PlainStore) => ({
    get upperBound() {
      return store.sets.length;
    },
    isLive: (series: number) => store.sets[series]?.live ?? false,
    pairCountOf: (series: number) => store.sets[series]!.pairs.length,
    pairsOf(series: number, into: Uint32Array) {
      into.set(store.sets[series]!.pairs);
      return store.sets[series]!.pairs.length;
    },
    journalNumberOf: (series: number) => store.numberOf(series),
    newestChunkOf: (series: number) => store.chain(series)[0] ?? NO_CHUNK,
    pin() {
      store.pinCount++;
      return () => {
        store.pinCount--;
      };
    },
  }))(this);

  readonly windows = ((store: PlainStore) => ({
    numbers() {
      const live = store.records.filter((chunk) => chunk.live);
      const windows = new Set(live.map((chunk) => chunk.window));
      return [...windows].sort((a, b) => a - b) as WindowNumber[];
    },
    walk(window: number) {
      const chunks = [...store.windowChunks(window)];
      return { next: () => chunks.shift() ?? NO_CHUNK, end: () => {} };
    },
    countOf: (window: number) => store.windowChunks(window).length,
    changeOf: (window: number) => store.changes.get(window) ?? Number.NaN,
    splitCount: 0,
  }))(this);

  readonly chunks = ((store: PlainStore) => ({
    isLive: (chunk: number) => store.records[chunk]!.live,
    seriesOf: (chunk: number) => store.records[chunk]!.series as SeriesRef,
    windowOf: (chunk: number) => store.records[chunk]!.window as WindowNumber,
    olderOf(chunk: number) {
      const chain = store.chain(store.records[chunk]!.series);
      return chain[chain.indexOf(chunk as ChunkRef) + 1] ?? NO_CHUNK;
    },
    sampleCountOf: (chunk: number) => store.records[chunk]!.stream.length - 2,
    byteLengthOf: (chunk: number) => store.records[chunk]!.stream.length,
    bytesOf: (chunk: number) => new Uint8Array([7, 7, 7, ...store.records[chunk]!.stream, 9]),
    offsetOf: () => 3,
    stateBytesOf: (chunk: number) => store.records[chunk]!.state.length,
    writeState(chunk: number, into: Uint8Array, at: number) {
      into.set(store.records[chunk]!.state, at);
    },
  }))(this);

  readonly tombstones = ((store: PlainStore) => ({
    series: () => store.deleted.keys() as IterableIterator<SeriesRef>,
    of: (series: number) => store.deleted.get(series),
    hold() {
      store.holdCount++;
      return () => {
        store.holdCount--;
      };
    },
  }))(this);

  readonly exemplars = ((store: PlainStore) => ({
    firstNumber: 0,
    get endNumber() {
      return store.traces.length;
    },
    slotOf: (number: number) => (store.traces[number] === null ? NO_EXEMPLAR : number),
    seriesOf: (slot: number) => store.traces[slot]!.series as SeriesRef,
    timeOf: (slot: number) => store.traces[slot]!.timeMs,
    valueHighOf: (slot: number) => store.traces[slot]!.high,
    valueLowOf: (slot: number) => store.traces[slot]!.low,
    textLengthOf: (slot: number) => store.traces[slot]!.text.length,
    textOf: (slot: number) => new Uint8Array([...store.traces[slot]!.text, 1, 2, 3]),
  }))(this);

  families(): Iterable<FamilyMetadata> {
    return this.metadata;
  }

  journalPosition(): number {
    return this.position++;
  }

  /** A number in the journal as a store gives them: from 1 on, in order of creation. */
  numberOf(series: number): number {
    return series + 1;
  }

  lastJournalNumber(): number {
    return this.sets.length;
  }

  private chain(series: number): ChunkRef[] {
    const all = [...this.records.keys()] as ChunkRef[];
    const own = all.filter(
      (ref) => this.records[ref]!.live && this.records[ref]!.series === series,
    );
    return own.sort((a, b) => this.records[b]!.window - this.records[a]!.window);
  }

  private windowChunks(window: number): ChunkRef[] {
    const all = [...this.records.keys()] as ChunkRef[];
    return all.filter((ref) => this.records[ref]!.live && this.records[ref]!.window === window);
  }

  private labelText(pair: number): string {
    const [name, value] = this.labels[pair]!;
    return `${this.texts[name]}=${this.texts[value]}`;
  }

  private symbolOf(text: string): number {
    const known = this.texts.indexOf(text);
    return known >= 0 ? known : this.texts.push(text) - 1;
  }

  /** Gives a released pair reference to another text, as a real head does. */
  private pairOf(name: string, value: string): number {
    const n = this.symbolOf(name);
    const v = this.symbolOf(value);
    const known = this.labels.findIndex(([a, b]) => a === n && b === v);
    if (known >= 0) return known;
    const free = this.labels.findIndex(([a]) => a < 0);
    if (free < 0) return this.labels.push([n, v]) - 1;
    this.labels[free] = [n, v];
    return free;
  }
}

function traceLine(
  labels: string[],
  timeMs: number,
  high: number,
  low: number,
  text: Uint8Array,
): string {
  return `{${labels.join(",")}} exemplar ${timeMs} ${high} ${low} ${hex(text)}`;
}

function dumpLine(labels: string[], window: number, state: Uint8Array, data: Uint8Array): string {
  return `{${labels.join(",")}} ${window} ${hex(state)} ${hex(data)}`;
}

export class PlainTarget implements RestoreTarget {
  finished = false;
  exemplarsCompleteTo = 0;
  private readonly texts: string[] = [];
  private readonly labels: string[] = [];
  private readonly sets: string[][] = [];
  private readonly lines: string[] = [];
  private readonly held = new Set<number>();

  /** Series that came without a chunk. */
  get chunklessCount(): number {
    return this.sets.length - this.held.size;
  }

  beginIndex(): void {}

  endIndex(): void {}

  symbol(bytes: Uint8Array, from: number, to: number): number {
    return this.texts.push(decode(bytes.subarray(from, to))) - 1;
  }

  pair(name: number, value: number): number {
    return this.labels.push(`${this.texts[name]}=${this.texts[value]}`) - 1;
  }

  series(pairs: Uint32Array, count: number): number {
    return this.sets.push([...pairs.subarray(0, count)].map((pair) => this.labels[pair]!)) - 1;
  }

  tombstones(series: number, intervals: Float64Array): void {
    this.lines.push(`{${this.sets[series]!.join(",")}} deleted ${intervals.join(" ")}`);
  }

  exemplar(
    series: number,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    length: number,
  ): void {
    const labels = this.sets[series]!;
    this.lines.push(traceLine(labels, timeMs, high, low, text.subarray(0, length)));
  }

  exemplarsEnd(journalPosition: number): void {
    this.exemplarsCompleteTo = Math.max(this.exemplarsCompleteTo, journalPosition);
  }

  family(family: FamilyMetadata): void {
    this.lines.push(JSON.stringify(family));
  }

  chunks({ bytes }: AlignedBytes, batch: ChunkBatch, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const series = batch.series[i]!;
      const stateAt = batch.stateAt[i]!;
      const dataAt = batch.dataAt[i]!;
      this.held.add(series);
      const state = bytes.subarray(stateAt, stateAt + batch.stateLength[i]!);
      const data = bytes.subarray(dataAt, dataAt + batch.dataLength[i]!);
      this.lines.push(dumpLine(this.sets[series]!, batch.windows[i]!, state, data));
      if (stateAt % 8 !== 0 || dataAt % 8 !== 0) return i;
    }
    return to;
  }

  finish(): void {
    this.finished = true;
  }

  dump(): Dump {
    return this.lines.slice().sort();
  }
}

/** A store of random contents: `seriesCount` series with 0 to 3 chunks each. */
export function randomStore(seed: number, seriesCount: number, bytesMax = 60): PlainStore {
  const prng = new Prng(seed);
  const store = new PlainStore();
  const bytes = (length: number) => Uint8Array.from({ length }, () => prng.below(256));
  for (let i = 0; i < seriesCount; i++) {
    const labels: Label[] = [["__name__", `metric_${prng.below(4)}`]];
    if (prng.below(5) > 0) labels.push(["instance", `host-${i}.example`]);
    if (prng.below(2) > 0) labels.push(["zone", ["", "a", "ü", "日本"][prng.below(4)]!]);
    labels.push(["zz", `${i}`]);
    const series = store.addSeries(labels);
    const first = prng.below(3) - 2;
    for (let window = first; window < first + prng.below(4); window++) {
      store.addChunk(series, window, bytes(prng.below(30)), bytes(prng.below(bytesMax)));
    }
  }
  for (let series = 0; series < seriesCount; series += 1 + prng.below(9)) {
    const from = prng.below(2 ** 31) - 2 ** 30;
    store.deleted.set(series, Float64Array.of(from, from + 5, 2 ** 40, 2 ** 52 + series));
  }
  for (let i = 0; i < seriesCount; i++) {
    const series = prng.below(seriesCount);
    const [high, low] = [prng.below(2 ** 32), prng.below(2 ** 32)];
    const timeMs = prng.below(2 ** 31) * 4096 - 2 ** 41;
    const trace = { series, timeMs, high, low, text: bytes(prng.below(40)) };
    store.traces.push(prng.below(5) === 0 ? null : trace);
  }
  store.metadata.push({ name: "metric_0", type: "counter", help: "How many – all.", unit: "" });
  store.metadata.push({ name: "metric_1", type: "gauge", help: "", unit: "seconds" });
  return store;
}
