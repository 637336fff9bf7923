/**
 * The store in memory: one simulated heap, the chunks in it and the head over them.
 *
 * Everything that changes it goes through one thread. Work that is not on the way of a write
 * (releasing turned windows, cleaning the index, sweeping, compaction, taking deleted samples out)
 * is done by work(), in portions.
 *
 * Units: …Ms milliseconds, …Bytes bytes; GOGC is percent, null when off.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { TsdbError } from "../base/errors.ts";
import { ChunkTable, FIRST_RECORDS, NO_CHUNK } from "../chunk/chunk-table.ts";
import { KernelRecords } from "../chunk/record-memory.ts";
import { SliceLedger } from "../chunk/slice-ledger.ts";
import { GoHeap } from "../heap/go-heap.ts";
import { rulesOfGoVersion } from "../heap/go-rules.ts";
import { HeapMemory } from "../heap/heap-memory.ts";
import { Kernel } from "../kernel/kernel.ts";
import { Head } from "../series/head.ts";
import { SampleQueue } from "../series/sample-queue.ts";
import { ScannedAppend } from "../series/scanned-append.ts";
import { ScannedCreation } from "../series/scanned-creation.ts";
import { Intake } from "../wire/intake.ts";
import type { WriteBatch } from "../wire/write-batch.ts";
import { BatchKeys } from "./batch-keys.ts";
import { Cleaning } from "./cleaning.ts";
import { Compaction } from "./compaction.ts";
import { Ingest } from "./ingest.ts";
import type { WriteOutcome } from "./service.ts";

/** What a store is made with. 0 is no limit of its own for `seriesMax` and `heapLimitBytes`. */
export interface StoreSettings {
  readonly windowMs: number;
  readonly windowCount: number;
  readonly outOfOrderMs: number;
  readonly seriesMax: number;
  readonly goVersion: string;
  readonly gogcPercent: number | null;
  readonly heapLimitBytes: number;
  /** Compacts when packing would save this much of heap_inuse, percent; null or absent = never. */
  readonly compactThresholdPercent?: number | null;
  /** Exemplars held at most; none when absent. */
  readonly exemplarsMax?: number;
  /** Keys the hash tables; random in service, fixed in simulations. */
  readonly seed: number;
}

/** A clock that goes back by more than this was wrong before; by less it was corrected. */
const SET_BACK_MS = 10_000;
/** A collection begins when less than one part in so many is left below the heap limit. */
const ROOM_PARTS = 16;
/** How long background work goes on at a time, and at most so many portions of each kind. */
const WORK_MS = 1;
const PORTIONS_MAX = 16;
/** One portion, between two looks at the clock: a third of a millisecond, more when it is cold. */
const PURGE_CHUNKS = 125;
const CLEAN_STEPS = 250;
const SWEEP_SPANS = 125;
/** Spans that a write sweeps when there is no room for it. */
const ROOM_SPANS = 2000;
/** Heap that a write may take per series and at least: a chunk's first slice or its growth. */
const WRITE_BYTES_PER_SERIES = 2048;
/** The same for a native histogram: a chunk that grows to its largest, or is encoded anew. */
const WRITE_BYTES_PER_HISTOGRAM = 8192;
const WRITE_BYTES_MIN = 256 << 10;

/** Heap that a batch may take. */
function bytesFor({ seriesCount, histogramCount }: WriteBatch): number {
  const bytes = seriesCount * WRITE_BYTES_PER_SERIES + histogramCount * WRITE_BYTES_PER_HISTOGRAM;
  return Math.max(WRITE_BYTES_MIN, bytes);
}

function refuseDoubt(what: string, timeMs: number, stepMs: number): never {
  throw new TsdbError(
    "CLOCK_IN_DOUBT",
    `this machine's clock stepped by ${Math.round(stepMs / 1000)} s, which is believed when ` +
      `it has stood for an hour; ${what} at ${timeMs} ms waits for that`,
  );
}

function heapOf(settings: StoreSettings, clock: Clock): GoHeap {
  return new GoHeap({
    rules: rulesOfGoVersion(settings.goVersion),
    gogcPercent: settings.gogcPercent,
    limitBytes: settings.heapLimitBytes,
    memory: new HeapMemory(),
    clock,
  });
}

export class Store {
  readonly heap: GoHeap;
  /** Where the slices of the chunks came from and when they will go. */
  readonly ledger: SliceLedger;
  readonly chunks: ChunkTable;
  readonly head: Head;
  /** Reads request bodies so that write() knows most of their series. */
  readonly intake: Intake;
  readonly ingest: Ingest;
  /** How many samples are stored at once: those of `queue`, or of a scanned request. */
  readonly scanned: ScannedAppend;
  readonly queue: SampleQueue;
  readonly compaction: Compaction;
  readonly cleaning: Cleaning;
  /** Write requests refused because the heap limit was reached. */
  limitRefusalCount = 0;
  private presentMs = Number.NEGATIVE_INFINITY;
  private readonly settings: StoreSettings;
  private readonly clock: Clock;

