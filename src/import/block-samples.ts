/**
 * The samples of a block, series by series, without what its tombstones delete.
 *
 * Chunks of an encoding that is not known are counted and left out.
 */
import type { Disk } from "../base/disk.ts";
import { BlockReader, type DeletedStretch, readTombstones } from "../block/block-reader.ts";
import { decodeForeign, decodeForeignHistograms } from "../chunk/decode-foreign.ts";
import { HistogramColumns } from "../chunk/histogram-columns.ts";
import { SampleColumns } from "../chunk/sample-columns.ts";
import { GatheredSeries } from "./sample-series.ts";

/** Prometheus' numbers of encodings. */
const XOR = 1;
const HISTOGRAM = 2;
const FLOAT_HISTOGRAM = 3;

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
  const histograms = new HistogramColumns();
  for (const { reference, labels, chunks } of block.series()) {
    const series = new GatheredSeries(labels);
    const gone = deleted.get(reference) ?? [];
    let skippedChunks = 0;
    for (const { encoding, bytes, minTimeMs } of chunks) {
      columns.clear();
      histograms.clear();
      if (encoding === XOR) decodeForeign(bytes, minTimeMs, columns);
      else if (encoding === HISTOGRAM || encoding === FLOAT_HISTOGRAM) {
        decodeForeignHistograms(bytes, encoding === FLOAT_HISTOGRAM, histograms, columns);
      } else skippedChunks++;
      addKept(columns, histograms, gone, series);
    }
    yield { series, skippedChunks };
  }
}

function addKept(
  columns: SampleColumns,
  histograms: HistogramColumns,
  gone: readonly DeletedStretch[],
  series: GatheredSeries,
): void {
  const isGone = (timeMs: number) =>
    gone.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs <= toMs);
  for (let i = 0; i < columns.length; i++) {
    const timeMs = columns.timeOf(i);
    if (!isGone(timeMs)) series.add(timeMs, columns.highOf(i), columns.lowOf(i));
  }
  for (let row = 0; row < histograms.length; row++) {
    if (!isGone(histograms.timeOf(row))) series.addHistogram(histograms, row);
  }
}
