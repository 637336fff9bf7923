/**
 * Samples as a stream of their own, outside of the heap: what a chunk without its deleted samples
 * looks like to others while its bytes still lie in the heap.
 *
 * I1  The bytes are those of a chunk that got these samples by appending.
 *
 * Units: times are milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef, HeapAddress, SeriesRef, WindowNumber } from "../base/units.ts";
import type { ChunkHeap, ChunkMemory } from "./chunk-heap.ts";
import { ChunkTable } from "./chunk-table.ts";
import { flagsAlone } from "./histogram-appender.ts";
import type { HistogramColumns } from "./histogram-columns.ts";
import { fillWithHistograms } from "./histogram-rewrite.ts";
import type { SampleColumns } from "./sample-columns.ts";
import { appendSample } from "./xor-appender.ts";

/** Room for the longest stream and all its smaller slices: 65,535 samples of at most 18 bytes. */
const SCRATCH_BYTES = 8 << 20;
const ANY_SERIES = 0 as SeriesRef;
const ANY_WINDOW = 0 as WindowNumber;

/** One slice behind the other, all forgotten at once; slices double. */
class ScratchHeap implements ChunkHeap {
  readonly memory: ChunkMemory = { views: [new Uint8Array(SCRATCH_BYTES)] };
  private end = 0;

  allocate(capacity: number): HeapAddress {
    const address = this.end;
    this.end += capacity;
    assert(this.end <= SCRATCH_BYTES, "samples pass the scratch memory");
    return address as HeapAddress;
  }

  allocateMany(capacity: number, count: number, into: Float64Array): void {
    for (let i = 0; i < count; i++) into[i] = this.allocate(capacity);
  }

  drop(): void {}

  grownCapacity(capacity: number): number {
    return 2 * capacity;
  }

  ladderCapacity(length: number): number {
    return length;
  }

  clear(): void {
    this.end = 0;
  }
}

let scratch: { readonly heap: ScratchHeap; readonly chunks: ChunkTable } | null = null;

/** The stream of samples whose times rise, at most 65,535 of them. */
export function encodeSamples(samples: SampleColumns): Uint8Array {
  return encoded((chunks, chunk) => {
    for (let i = 0; i < samples.length; i++) {
      appendSample(chunks, chunk, samples.timeOf(i), samples.highOf(i), samples.lowOf(i));
    }
  });
}

/** The stream of native histograms of one chunk, some of which may have been taken out. */
export function encodeHistograms(rows: HistogramColumns): Uint8Array {
  return encoded((chunks, chunk) => {
    fillWithHistograms(chunks, chunk, flagsAlone(rows, 0), rows, 0, rows.length);
  });
}

/** The stream of a chunk that `fill` fills. */
function encoded(fill: (chunks: ChunkTable, chunk: ChunkRef) => void): Uint8Array {
  if (scratch === null) {
    const heap = new ScratchHeap();
    scratch = { heap, chunks: new ChunkTable(heap, 1) };
  }
  const { heap, chunks } = scratch;
  const chunk = chunks.create(ANY_SERIES, ANY_WINDOW);
  fill(chunks, chunk);
  const start = chunks.offsetOf(chunk);
  const stream = chunks.bytesOf(chunk).slice(start, start + chunks.byteLengthOf(chunk));
  chunks.release(chunk);
  heap.clear();
  return stream;
}
