/**
 * Chunks to be written, as references collected earlier: some may be gone when their turn comes,
 * and their records used again.
 *
 * I1  isStill(i) holds when entry i's record still is a chunk of the same series and window. A
 *     record used again for another one is passed over: were it the split-off half of a chunk that
 *     was written before, its samples would come twice.
 */
import { returnMemory } from "../base/memory-return.ts";
import type { ChunkRef, WindowNumber } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { ChunkSource, SnapshotSource } from "./snapshot-source.ts";

/** Lets others run in between, when it is time. */
export interface Breath {
  readonly due: boolean;
  breathe(file: null): Promise<void>;
}

/** Chunks listed between two looks at the clock: about 50 us. */
const CHUNKS_PER_LOOK = 512;

export class ChunkList {
  /** Entries in use. */
  length = 0;
  private readonly refs: Uint32Array;
  private readonly series: Uint32Array;
  private readonly windows: Int32Array;

  /** An empty list with room for so many entries. */
  constructor(room: number) {
    this.refs = new Uint32Array(room);
    this.series = new Uint32Array(room);
    this.windows = new Int32Array(room);
  }

  /**
   * The chunks of a window in the order of its list; none when the window is gone. None that comes
   * meanwhile is in it; one that goes may be.
   */
  static async ofWindow(
    source: SnapshotSource,
    window: WindowNumber,
    breath: Breath,
  ): Promise<ChunkList> {
    const list = new ChunkList(source.windows.countOf(window));
    const walk = source.windows.walk(window);
    try {
      for (let chunk = walk.next(); chunk !== NO_CHUNK; chunk = walk.next()) {
        list.add(chunk, source.chunks.seriesOf(chunk), window);
        if (list.length % CHUNKS_PER_LOOK === 0 && breath.due) await breath.breathe(null);
      }
    } finally {
      walk.end();
    }
    return list;
  }

  /** One list after the other. */
  static joined(lists: readonly ChunkList[]): ChunkList {
    const all = new ChunkList(lists.reduce((sum, list) => sum + list.length, 0));
    for (const { refs, series, windows, length } of lists) {
      all.refs.set(refs.subarray(0, length), all.length);
      all.series.set(series.subarray(0, length), all.length);
      all.windows.set(windows.subarray(0, length), all.length);
      all.length += length;
    }
    return all;
  }

  private add(chunk: ChunkRef, series: number, window: number): void {
    const at = this.length++;
    this.refs[at] = chunk;
    this.series[at] = series;
    this.windows[at] = window;
  }

  /** Gives the list's memory back: to be called when it is written. */
  end(): void {
    for (const column of [this.refs, this.series, this.windows]) returnMemory(column);
  }

  refOf(index: number): ChunkRef {
    return this.refs[index]! as ChunkRef;
  }

  seriesOf(index: number): number {
    return this.series[index]!;
  }

  /** Whether entry `index` is what it was, see I1. */
  isStill(chunks: ChunkSource, index: number): boolean {
    const chunk = this.refOf(index);
    return (
      chunks.isLive(chunk) &&
      chunks.seriesOf(chunk) === this.series[index] &&
      chunks.windowOf(chunk) === this.windows[index]
    );
  }

  /** Exchanges two entries. */
  swap(left: number, right: number): void {
    const { refs, series, windows } = this;
    const ref = refs[left]!;
    const owner = series[left]!;
    const window = windows[left]!;
    refs[left] = refs[right]!;
    series[left] = series[right]!;
    windows[left] = windows[right]!;
    refs[right] = ref;
    series[right] = owner;
    windows[right] = window;
  }
}
