/**
 * Writes one block of Prometheus' storage: chunk files, index, an empty list of deletions, meta.
 *
 * Format: docs/format/block.md. The block is made in a directory of another name and takes its own
 * with one rename when all of it is durable: readers see it whole or not at all.
 *
 * I1  A series is added once, with its chunks by time; chunks do not overlap.
 * I2  A chunk file holds at most 512 MiB, and a chunk lies in one file.
 *
 * Units: times are milliseconds since the epoch, the end of a block exclusive; sizes are bytes.
 */
import type { Disk } from "../base/disk.ts";
import type { BlockChunk } from "./block-chunk.ts";
import { BlockFileWriter } from "./block-file-writer.ts";
import { BlockSeries, type ChunkPlace } from "./block-series.ts";
import { ByteWriter } from "./byte-writer.ts";
import { writeIndex } from "./index-writer.ts";
import { type BatchedSeries, type SeriesBatch, seriesOf, textsOf } from "./series-batch.ts";

export const CHUNKS_MAGIC = 0x85bd40dd;
export const CHUNKS_VERSION = 1;
export const TOMBSTONES_MAGIC = 0x0130ba30;
export const TOMBSTONES_VERSION = 1;
const CHUNK_FILE_BYTES_MAX = 512 << 20;
const FILE_NUMBER_UNIT = 2 ** 32;
/** What a chunk takes beside its data: the longest length, encoding, checksum. */
const CHUNK_FRAME_BYTES = 15;
/** Readers of Prometheus pass over names that end so, and remove what is left of them. */
const UNFINISHED = ".tmp-for-creation";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export interface BlockSummary {
  readonly ulid: string;
  readonly seriesCount: number;
  readonly chunkCount: number;
  readonly sampleCount: number;
  readonly bytes: number;
}

export class BlockWriter {
  private readonly disk: Disk;
  private readonly parent: string;
  private readonly ulid: string;
  private readonly series = new BlockSeries();
  private file: BlockFileWriter | null = null;
  private fileCount = 0;
  private samples = 0;
  private closedBytes = 0;

  private constructor(disk: Disk, parent: string, ulid: string) {
    this.disk = disk;
    this.parent = parent;
    this.ulid = ulid;
  }

  /** Begins a block named `ulid` in the directory `parent`. TsdbError DISK_FAILED. */
  static async begin(disk: Disk, parent: string, ulid: string): Promise<BlockWriter> {
    const writer = new BlockWriter(disk, parent, ulid);
    await disk.makeDirectory(`${writer.directory}/chunks`);
    return writer;
  }

  get seriesCount(): number {
    return this.series.count;
  }

  private get directory(): string {
    return unfinishedDirectory(this.parent, this.ulid);
  }

  /** Adds the series of a batch. */
  async add(batch: SeriesBatch): Promise<void> {
    for (const bytes of textsOf(batch)) this.series.addText(decoder.decode(bytes));
    for (const series of seriesOf(batch)) await this.addSeries(series);
  }

  /** Completes the block for [fromMs, endMs). */
  async finish(fromMs: number, endMs: number): Promise<BlockSummary> {
    await this.closeFile();
    this.series.rank();
    await writeIndex(this.disk, `${this.directory}/index`, this.series);
    await this.writeWhole("tombstones", emptyTombstones());
    await this.writeWhole("meta.json", this.meta(fromMs, endMs));
    await this.disk.syncDirectory(`${this.directory}/chunks`);
    await this.disk.syncDirectory(this.directory);
    await this.disk.rename(this.directory, `${this.parent}/${this.ulid}`);
    await this.disk.syncDirectory(this.parent);
    return {
      ulid: this.ulid,
      seriesCount: this.series.count,
      chunkCount: this.series.chunkCount,
      sampleCount: this.samples,
      bytes: this.closedBytes,
    };
  }

  private async addSeries({ labels, chunks }: BatchedSeries): Promise<void> {
    const places: ChunkPlace[] = [];
    for (const chunk of chunks) {
      const place = await this.writeChunk(chunk);
      places.push({ minTimeMs: chunk.minTimeMs, maxTimeMs: chunk.maxTimeMs, place });
      this.samples += chunk.sampleCount;
    }
    this.series.add(labels, places);
  }

  private async writeChunk({ encoding, bytes }: BlockChunk): Promise<number> {
    const file = await this.fileFor(bytes.length + CHUNK_FRAME_BYTES);
    const place = (this.fileCount - 1) * FILE_NUMBER_UNIT + file.position;
    const out = file.pending;
    out.uvarint(bytes.length);
    const from = out.length;
    out.u8(encoding);
    out.append(bytes);
    out.checksum(from);
    await file.drain();
    return place;
  }

  private async fileFor(bytes: number): Promise<BlockFileWriter> {
    if (this.file !== null && this.file.position + bytes <= CHUNK_FILE_BYTES_MAX) return this.file;
    await this.closeFile();
    const name = String(++this.fileCount).padStart(6, "0");
    this.file = await BlockFileWriter.create(this.disk, `${this.directory}/chunks/${name}`);
    const out = this.file.pending;
    out.u32(CHUNKS_MAGIC);
    out.u8(CHUNKS_VERSION);
    out.pad(8);
    return this.file;
  }

  private async closeFile(): Promise<void> {
    if (this.file === null) return;
    this.closedBytes += this.file.position;
    await this.file.finish();
    this.file = null;
  }

  private meta(fromMs: number, endMs: number): Uint8Array {
    const meta = {
      ulid: this.ulid,
      minTime: fromMs,
      maxTime: endMs,
      stats: {
        numSamples: this.samples,
        numSeries: this.series.count,
        numChunks: this.series.chunkCount,
      },
      compaction: { level: 1, sources: [this.ulid] },
      version: 1,
    };
    return new TextEncoder().encode(`${JSON.stringify(meta, null, "\t")}\n`);
  }

  private async writeWhole(name: string, bytes: Uint8Array): Promise<void> {
    const file = await this.disk.open(`${this.directory}/${name}`, "create");
    await file.append(bytes, 0, bytes.length);
    await file.sync();
    await file.close();
  }
}

function unfinishedDirectory(parent: string, ulid: string): string {
  return `${parent}/${ulid}${UNFINISHED}`;
}

/** Removes what there is of a block that was not completed. TsdbError DISK_FAILED. */
export async function removeUnfinished(
  disk: { removeDirectory(path: string): Promise<void> },
  parent: string,
  ulid: string,
): Promise<void> {
  await disk.removeDirectory(unfinishedDirectory(parent, ulid));
}

/** No deletions: the checksum is of the entries alone, and of nothing it is 0. */
function emptyTombstones(): Uint8Array {
  const out = new ByteWriter();
  out.u32(TOMBSTONES_MAGIC);
  out.u8(TOMBSTONES_VERSION);
  out.u32(0);
  return out.view;
}
