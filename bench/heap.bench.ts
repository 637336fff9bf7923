/**
 * Heap bench: allocations and drops per second of the simulated heap, beside real Go's.
 *
 * The traces are random, from a seed, like the measured ones: all sizes, growth in one call and
 * byte by byte, a live set that swings between 2,000 and 20,000 objects. One is collected about as
 * often as GOGC=100 would, the other every 900 lines, so that sweeping outweighs all else. CPU
 * time, best of the rounds, one case per process. Real Go replays the same text in its own process
 * (test/oracle), parsed ahead; it is left out when there is no Go.
 *
 * Of the heap three cases: its calls alone, their sizes and growth settled ahead; a parsed trace,
 * whose slices are grown as they go, which is what real Go is given; and the text.
 *
 *   npm run bench:heap
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HeapAddress } from "../src/base/units.ts";
import { rulesOfGoVersion } from "../src/heap/go-rules.ts";
import { TraceReplay } from "../src/heap/replay.ts";
import { TraceParser, type TraceVisitor } from "../src/heap/trace-parser.ts";
import { randomTrace } from "../test/heap/random-trace.ts";
import { GoReplay, installedGoRules } from "../test/peer/go-replay.ts";
import { appendResult, machine, printTable } from "./results.ts";

const SEED = 20_261_123;
const SHAPE = { operations: 400_000, ids: 20_000, statEvery: 0 };
const COLLECT_EVERY = [20_000, 900];
const ROUNDS = 40;
const GO_ROUNDS = 10;
const rules = installedGoRules() ?? rulesOfGoVersion("1.19");

const ALLOCATE = 0;
const APPEND = 1;
const APPEND_BYTES = 2;
const FREE = 3;
const COLLECT = 4;
const COLLECT_NOW = -(2 ** 31);

/** A trace as columns, so that reading it costs nothing. */
class ParsedTrace implements TraceVisitor {
  readonly kinds: number[] = [];
  readonly ids: number[] = [];
  readonly sizes: number[] = [];

  constructor(text: Uint8Array) {
    const parser = new TraceParser(this);
    parser.write(text);
    parser.end();
  }

  allocate(id: number, size: number): void {
    this.add(ALLOCATE, id, size);
  }
  append(id: number, length: number): void {
    this.add(APPEND, id, length);
  }
  appendBytes(id: number, length: number): void {
    this.add(APPEND_BYTES, id, length);
  }
  free(id: number): void {
    this.add(FREE, id, 0);
  }
  collect(): void {
    this.add(COLLECT, 0, 0);
  }
  record(): void {}
  restart(): void {}

  run(replay: TraceReplay): void {
    const { kinds, ids, sizes } = this;
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i]!;
      if (kind === ALLOCATE) replay.allocate(ids[i]!, sizes[i]!);
      else if (kind === APPEND) replay.append(ids[i]!, sizes[i]!);
      else if (kind === APPEND_BYTES) replay.appendBytes(ids[i]!, sizes[i]!);
      else if (kind === FREE) replay.free(ids[i]!);
      else replay.collect();
    }
  }

  private add(kind: number, id: number, size: number): void {
    this.kinds.push(kind);
    this.ids.push(id);
    this.sizes.push(size);
  }
}

/** What a replay asks of the heap, without its slices: sizes and growth are settled ahead. */
class AskedOperations {
  /** Capacity to allocate; -1 - n to drop the n-th object; COLLECT_NOW. */
  private readonly asked: Int32Array;
  private readonly addresses: Float64Array;
  private readonly capacities: Int32Array;

  constructor(text: Uint8Array) {
    const asked: number[] = [];
    const capacities: number[] = [];
    const replay = newReplay();
    const { heap } = replay;
    const objectAt = new Map<number, number>();
    const { allocate, drop, collect } = heap;
    heap.allocate = (capacity) => {
      const address = allocate.call(heap, capacity);
      objectAt.set(address, capacities.length);
      capacities.push(capacity);
      asked.push(capacity);
      return address;
    };
    heap.drop = (address, capacity) => {
      asked.push(-1 - objectAt.get(address)!);
      drop.call(heap, address, capacity);
    };
    heap.collect = () => {
      asked.push(COLLECT_NOW);
      collect.call(heap);
    };
    replay.write(text);
    replay.endFile();
    this.asked = Int32Array.from(asked);
    this.capacities = Int32Array.from(capacities);
    this.addresses = new Float64Array(capacities.length);
  }

