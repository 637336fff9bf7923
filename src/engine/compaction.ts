/**
 * Compaction beside ingestion: sparse spans are emptied in small steps, asked for or by threshold.
 *
 *   collect, sweep -> move -> collect, sweep -> (once more, or done)
 *
 * The first collection shows which slots are free, the one after a pass frees the emptied spans.
 * Sweeping is the store's ordinary background work.
 *
 * I1  A step takes at most STEP_MS and one portion of the compactor.
 * I2  One run at a time; who asks while one is under way gets its result.
 * I3  Without being asked a run begins only when packed spans would save more than the threshold,
 *     as a percentage of heap_inuse, and not within PAUSE_MS of the last.
 *
 * Units: …Ms milliseconds, …Seconds durations, …Bytes bytes.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { TsdbError } from "../base/errors.ts";
import type { ChunkTable } from "../chunk/chunk-table.ts";
import { Compactor } from "../chunk/compactor.ts";
import type { SliceLedger } from "../chunk/slice-ledger.ts";
import { packableBytes } from "../heap/evacuation-plan.ts";
import type { GoHeap } from "../heap/go-heap.ts";

const STEP_MS = 2;
const PASSES_MAX = 3;
/** Share of heap_inuse that is not worth a further pass. */
const ENOUGH = 0.005;
const CHECK_MS = 5_000;
const PAUSE_MS = 60_000;

/** What became of a run. */
export interface CompactionResult {
  readonly passCount: number;
  readonly movedChunkCount: number;
  readonly movedBytes: number;
  /** The heap right after a collection, before and after. */
  readonly inuseBytesBefore: number;
  readonly inuseBytesAfter: number;
  readonly unusedBytesBefore: number;
  readonly unusedBytesAfter: number;
  readonly durationSeconds: number;
  readonly longestStepSeconds: number;
}

/** What the runs of a store have done so far, the present one included. */
export interface CompactionTotals {
  runs: number;
  movedChunks: number;
  movedBytes: number;
  longestStepSeconds: number;
}

interface Run {
  readonly startedMs: number;
  phase: "collect" | "sweep" | "move";
  compactor: Compactor | null;
  passCount: number;
  movedCount: number;
  movedBytes: number;
  inuseBefore: number;
  unusedBefore: number;
  longestMs: number;
}

interface Waiter {
  readonly resolve: (result: CompactionResult) => void;
  readonly reject: (error: TsdbError) => void;
}

export class Compaction {
  readonly totals: CompactionTotals = {
    runs: 0,
    movedChunks: 0,
    movedBytes: 0,
    longestStepSeconds: 0,
  };
  private readonly heap: GoHeap;
  private readonly chunks: ChunkTable;
  private readonly ledger: SliceLedger;
  private readonly clock: Clock;
  readonly thresholdPercent: number | null;
  private run: Run | null = null;
  private waiters: Waiter[] = [];
  private nextCheckMs = 0;

  /** `thresholdPercent` null: only when asked. */
  constructor(
    heap: GoHeap,
    chunks: ChunkTable,
    ledger: SliceLedger,
    clock: Clock,
    thresholdPercent: number | null,
  ) {
    this.heap = heap;
    this.chunks = chunks;
    this.ledger = ledger;
    this.clock = clock;
    this.thresholdPercent = thresholdPercent;
  }

  get isRunning(): boolean {
    return this.run !== null;
  }

  /** Asks work() for a run, or joins the one under way; UNAVAILABLE if it is abandoned. */
  start(): Promise<CompactionResult> {
    if (this.run === null) this.begin();
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  /** One step of the run under way, or of one that is due; true when there is more to do. */
  work(): boolean {
    const now = this.clock.monotonicMs();
    if (this.run === null) {
      if (!this.isDue(now)) return false;
      this.begin();
    }
    this.step(this.run as Run, now);
    const tookMs = this.clock.monotonicMs() - now;
    this.totals.longestStepSeconds = Math.max(this.totals.longestStepSeconds, tookMs / 1000);
    if (this.run !== null) this.run.longestMs = Math.max(this.run.longestMs, tookMs);
    return this.run !== null;
  }

  /** Ends the run under way where it stands: the store is going away. */
  abandon(): void {
    this.run = null;
    const error = new TsdbError("UNAVAILABLE", "the heap went away while it was compacted");
    for (const { reject } of this.takeWaiters()) reject(error);
  }

  private isDue(now: number): boolean {
    if (this.thresholdPercent === null || now < this.nextCheckMs) return false;
    if (this.heap.isSweeping) return false;
    this.nextCheckMs = now + CHECK_MS;
    return packableBytes(this.heap) > (this.thresholdPercent / 100) * this.heap.inUseBytes;
  }

  private begin(): void {
    this.totals.runs++;
    this.run = {
      startedMs: this.clock.monotonicMs(),
      phase: "collect",
      compactor: null,
      passCount: 0,
      movedCount: 0,
      movedBytes: 0,
      inuseBefore: 0,
      unusedBefore: 0,
      longestMs: 0,
    };
  }

  private step(run: Run, startedMs: number): void {
    if (run.phase === "collect") {
      if (this.heap.startCollection()) run.phase = "sweep";
    } else if (run.phase === "sweep") {
      if (!this.heap.isSweeping) this.swept(run);
    } else this.move(run, startedMs);
  }

  /** Moves until the step's time is over, a collection comes between, or nothing is left. */
  private move(run: Run, startedMs: number): void {
    const { compactor } = run;
    assert(compactor !== null, "moving needs a compactor");
    const { movedCount, movedBytes } = compactor;
    let more = true;
    while (more && !this.heap.isSweeping && this.clock.monotonicMs() - startedMs < STEP_MS) {
      more = compactor.step();
    }
    run.movedCount += compactor.movedCount - movedCount;
    run.movedBytes += compactor.movedBytes - movedBytes;
    this.totals.movedChunks += compactor.movedCount - movedCount;
    this.totals.movedBytes += compactor.movedBytes - movedBytes;
    if (!more) run.phase = "collect";
  }

  /** The heap is swept: measures it, and goes on or ends. */
  private swept(run: Run): void {
    const { inUseBytes, allocatedBytes } = this.heap;
    if (run.compactor === null) {
      run.inuseBefore = inUseBytes;
      run.unusedBefore = inUseBytes - allocatedBytes;
    }
    const idle = run.compactor?.movedCount === 0;
    const isPacked = packableBytes(this.heap) <= ENOUGH * inUseBytes;
    if (idle || isPacked || run.passCount === PASSES_MAX) {
      this.finish(run);
      return;
    }
    run.passCount++;
    run.compactor = new Compactor(this.heap, this.chunks, this.ledger);
    run.phase = "move";
  }

  private finish(run: Run): void {
    const now = this.clock.monotonicMs();
    this.run = null;
    this.nextCheckMs = now + PAUSE_MS;
    const { inUseBytes, allocatedBytes } = this.heap;
    const result: CompactionResult = {
      passCount: run.passCount,
      movedChunkCount: run.movedCount,
      movedBytes: run.movedBytes,
      inuseBytesBefore: run.inuseBefore,
      inuseBytesAfter: inUseBytes,
      unusedBytesBefore: run.unusedBefore,
      unusedBytesAfter: inUseBytes - allocatedBytes,
      durationSeconds: (now - run.startedMs) / 1000,
      longestStepSeconds: run.longestMs / 1000,
    };
    for (const { resolve } of this.takeWaiters()) resolve(result);
  }

  private takeWaiters(): Waiter[] {
    const waiters = this.waiters;
    this.waiters = [];
    return waiters;
  }
}
