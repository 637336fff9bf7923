/**
 * Replays an allocation trace on a simulated heap and tells what it found.
 *
 * I1  A trace may span several files; the heap goes on from one to the next, `line` does not.
 * I2  A segment is what lies between restarts; each begins with an empty heap.
 * I3  Nothing but the trace acts on the heap: GOGC is off, no clock runs.
 *
 * Formats of traces, records and the allocation log: docs/format/trace.md.
 *
 * Units: bytes.
 */
import { ManualClock } from "../base/clock.ts";
import { TsdbError } from "../base/errors.ts";
import { type HeapAddress, pageOfAddress } from "../base/units.ts";
import { GoHeap } from "./go-heap.ts";
import type { GoRules } from "./go-rules.ts";
import { grownCapacity } from "./growth.ts";
import { loadPageDump, type PageDump } from "./page-dump.ts";
import { FIRST_PAGE } from "./pages.ts";
import { RecordWriter } from "./replay-record.ts";
import { TraceParser, type TraceVisitor } from "./trace-parser.ts";

/** How a trace is replayed. */
export interface ReplayOptions {
  readonly rules: GoRules;
  /** States of a real page heap, by line of the first file: places spans as that process did. */
  readonly pageDumps?: ReadonlyMap<number, PageDump>;
}

/** Where the answers go, each without a newline. */
export interface ReplayOutput {
  /** One JSON record for every `stat` and `peek`. */
  record(line: string): void;
  /** One line of the allocation log for every allocation; costs time, so absent unless wanted. */
  readonly allocation?: (line: string) => void;
}

/** Replays whole files, one after the other, as one trace. Throws TsdbError TRACE_INVALID. */
export function replayTrace(
  files: Iterable<Uint8Array>,
  options: ReplayOptions,
  output: ReplayOutput,
): TraceReplay {
  const replay = new TraceReplay(options, output);
  for (const file of files) {
    replay.write(file);
    replay.endFile();
  }
  return replay;
}

const FIRST_IDS = 4096;

export class TraceReplay implements TraceVisitor {
  /** The heap of the current segment. */
  heap: GoHeap;
  private readonly options: ReplayOptions;
  private readonly output: ReplayOutput;
  private readonly parser: TraceParser;
  private readonly records = new RecordWriter();
  private addresses = new Float64Array(FIRST_IDS);
  private capacities = new Float64Array(FIRST_IDS);
  private lengths = new Float64Array(FIRST_IDS);
  private segment = 0;
  private fileNumber = 0;

  constructor(options: ReplayOptions, output: ReplayOutput) {
    this.options = options;
    this.output = output;
    this.parser = new TraceParser(this);
    this.heap = this.emptyHeap();
    this.loadDump(0);
  }

  /** Takes the next bytes of the current file. */
  write(bytes: Uint8Array): void {
    this.parser.write(bytes);
  }

  /** The current file is over. */
  endFile(): void {
    this.parser.end();
    this.fileNumber++;
  }

  allocate(id: number, size: number): void {
    if (size === 0) {
      throw new TsdbError("TRACE_INVALID", `trace line ${this.parser.line}: size is 0`);
    }
    this.reserve(id);
    const address = this.heap.allocate(size);
    if (this.output.allocation !== undefined) this.log(address, size);
    this.drop(id);
    this.addresses[id] = address;
    this.capacities[id] = size;
    this.lengths[id] = 0;
  }

  append(id: number, length: number): void {
    this.reserve(id);
    if (length <= this.lengths[id]!) return;
    if (length > this.capacities[id]!) this.grow(id, this.lengths[id]!, length);
    this.lengths[id] = length;
  }

  appendBytes(id: number, length: number): void {
    this.reserve(id);
    if (length <= this.lengths[id]!) return;
    while (this.capacities[id]! < length) {
      const capacity = this.capacities[id]!;
      this.grow(id, capacity, capacity + 1);
    }
    this.lengths[id] = length;
  }

  free(id: number): void {
    if (id >= this.capacities.length) return;
    this.drop(id);
    this.capacities[id] = 0;
    this.lengths[id] = 0;
  }

  collect(): void {
    this.heap.collect();
    this.loadDump(this.parser.line);
  }

  record(label: string, flushes: boolean): void {
    if (flushes) this.heap.flushCaches();
    const { segment } = this;
    const kind = flushes ? "stat" : "peek";
    const place = { segment, line: this.parser.line, label, kind } as const;
    this.output.record(this.records.write(this.heap, place));
    if (flushes) this.loadDump(this.parser.line);
  }

  restart(): void {
    this.heap = this.emptyHeap();
    this.capacities.fill(0);
    this.lengths.fill(0);
    this.segment++;
  }

  private grow(id: number, length: number, needed: number): void {
    const capacity = grownCapacity(this.options.rules, this.capacities[id]!, needed, length);
    const address = this.heap.allocate(capacity);
    if (this.output.allocation !== undefined) this.log(address, capacity);
    this.drop(id);
    this.addresses[id] = address;
    this.capacities[id] = capacity;
  }

  private drop(id: number): void {
    const capacity = this.capacities[id]!;
    if (capacity > 0) this.heap.drop(this.addresses[id]! as HeapAddress, capacity);
  }

  private log(address: HeapAddress, capacity: number): void {
    const { spans } = this.heap.store;
    const span = spans.spanAt(pageOfAddress(address));
    const page = this.options.pageDumps === undefined ? "" : spans.pageOf(span) - FIRST_PAGE;
    const slot = this.heap.slotAt(span, address);
    const place = `${spans.classOf(span)},${spans.serialOf(span)},${slot},${page}`;
    this.output.allocation?.(`${this.segment},${this.parser.line},${capacity},${place}`);
  }

  private loadDump(line: number): void {
    const isFirst = this.fileNumber === 0 && this.segment === 0;
    const dump = isFirst ? this.options.pageDumps?.get(line) : undefined;
    if (dump !== undefined) loadPageDump(this.heap.pages, dump);
  }

  private emptyHeap(): GoHeap {
    return new GoHeap({
      rules: this.options.rules,
      gogcPercent: null,
      limitBytes: 0,
      memory: null,
      clock: new ManualClock(0),
    });
  }

  private reserve(id: number): void {
    if (id < this.capacities.length) return;
    let length = this.capacities.length;
    while (length <= id) length *= 2;
    this.addresses = extended(this.addresses, length);
    this.capacities = extended(this.capacities, length);
    this.lengths = extended(this.lengths, length);
  }
}

function extended(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(column);
  return larger;
}
