/**
 * One snapshot while it is written: chunk files in their order, then the index, then the manifest.
 *
 * I1  Every file that was begun is finished, or closed when something fails.
 * I2  Entries of chunk files are in the order in which the files were finished.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import type { WindowNumber } from "../base/units.ts";
import type { BlockBuffers } from "./block-file.ts";
import { BlockFile } from "./block-file.ts";
import { ChunkFileWriter } from "./chunk-file-writer.ts";
import { ChunkList } from "./chunk-list.ts";
import { type ChunkSink, writeChunks } from "./chunk-orders.ts";
import { IndexWriter } from "./index-writer.ts";
import { SeriesMarks } from "./series-marks.ts";
import type { SnapshotDirectory } from "./snapshot-directory.ts";
import {
  ANY_WINDOW,
  CHUNKS_FILE,
  CHUNKS_MAGIC,
  INDEX_FILE,
  INDEX_MAGIC,
  type SnapshotOrder,
} from "./snapshot-format.ts";
import {
  type FileEntry,
  type Manifest,
  nameOfEntry,
  type SnapshotConfiguration,
} from "./snapshot-manifest.ts";
import { chunksName, indexName } from "./snapshot-names.ts";
import type { SnapshotSource } from "./snapshot-source.ts";
import type { TimeSlices } from "./time-slices.ts";
import type { WindowFile, WindowFiles } from "./window-files.ts";

/** What a run is given. */
export interface SnapshotPlan {
  readonly directory: SnapshotDirectory;
  readonly configuration: SnapshotConfiguration;
  readonly order: SnapshotOrder;
  /** Seed of the shuffled order. */
  readonly shuffleSeed: number;
}

/** One file on its way. */
interface OpenFile {
  readonly file: BlockFile;
  readonly name: string;
  readonly ordinal: number;
  readonly window: number;
  readonly change: number;
  readonly series: SeriesMarks;
}

/** Series whose chunk of a window is looked at between two looks at the clock. */
const MARKS_PER_LOOK = 512;

export class SnapshotRun implements ChunkSink {
  private readonly plan: SnapshotPlan;
  private readonly buffers: BlockBuffers;
  private readonly source: SnapshotSource;
  private readonly slices: TimeSlices;
  private readonly sequence: number;
  private readonly createdMs: number;
  private readonly journalPosition: number;
  private readonly open = new Map<ChunkFileWriter, OpenFile>();
  private readonly unfinished = new Set<BlockFile>();
  private readonly entries: FileEntry[] = [];
  private readonly windowFiles: WindowFiles;
  private readonly numbering: number;
  /** Files of windows in this snapshot, for the next one. */
  private readonly filesOfWindows = new Map<number, WindowFile>();
  private readonly written = new SeriesMarks();
  private fileCount = 0;
  private chunkCount = 0;
  private sampleCount = 0;

  constructor(
    plan: SnapshotPlan,
    buffers: BlockBuffers,
    source: SnapshotSource,
    slices: TimeSlices,
    sequence: number,
    createdMs: number,
    windowFiles: WindowFiles,
  ) {
    this.plan = plan;
    this.buffers = buffers;
    this.source = source;
    this.slices = slices;
    this.sequence = sequence;
    this.createdMs = createdMs;
    this.journalPosition = source.journalPosition();
    this.windowFiles = windowFiles;
    this.numbering = windowFiles.begin(source, sequence);
  }

  /** Files that an older snapshot wrote. */
  get reusedFileCount(): number {
    return this.entries.filter(({ sequence }) => sequence !== this.sequence).length;
  }

  async write(): Promise<Manifest> {
    const { order, shuffleSeed, directory } = this.plan;
    try {
      await writeChunks(order, this.source, this, shuffleSeed);
      const manifest = await this.writeIndex();
      await this.slices.wait(directory.commit(manifest));
      this.windowFiles.replace(this.filesOfWindows);
      return manifest;
    } catch (error) {
      for (const file of this.unfinished) await file.abandon();
      // The disk has just failed: what cannot be removed now is removed before the next snapshot.
      await directory.removeLeftovers().catch(() => 0);
      throw error;
    }
  }

  get due(): boolean {
    return this.slices.due;
  }

  async breathe(file: ChunkFileWriter | null): Promise<void> {
    if (file !== null && file.backlog > 0) await this.slices.wait(file.drain());
    if (this.slices.due) await this.slices.pause();
  }

