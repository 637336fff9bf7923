/**
 * Frames of a streamed remote read answer: a series with chunks as they lie in the store.
 *
 * Format: proto/remote_read.proto. A frame is a uvarint of the payload's length, its CRC-32C
 * big-endian, and the payload, one ChunkedReadResponse with one series. A reader takes every frame
 * as a series of its own, so a series is spread over several only when it passes `frameBytesMax`.
 *
 * Units: times are milliseconds since the epoch; lengths are bytes.
 */
import { crc32c } from "../base/crc32c.ts";
import { WriteRequestEncoder } from "./remote-write-encode.ts";
import { varintOf } from "./snappy-pieces.ts";

/** Chunk encodings by their number in the protocol. */
export const XOR = 1;

export interface EncodedChunk {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  /** 1 XOR, 2 histogram, 3 float histogram. */
  readonly encoding: number;
  readonly bytes: Uint8Array;
}

/** A series as it goes out: name, value, name, value … and its chunks, oldest first. */
export interface EncodedSeries {
  readonly labels: readonly string[];
  readonly chunks: readonly EncodedChunk[];
}

const QUERY_INDEX_TAG = 0x10;
const CHECKSUM_BYTES = 4;

export class ReadFrameEncoder {
  private readonly encoder = new WriteRequestEncoder();
  private readonly frameBytesMax: number;

  constructor(frameBytesMax: number) {
    this.frameBytesMax = frameBytesMax;
  }

  /** The frames of one series. */
  frames(queryIndex: number, { labels, chunks }: EncodedSeries): Uint8Array[] {
    const frames: Uint8Array[] = [];
    let from = 0;
    while (from < chunks.length) {
      this.encoder.clear();
      this.encoder.beginSeries();
      for (let i = 0; i + 1 < labels.length; i += 2) {
        this.encoder.label(labels[i] as string, labels[i + 1] as string);
      }
      do {
        const chunk = chunks[from++] as EncodedChunk;
        this.encoder.chunk(chunk.minTimeMs, chunk.maxTimeMs, chunk.encoding, chunk.bytes);
      } while (from < chunks.length && this.encoder.length < this.frameBytesMax);
      this.encoder.endSeries();
      frames.push(frameOf(this.encoder, queryIndex));
    }
    return frames;
  }
}

/** The encoder's message with the query's index behind it, as a frame. */
function frameOf(encoder: WriteRequestEncoder, queryIndex: number): Uint8Array {
  const index = queryIndex === 0 ? [] : [QUERY_INDEX_TAG, ...varintOf(queryIndex)];
  const length = varintOf(encoder.length + index.length);
  const start = length.length + CHECKSUM_BYTES;
  const frame = new Uint8Array(start + encoder.length + index.length);
  frame.set(length);
  encoder.copyTo(frame, start);
  frame.set(index, start + encoder.length);
  const view = new DataView(frame.buffer);
  view.setUint32(length.length, crc32c(frame, start, frame.length));
  return frame;
}