  /**
   * `heap` is for simulations that watch it; it must be new and follow the same settings. So is
   * `kernel`, which must be new too.
   */
  constructor(
    settings: StoreSettings,
    clock: Clock,
    heap: GoHeap = heapOf(settings, clock),
    kernel: Kernel = new Kernel(),
  ) {
    this.settings = settings;
    this.clock = clock;
    this.heap = heap;
    this.ledger = new SliceLedger(this.heap);
    this.chunks = new ChunkTable(this.heap, FIRST_RECORDS, this.ledger, new KernelRecords(kernel));
    this.head = new Head({ ...settings, chunks: this.chunks, kernel });
    const keys = new BatchKeys(this.head.index.keys);
    this.intake = new Intake(kernel, keys);
    this.scanned = new ScannedAppend(this.head, kernel);
    this.queue = new SampleQueue(kernel);
    const creation = new ScannedCreation(this.head, kernel);
    this.ingest = new Ingest(this.head, this.scanned, creation, keys);
    const threshold = settings.compactThresholdPercent ?? null;
    this.compaction = new Compaction(this.heap, this.chunks, this.ledger, clock, threshold);
    this.cleaning = new Cleaning(this.head, clock);
    this.letTimePass();
  }

  /** Ends what is under way beside requests: the store is going away. */
  abandon(): void {
    this.compaction.abandon();
    this.cleaning.abandon();
  }

  /** Stores a batch. TsdbError HEAP_LIMIT, CLOCK_IN_DOUBT: nothing of it is stored then. */
  write(batch: WriteBatch): WriteOutcome {
    this.letTimePass();
    this.refuseDoubtful(batch);
    if (this.settings.heapLimitBytes > 0) this.ensureRoom(bytesFor(batch));
    return this.ingest.write(batch);
  }

  /** Some background work, see WORK_MS; true when there is more to do at once. */
  work(): boolean {
    this.letTimePass();
    const endMs = this.clock.monotonicMs() + WORK_MS;
    const { index } = this.head;
    const purging = this.inPortions(endMs, () => this.head.purgeStep(PURGE_CHUNKS));
    const cleaning = this.inPortions(
      endMs,
      () => index.needsCleaning && index.cleanStep(CLEAN_STEPS),
    );
    const sweeping = this.inPortions(endMs, () => this.heap.background(SWEEP_SPANS));
    const compacting = this.compaction.work();
    const removing = this.cleaning.work();
    return purging || cleaning || sweeping || compacting || removing;
  }

  /** Does portions of one kind until `endMs`, one at least; true when there are more to do. */
  private inPortions(endMs: number, portion: () => boolean): boolean {
    for (let done = 0; done < PORTIONS_MAX; done++) {
      if (!portion()) return false;
      if (this.clock.monotonicMs() >= endMs) return true;
    }
    return true;
  }

  /** Does all background work that is due now. */
  settle(): void {
    while (this.work());
  }

  /** Recomputes every invariant of heap, chunks and head from nothing. */
  verify(): void {
    this.heap.verify();
    this.head.verify();
    this.ledger.verify(this.chunks);
    let bytes = this.sliceBytes();
    for (const kept of this.chunks.readers.keptCapacities()) bytes += this.heap.slotBytes(kept);
    assert(this.heap.liveBytes === bytes, "live heap is not the chunks' slices");
  }

  /** Slot bytes of the slices of all chunks. */
  private sliceBytes(): number {
    let bytes = 0;
    for (const window of this.head.windows.numbers()) {
      let chunk = this.head.windows.firstOf(window);
      for (; chunk !== NO_CHUNK; chunk = this.chunks.nextInWindow(chunk)) {
        bytes += this.heap.slotBytes(this.chunks.capacityOf(chunk));
      }
    }
    return bytes;
  }

  private letTimePass(): void {
    const nowMs = this.clock.nowMs();
    if (nowMs < this.presentMs - SET_BACK_MS) this.head.turnBack(nowMs);
    else this.head.advance(nowMs);
    this.presentMs = nowMs;
  }

  /**
   * While the machine's clock has made a step that is not believed yet: refuses a batch with
   * samples that only the machine's clock would admit, so that its sender keeps it.
   */
  private refuseDoubtful(batch: WriteBatch): void {
    const stepMs = this.clock.steps?.().stepMs ?? 0;
    if (stepMs === 0) return;
    const machineMs = this.presentMs + stepMs;
    const isDoubtful = (time: number) =>
      !this.head.admits(time) && this.head.admitsAt(time, machineMs);
    for (let s = 0; s < batch.sampleCount; s++) {
      if (isDoubtful(batch.timeOf(s))) refuseDoubt("a sample", batch.timeOf(s), stepMs);
    }
    for (let row = 0; row < batch.exemplarCount; row++) {
      const time = batch.exemplars.timeOf(row);
      if (isDoubtful(time)) refuseDoubt("an exemplar", time, stepMs);
    }
  }

  private ensureRoom(needed: number): void {
    const limit = this.settings.heapLimitBytes;
    const reserve = limit / ROOM_PARTS;
    if (this.heap.inUseBytes + needed + reserve <= limit) return;
    this.makeRoom(reserve);
    if (this.heap.inUseBytes + needed <= limit) return;
    this.limitRefusalCount++;
    const inUse = this.heap.inUseBytes;
    const collecting = this.heap.isSweeping ? "; a collection is under way" : "";
    throw new TsdbError(
      "HEAP_LIMIT",
      `heap limit reached: ${inUse} bytes in use, the request may take ${needed} more, ` +
        `the limit is ${limit} bytes (--heap.limit)${collecting}`,
    );
  }

  /**
   * One step of a collection: the next writes and work() go on with it. It begins before the limit
   * is reached, and only when there is garbage worth a cycle.
   */
  private makeRoom(worth: number): void {
    const garbage = this.heap.allocatedBytes - this.heap.liveBytes;
    if (!this.heap.isSweeping && (garbage <= worth || !this.heap.startCollection())) return;
    this.heap.background(ROOM_SPANS);
  }
}