  run({ heap }: TraceReplay): void {
    const { asked, addresses, capacities } = this;
    let object = 0;
    for (let i = 0; i < asked.length; i++) {
      const what = asked[i]!;
      if (what >= 0) addresses[object++] = heap.allocate(what);
      else if (what === COLLECT_NOW) heap.collect();
      else heap.drop(addresses[-1 - what]! as HeapAddress, capacities[-1 - what]!);
    }
  }
}

const CASES: Readonly<Record<string, (text: Uint8Array) => (replay: TraceReplay) => void>> = {
  "allocator alone": (text) => {
    const operations = new AskedOperations(text);
    return (replay) => operations.run(replay);
  },
  "parsed ahead": (text) => {
    const parsed = new ParsedTrace(text);
    return (replay) => parsed.run(replay);
  },
  "from text": (text) => (replay) => {
    replay.write(text);
    replay.endFile();
  },
};

interface Measured {
  readonly operations: number;
  readonly nanoseconds: number;
}

function newReplay(): TraceReplay {
  return new TraceReplay({ rules }, { record: () => {} });
}

/** Allocations and drops of a round, and its CPU nanoseconds, the best of all rounds. */
function measure(name: string, collectEvery: number): Measured {
  const round = CASES[name]!(new TextEncoder().encode(traceText(collectEvery)));
  let nanoseconds = Number.POSITIVE_INFINITY;
  let operations = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const replay = newReplay();
    const started = process.cpuUsage();
    round(replay);
    const { user, system } = process.cpuUsage(started);
    nanoseconds = Math.min(nanoseconds, (user + system) * 1000);
    const { mallocs } = replay.heap.stats();
    const live = replay.heap.store.figures.live.reduce((sum, count) => sum + count, 0);
    operations = 2 * mallocs - live;
  }
  return { operations, nanoseconds };
}

function traceText(collectEvery: number): string {
  return randomTrace(SEED, { ...SHAPE, collectEvery });
}

function measureGo(collectEvery: number): number {
  if (installedGoRules() === null) return Number.NaN;
  const go = new GoReplay(rules);
  const text = traceText(collectEvery);
  let nanoseconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < GO_ROUNDS; i++) nanoseconds = Math.min(nanoseconds, go.run(text).nanoseconds);
  go.dispose();
  return nanoseconds;
}

function childMeasure(name: string, collectEvery: number): Measured {
  const path = fileURLToPath(import.meta.url);
  const args = ["--import", "tsx", path, name, String(collectEvery)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`case ${name} failed: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}

/** The rows of one trace: our cases and real Go, as figures. */
function rowsFor(collectEvery: number) {
  const goNanoseconds = measureGo(collectEvery);
  const ours = Object.keys(CASES).map((name) => ({ name, ...childMeasure(name, collectEvery) }));
  const { operations } = ours[0]!;
  const all = [...ours, { name: "real Go", operations, nanoseconds: goNanoseconds }];
  return all
    .filter(({ nanoseconds }) => !Number.isNaN(nanoseconds))
    .map((row) => ({
      collectEvery,
      ...row,
      millionPerSecond: (operations * 1e3) / row.nanoseconds,
      timesReal: row.nanoseconds / goNanoseconds,
    }));
}

const [chosen, every] = process.argv.slice(2);
if (chosen !== undefined) {
  console.log(JSON.stringify(measure(chosen, Number(every))));
} else {
  const rows = COLLECT_EVERY.flatMap(rowsFor);
  printTable(
    rows.map((row) => ({
      "collected every": `${row.collectEvery} lines`,
      case: row.name,
      "M allocations and drops/s": row.millionPerSecond.toFixed(1),
      "ns each": (row.nanoseconds / row.operations).toFixed(1),
      "time / real Go's": Number.isNaN(row.timesReal) ? "no Go here" : row.timesReal.toFixed(2),
    })),
  );
  const file = fileURLToPath(new URL("results/heap.jsonl", import.meta.url));
  appendResult(file, { ...machine(), goVersion: rules.version, shape: SHAPE, rows });
}
