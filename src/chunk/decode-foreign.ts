/**
 * Reading a stream that came from outside, with nothing known of it but its bytes: XOR or native
 * histograms.
 *
 * Its count is in its first two bytes; a XOR stream that ends early reads as if zeros followed, so
 * the samples of a damaged one may be wrong, and one of histograms is refused: whoever took it in
 * has checked its checksum.
 *
 * Units: times are milliseconds.
 */
import { HEADER_BYTES } from "./chunk-records.ts";
import { HISTOGRAM_HEADER_BYTES } from "./chunk-table.ts";
import { decodeStream } from "./decode-kernel.ts";
import { DecoderState } from "./decoder-state.ts";
import type { HistogramColumns } from "./histogram-columns.ts";
import { decodeHistogramsAt, decodeStaleAt } from "./histogram-decoder.ts";
import { CHUNK_FLAGS_MASK, ChunkFlags } from "./histogram-fit.ts";
import type { SampleColumns } from "./sample-columns.ts";

const state = new DecoderState();
const ALL = Number.MAX_SAFE_INTEGER;

/** Appends all samples of a stream, whose first is at `firstTimeMs`, to `into`. */
export function decodeForeign(bytes: Uint8Array, firstTimeMs: number, into: SampleColumns): void {
  if (bytes.length <= HEADER_BYTES) return;
  const count = ((bytes[0] as number) << 8) | (bytes[1] as number);
  if (count === 0) return;
  state.enterStart(bytes, 0, firstTimeMs, count);
  decodeStream({ bytes, start: 0, byteLength: bytes.length, count }, state, -ALL, ALL, into);
}

/** Appends the histograms of a stream to `into` and those that end the series to `stale`. */
export function decodeForeignHistograms(
  bytes: Uint8Array,
  isFloat: boolean,
  into: HistogramColumns,
  stale: SampleColumns,
): void {
  if (bytes.length <= HISTOGRAM_HEADER_BYTES) return;
  const place = {
    ...{ bytes, start: 0, bitLength: bytes.length * 8, isFloat, endsStale: true },
    count: ((bytes[0] as number) << 8) | (bytes[1] as number),
    isGauge: ((bytes[2] as number) & CHUNK_FLAGS_MASK) === ChunkFlags.gauge,
  };
  decodeHistogramsAt(place, -ALL, ALL, into);
  decodeStaleAt(place, -ALL, ALL, stale);
}
