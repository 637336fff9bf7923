/**
 * Reading a XOR stream that came from outside, with nothing known of it but its bytes.
 *
 * Its count is in its first two bytes; a stream that ends early reads as if zeros followed, so the
 * samples of a damaged one may be wrong: whoever took it in has checked its checksum.
 *
 * Units: times are milliseconds.
 */
import { HEADER_BYTES } from "./chunk-records.ts";
import { decodeStream } from "./decode-kernel.ts";
import { DecoderState } from "./decoder-state.ts";
import type { SampleColumns } from "./sample-columns.ts";

const state = new DecoderState();

/** Appends all samples of a stream, whose first is at `firstTimeMs`, to `into`. */
export function decodeForeign(bytes: Uint8Array, firstTimeMs: number, into: SampleColumns): void {
  if (bytes.length <= HEADER_BYTES) return;
  const count = ((bytes[0] as number) << 8) | (bytes[1] as number);
  if (count === 0) return;
  state.enterStart(bytes, 0, firstTimeMs, count);
  const all = Number.MAX_SAFE_INTEGER;
  decodeStream({ bytes, start: 0, byteLength: bytes.length, count }, state, -all, all, into);
}
