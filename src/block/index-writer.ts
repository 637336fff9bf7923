/**
 * The index of a block: symbols, series, postings and where they are (index format version 2).
 *
 * Format: docs/format/block.md, after prometheus/prometheus tsdb/docs/format/index.md. The label
 * index sections, which no reader of version 2 uses, are left out: their entries in the table of
 * contents are 0.
 *
 * Units: positions are bytes from the start of the file; a series' reference is position / 16.
 */
import type { Disk } from "../base/disk.ts";
import { BlockFileWriter } from "./block-file-writer.ts";
import type { BlockSeries } from "./block-series.ts";
import { ByteWriter } from "./byte-writer.ts";

export const INDEX_MAGIC = 0xbaaad700;
export const INDEX_VERSION = 2;
export const SERIES_ALIGNMENT = 16;

/** Which series have a label pair, for all pairs: one list behind the other. */
interface PostingLists {
  /** Keys of the pairs, rising: name number * symbol count + value number. */
  readonly keys: readonly number[];
  readonly starts: Uint32Array;
  readonly references: Uint32Array;
}

/** Writes the index of `series`, which must be ranked, to a new file. */
export async function writeIndex(disk: Disk, path: string, series: BlockSeries): Promise<void> {
  const file = await BlockFileWriter.create(disk, path);
  const out = file.pending;
  out.u32(INDEX_MAGIC);
  out.u8(INDEX_VERSION);
  const symbolsAt = file.position;
  writeSymbols(out, series);
  await file.drain();
  file.align(SERIES_ALIGNMENT);
  const seriesAt = file.position;
  const order = series.sorted();
  const references = await writeSeries(file, series, order);
  file.align(4);
  const postingsAt = file.position;
  const lists = postingLists(series, order, references);
  const listPositions = await writePostings(file, lists, references);
  const tableAt = file.position;
  writePostingsTable(out, series, lists.keys, listPositions);
  const contentsAt = out.length;
  for (const position of [symbolsAt, seriesAt, 0, 0, postingsAt, tableAt]) out.u64(position);
  out.checksum(contentsAt);
  await file.finish();
}

function writeSymbols(out: ByteWriter, { symbols }: BlockSeries): void {
  out.section(() => {
    out.u32(symbols.length);
    for (const text of symbols) out.text(text);
  });
}

/** Writes the series in order; returns their references in that order. */
async function writeSeries(
  file: BlockFileWriter,
  series: BlockSeries,
  order: Uint32Array,
): Promise<Uint32Array> {
  const references = new Uint32Array(order.length);
  const entry = new ByteWriter();
  const out = file.pending;
  for (const [position, one] of order.entries()) {
    file.align(SERIES_ALIGNMENT);
    references[position] = file.position / SERIES_ALIGNMENT;
    entry.clear();
    writeEntry(entry, series, one);
    out.uvarint(entry.length);
    const from = out.length;
    out.append(entry.view);
    out.checksum(from);
    await file.drain();
  }
  return references;
}

function writeEntry(entry: ByteWriter, series: BlockSeries, one: number): void {
  entry.uvarint(series.labelCountOf(one));
  series.labelsOf(one, (name, value) => {
    entry.uvarint(name);
    entry.uvarint(value);
  });
  const chunkCount = series.chunkCountOf(one);
  entry.uvarint(chunkCount);
  let lastMs = 0;
  let lastPlace = 0;
  for (let i = 0; i < chunkCount; i++) {
    const { minTimeMs, maxTimeMs, place } = series.chunkOf(one, i);
    if (i === 0) entry.varint(minTimeMs);
    else entry.uvarint(minTimeMs - lastMs);
    entry.uvarint(maxTimeMs - minTimeMs);
    if (i === 0) entry.uvarint(place);
    else entry.varint(place - lastPlace);
    lastMs = maxTimeMs;
    lastPlace = place;
  }
}

/** Collects the postings of every label pair, by counting first. */
function postingLists(
  series: BlockSeries,
  order: Uint32Array,
  references: Uint32Array,
): PostingLists {
  const symbolCount = series.symbols.length;
  const counts = new Map<number, number>();
  for (const one of order) {
    series.labelsOf(one, (name, value) => {
      const key = name * symbolCount + value;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
  }
  const keys = [...counts.keys()].sort((a, b) => a - b);
  const starts = new Uint32Array(keys.length + 1);
  const next = new Map<number, number>();
  for (const [i, key] of keys.entries()) {
    next.set(key, starts[i] as number);
    starts[i + 1] = (starts[i] as number) + (counts.get(key) as number);
  }
  const all = new Uint32Array(starts[keys.length] as number);
  for (const [position, one] of order.entries()) {
    series.labelsOf(one, (name, value) => {
      const key = name * symbolCount + value;
      const at = next.get(key) as number;
      all[at] = references[position] as number;
      next.set(key, at + 1);
    });
  }
  return { keys, starts, references: all };
}

/** Writes the list of all series, then that of every pair; returns where each begins. */
async function writePostings(
  file: BlockFileWriter,
  { keys, starts, references }: PostingLists,
  all: Uint32Array,
): Promise<number[]> {
  const positions = [file.position];
  writeList(file.pending, all);
  for (let i = 0; i < keys.length; i++) {
    await file.drain();
    positions.push(file.position);
    writeList(file.pending, references.subarray(starts[i], starts[i + 1]));
  }
  return positions;
}

function writeList(out: ByteWriter, references: Uint32Array): void {
  out.section(() => {
    out.u32(references.length);
    for (const reference of references) out.u32(reference);
  });
}

function writePostingsTable(
  out: ByteWriter,
  { symbols }: BlockSeries,
  keys: readonly number[],
  positions: readonly number[],
): void {
  const entry = (name: string, value: string, position: number) => {
    out.u8(2);
    out.text(name);
    out.text(value);
    out.uvarint(position);
  };
  out.section(() => {
    out.u32(positions.length);
    entry("", "", positions[0] as number);
    for (const [i, key] of keys.entries()) {
      const name = symbols[Math.floor(key / symbols.length)] as string;
      const value = symbols[key % symbols.length] as string;
      entry(name, value, positions[i + 1] as number);
    }
  });
}
