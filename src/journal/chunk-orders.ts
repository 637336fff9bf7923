/**
 * The three orders in which a snapshot's chunks are written.
 *
 * time      a window at a time, oldest first, one file each. The lists of the windows are walked:
 *           nothing is sorted, and ingestion made neighbours in a list neighbours in the heap.
 * series    a series at a time, its chunks by time, all in one file.
 * shuffled  all chunks in random order, dealt out at random to 8 files, as 8 writers at work side
 *           by side would leave them.
 *
 * References are collected before they are written, so that chunks may come and go between slices:
 * those of a window in slices too, those of a series in one go. What is gone when its turn comes is
 * passed over.
 *
 * I1  Every chunk that lives throughout the walk is written exactly once.
 * I2  Samples that move from one chunk to another during a walk, when late ones split a chunk, are
 *     in it once: the files of the walk are given up and it begins anew; the last time it does not
 *     let others run.
 *
 * Only order time names files of older snapshots again (window-files.ts); the others are for
 * drills.
 */
import { Prng } from "../base/prng.ts";
import type { ChunkRef, SeriesRef } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { ChunkFileWriter } from "./chunk-file-writer.ts";
import { type Breath, ChunkList } from "./chunk-list.ts";
import { ANY_WINDOW, type SnapshotOrder } from "./snapshot-format.ts";
import type { SnapshotSource } from "./snapshot-source.ts";

/** Files of a shuffled snapshot. */
export const SHUFFLED_FILES = 8;
/** Chunks written between two looks at the clock: about 10 us. */
const CHUNKS_PER_LOOK = 16;
/** Walks of the same chunks; the last one is not interrupted. */
const ATTEMPTS_MAX = 4;
/** References shuffled between two looks at the clock: about 200 us. */
const SHUFFLES_PER_LOOK = 4096;

/** What a walk writes with. */
export interface ChunkSink {
  /** Begins the next file; `window` is ANY_WINDOW when it takes chunks of every window. */
  openFile(window: number): Promise<ChunkFileWriter>;
  closeFile(file: ChunkFileWriter): Promise<void>;
  /** Gives up a file that was begun. */
  abandonFile(file: ChunkFileWriter): Promise<void>;
  /** Names the file that an older snapshot wrote of a window, if that still is what it holds. */
  reuse(window: number): Promise<boolean>;
  /** Whether the time slice is over. */
  readonly due: boolean;
  /** Gives the disk its blocks, and others their turn when it is time. */
  breathe(file: ChunkFileWriter | null): Promise<void>;
}

/** For a walk that must not be disturbed. */
const NEVER_DUE: Breath = { due: false, breathe: () => Promise.resolve() };

/** Writes all chunks of `source`; `seed` is for the shuffled order. */
export function writeChunks(
  order: SnapshotOrder,
  source: SnapshotSource,
  sink: ChunkSink,
  seed: number,
): Promise<void> {
  if (order === "time") return writeByTime(source, sink);
  if (order === "series") return writeBySeries(source, sink);
  return writeShuffled(source, sink, seed);
}

async function writeByTime(source: SnapshotSource, sink: ChunkSink): Promise<void> {
  for (const window of source.windows.numbers()) {
    if (await sink.reuse(window)) continue;
    await undisturbed(source, sink, async (files, mayPause) => {
      if (source.windows.countOf(window) === 0) return;
      const file = await sink.openFile(window);
      files.push(file);
      const list = await ChunkList.ofWindow(source, window, mayPause ? sink : NEVER_DUE);
      await writeList(source, sink, file, list, mayPause);
      list.end();
    });
  }
}

/** Runs a walk, which tells the files it opens, until no samples moved meanwhile: see I2. */
async function undisturbed(
  source: SnapshotSource,
  sink: ChunkSink,
  walk: (files: ChunkFileWriter[], mayPause: boolean) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const files: ChunkFileWriter[] = [];
    const before = source.windows.splitCount;
    const mayPause = attempt < ATTEMPTS_MAX;
    await walk(files, mayPause);
    if (!mayPause || source.windows.splitCount === before) {
      for (const file of files) await sink.closeFile(file);
      return;
    }
    for (const file of files) await sink.abandonFile(file);
  }
}

