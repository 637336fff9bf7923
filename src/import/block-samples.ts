/**
 * The samples of a block, series by series, without what its tombstones delete.
 *
 * Native histograms are counted and left out.
 */
import type { Disk } from "../base/disk.ts";
import { BlockReader, type DeletedStretch, readTombstones } from "../block/block-reader.ts";
import { decodeForeign } from "../chunk/decode-foreign.ts";
import { SampleColumns } from "../chunk/sample-columns.ts";
import { GatheredSeries } from "./sample-series.ts";

const XOR = 1;

export interface BlockSeriesSamples {
  readonly series: GatheredSeries;
  readonly skippedChunks: number;
}

/** Reads a block's directory. TsdbError BLOCK_CORRUPT or DISK_FAILED. */
export async function* blockSamples(
  disk: Disk,
  directory: string,
): AsyncGenerator<BlockSeriesSamples> {
  const deleted = await readTombstones(disk, directory);
  const block = await BlockReader.open(disk, directory);
  const columns = new SampleColumns(1024);
  for (const { reference, labels, chunks } of block.series()) {
    const series = new GatheredSeries(labels);
    const gone = deleted.get(reference) ?? [];
    let skippedChunks = 0;
    for (const { encoding, bytes, minTimeMs } of chunks) {
      columns.clear();
      if (encoding === XOR) decodeForeign(bytes, minTimeMs, columns);
      else skippedChunks++;
      addKept(columns, gone, series);
    }
    yield { series, skippedChunks };
  }
}

function addKept(
  columns: SampleColumns,
  gone: readonly DeletedStretch[],
  series: GatheredSeries,
): void {
  for (let i = 0; i < columns.length; i++) {
    const timeMs = columns.timeOf(i);
    if (gone.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs <= toMs)) continue;
    series.add(timeMs, columns.highOf(i), columns.lowOf(i));
  }
}
