/**
 * The samples of a remote read answer that is not streamed: each series with its floats and its
 * native histograms, as remote write 1.0 would send them.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes.
 */
import type { Slices } from "../base/slices.ts";
import { HistogramColumns } from "../chunk/histogram-columns.ts";
import { SampleColumns } from "../chunk/sample-columns.ts";
import type { SortedSeries } from "../engine/sorted-series.ts";
import { encodeHistogram } from "../wire/histogram-encode.ts";
import type { ReadQuery } from "../wire/read-request.ts";
import { WriteRequestEncoder } from "../wire/remote-write-encode.ts";
import type { SnappyPieces } from "../wire/snappy-pieces.ts";

/** Bytes of samples that are compressed in one go. */
const PIECE_BYTES = 1 << 16;

/** Adds the series' samples to `result`; returns how many, or more than `limit` as soon as so. */
export async function addSamples(
  series: SortedSeries,
  { fromMs, toMs }: ReadQuery,
  slices: Slices,
  result: SnappyPieces,
  limit: number,
): Promise<number> {
  const encoder = new WriteRequestEncoder();
  const columns = new SampleColumns(1024);
  const histograms = new HistogramColumns();
  let count = 0;
  for (let i = 0; i < series.count && count <= limit; i++) {
    columns.clear();
    histograms.clear();
    const own =
      series.read(i, fromMs, toMs, columns) + series.readHistograms(i, fromMs, toMs, histograms);
    if (own === 0) continue;
    count += own;
    encoder.beginSeries();
    const flat = series.labels(i).namesAndValues;
    for (let l = 0; l < flat.length; l += 2) encoder.label(flat[l]!, flat[l + 1]!);
    for (let s = 0; s < columns.length; s++) {
      encoder.sampleBits(columns.timeOf(s), columns.highOf(s), columns.lowOf(s));
    }
    for (let row = 0; row < histograms.length; row++) {
      encoder.histogram(encodeHistogram(histograms, row));
    }
    encoder.endSeries();
    if (encoder.length >= PIECE_BYTES) {
      result.add(encoder.finish());
      encoder.clear();
    }
    if (slices.isOver()) await slices.next();
  }
  result.add(encoder.finish());
  return count;
}