  async openFile(window: number): Promise<ChunkFileWriter> {
    const ordinal = this.fileCount++;
    const name = chunksName(this.sequence, ordinal);
    const change = this.source.windows.changeOf(window);
    const file = await this.begin(name, CHUNKS_MAGIC, ordinal);
    const series = new SeriesMarks();
    const writer = new ChunkFileWriter(file, this.source.chunks, series);
    this.open.set(writer, { file, name, ordinal, window, change, series });
    return writer;
  }

  async reuse(window: number): Promise<boolean> {
    const known = this.windowFiles.fileOf(window);
    if (known === null || !(await this.isThere(known.entry))) return false;
    const series = known.series ?? (await this.seriesOf(window));
    // While they were looked up something may have come.
    if (this.windowFiles.fileOf(window) !== known) return false;
    this.written.addAll(series);
    this.entries.push(known.entry);
    this.filesOfWindows.set(window, { ...known, series });
    this.chunkCount += known.entry.recordCount;
    this.sampleCount += known.sampleCount;
    return true;
  }

  async abandonFile(writer: ChunkFileWriter): Promise<void> {
    const { file, name } = this.open.get(writer)!;
    const { disk } = this.plan.directory;
    this.open.delete(writer);
    this.unfinished.delete(file);
    await this.slices.wait(file.abandon());
    await this.slices.wait(disk.remove(this.plan.directory.pathOf(name)));
  }

  private async isThere(entry: FileEntry): Promise<boolean> {
    const { directory } = this.plan;
    const size = directory.disk.size(directory.pathOf(nameOfEntry(entry)));
    return (await this.slices.wait(size.catch(() => -1))) === entry.length;
  }

  /** The series that have a chunk in a window. */
  private async seriesOf(window: number): Promise<SeriesMarks> {
    const series = new SeriesMarks();
    const list = await ChunkList.ofWindow(this.source, window as WindowNumber, this);
    for (let i = 0; i < list.length; i++) {
      series.add(list.seriesOf(i));
      if (i % MARKS_PER_LOOK === 0) await this.breathe(null);
    }
    list.end();
    return series;
  }

  async closeFile(writer: ChunkFileWriter): Promise<void> {
    const { file, ordinal, window, change, series } = this.open.get(writer)!;
    const summary = await this.slices.wait(writer.finish());
    this.unfinished.delete(file);
    this.written.addAll(series);
    this.chunkCount += writer.chunkCount;
    this.sampleCount += writer.sampleCount;
    const { sequence } = this;
    const entry = { kind: CHUNKS_FILE, sequence, ordinal, window, ...summary };
    this.entries.push(entry);
    if (window === ANY_WINDOW) return;
    const { sampleCount } = writer;
    this.filesOfWindows.set(window, { entry, sampleCount, change, series });
  }

  private async begin(name: string, magic: string, ordinal: number): Promise<BlockFile> {
    const { directory } = this.plan;
    const handle = await this.slices.wait(directory.disk.open(directory.pathOf(name), "create"));
    const file = new BlockFile(handle, this.buffers);
    this.unfinished.add(file);
    const { sequence, numbering } = this;
    await this.slices.wait(file.begin({ magic, sequence, ordinal, numbering }));
    return file;
  }

  private async writeIndex(): Promise<Manifest> {
    const { sequence } = this;
    const file = await this.begin(indexName(sequence), INDEX_MAGIC, 0);
    const index = new IndexWriter(this.source, file, this.slices, this.written);
    await index.write();
    const summary = await this.slices.wait(file.finish());
    this.unfinished.delete(file);
    const entry = { kind: INDEX_FILE, sequence, ordinal: 0, window: ANY_WINDOW, ...summary };
    return this.manifestOf(index, entry);
  }

  private manifestOf(index: IndexWriter, indexEntry: FileEntry): Manifest {
    const { order, shuffleSeed, configuration } = this.plan;
    return {
      sequence: this.sequence,
      numbering: this.numbering,
      createdMs: this.createdMs,
      order,
      shuffleSeed: order === "shuffled" ? shuffleSeed >>> 0 : 0,
      journalPosition: this.journalPosition,
      journalEnd: this.source.journalPosition(),
      lastJournalNumber: this.source.lastJournalNumber(),
      configuration,
      seriesBound: this.written.bound,
      counts: {
        series: index.seriesCount,
        symbols: index.symbolCount,
        pairs: index.pairCount,
        families: index.familyCount,
        chunks: this.chunkCount,
        samples: this.sampleCount,
      },
      files: [indexEntry, ...this.entries],
    };
  }
}