async function writeList(
  source: SnapshotSource,
  sink: ChunkSink,
  file: ChunkFileWriter,
  list: ChunkList,
  mayPause: boolean,
): Promise<void> {
  const { chunks } = source;
  let position = source.journalPosition();
  for (let i = 0; i < list.length; i++) {
    if (list.isStill(chunks, i)) file.put(list.refOf(i), position);
    if (!mayPause) continue;
    if (file.backlog > 0 || (i % CHUNKS_PER_LOOK === 0 && sink.due)) {
      await sink.breathe(file);
      position = source.journalPosition();
    }
  }
}

async function writeBySeries(source: SnapshotSource, sink: ChunkSink): Promise<void> {
  const { series } = source;
  const file = await sink.openFile(ANY_WINDOW);
  let refs = new Uint32Array(64);
  let position = source.journalPosition();
  const bound = series.upperBound;
  for (let ref = 0; ref < bound; ref++) {
    if (series.isLive(ref)) {
      const count = chainLength(source, ref as SeriesRef);
      if (count > refs.length) refs = new Uint32Array(count * 2);
      collectChain(source, ref as SeriesRef, refs, count);
      for (let i = 0; i < count; i++) file.put(refs[i]! as ChunkRef, position);
    }
    if (file.backlog > 0 || sink.due) {
      await sink.breathe(file);
      position = source.journalPosition();
    }
  }
  await sink.closeFile(file);
}

function chainLength(source: SnapshotSource, series: SeriesRef): number {
  let length = 0;
  let chunk = source.series.newestChunkOf(series);
  for (; chunk !== NO_CHUNK; chunk = source.chunks.olderOf(chunk)) length++;
  return length;
}

/** Puts the chunks of a series into `refs`, oldest first. */
function collectChain(
  source: SnapshotSource,
  series: SeriesRef,
  refs: Uint32Array,
  count: number,
): void {
  let chunk = source.series.newestChunkOf(series);
  for (let i = count - 1; i >= 0; i--) {
    refs[i] = chunk;
    chunk = source.chunks.olderOf(chunk);
  }
}

async function writeShuffled(source: SnapshotSource, sink: ChunkSink, seed: number): Promise<void> {
  await undisturbed(source, sink, async (files, mayPause) => {
    for (let i = 0; i < SHUFFLED_FILES; i++) files.push(await sink.openFile(ANY_WINDOW));
    await dealOut(source, sink, files, new Prng(seed), mayPause);
  });
}

/** Writes all chunks in random order to random files. */
async function dealOut(
  source: SnapshotSource,
  sink: ChunkSink,
  files: readonly ChunkFileWriter[],
  random: Prng,
  mayPause: boolean,
): Promise<void> {
  const due = mayPause ? sink : NEVER_DUE;
  const list = await collectAll(source, due);
  await shuffle(list, random, due);
  let position = source.journalPosition();
  for (let i = 0; i < list.length; i++) {
    const file = files[random.below(SHUFFLED_FILES)]!;
    if (list.isStill(source.chunks, i)) file.put(list.refOf(i), position);
    if (!mayPause) continue;
    if (file.backlog > 0 || (i % CHUNKS_PER_LOOK === 0 && sink.due)) {
      await sink.breathe(file);
      position = source.journalPosition();
    }
  }
}

async function collectAll(source: SnapshotSource, sink: Breath): Promise<ChunkList> {
  const lists: ChunkList[] = [];
  for (const window of source.windows.numbers()) {
    lists.push(await ChunkList.ofWindow(source, window, sink));
  }
  return ChunkList.joined(lists);
}

/** Fisher and Yates' shuffle, in slices. */
async function shuffle(list: ChunkList, random: Prng, sink: Breath): Promise<void> {
  for (let i = list.length - 1; i > 0; i--) {
    list.swap(i, random.below(i + 1));
    if (i % SHUFFLES_PER_LOOK === 0 && sink.due) await sink.breathe(null);
  }
}
