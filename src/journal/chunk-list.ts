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
import type { ChunkSource, SnapshotSource } from "./snapshot-source.ts";

export class ChunkList {
  readonly length: number;
  private readonly refs: Uint32Array;
  private readonly series: Uint32Array;
  private readonly windows: Int32Array;

  /** A list of `length` entries, to be filled. */
  constructor(length: number) {
    this.length = length;
    this.refs = new Uint32Array(length);
    this.series = new Uint32Array(length);
    this.windows = new Int32Array(length);
  }

  /** The chunks of a window in the order of its list; none when the window is gone. */
  static ofWindow(source: SnapshotSource, window: WindowNumber): ChunkList {
    const list = new ChunkList(source.windows.countOf(window));
    let chunk = source.windows.firstOf(window);
    for (let i = 0; i < list.length; i++) {
      list.refs[i] = chunk;
      list.series[i] = source.chunks.seriesOf(chunk);
      chunk = source.chunks.nextInWindow(chunk);
    }
    list.windows.fill(window);
    return list;
  }

  /** One list after the other. */
  static joined(lists: readonly ChunkList[]): ChunkList {
    const all = new ChunkList(lists.reduce((sum, list) => sum + list.length, 0));
    let at = 0;
    for (const list of lists) {
      all.refs.set(list.refs, at);
      all.series.set(list.series, at);
      all.windows.set(list.windows, at);
      at += list.length;
    }
    return all;
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
