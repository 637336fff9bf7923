/**
 * Saving a chunk beside its stream: docs/format/chunk.md, "State".
 *
 * The stream alone can be read but not continued (the XOR window, the account of waste) nor entered
 * in the middle (seek marks). The state holds what is missing, and what kind of chunk it is;
 * histogram chunks need nothing more than their stream.
 *
 * Units: offsets and lengths are bytes; positions are bits.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef } from "../base/units.ts";
import { ChunkKind, windowOfKind } from "./chunk-records.ts";
import type { ChunkTable } from "./chunk-table.ts";
import {
  BIT_LENGTH,
  CHUNK_STATE_BYTES,
  FIRST_TIME,
  LAST_TIME,
  MARK_COUNT,
  MARK_DELTA,
  MARK_LEADING,
  MARK_POSITION,
  MARK_SAMPLES,
  MARK_SIZE,
  MARK_STATE_BYTES,
  MARK_TIME_OFFSET,
  MARK_VALUE_HIGH,
  MARK_VALUE_LOW,
  PREVIOUS_TIME,
  SAMPLE_COUNT,
  VALUE_HIGH,
  VALUE_LOW,
  WASTE_STATE,
  WINDOW_STATE,
} from "./saved-state.ts";
import { NO_MARK } from "./seek-marks.ts";

let view: DataView = new DataView(new ArrayBuffer(0));

/** A view of all of the buffer behind `bytes`: the last one is kept, buffers are reused. */
function viewOf(bytes: Uint8Array): DataView {
  if (view.buffer !== bytes.buffer) view = new DataView(bytes.buffer);
  return view;
}

function markCountOf(chunks: ChunkTable, chunk: ChunkRef): number {
  let count = 0;
  const { marks } = chunks;
  for (let mark = chunks.newestMarkOf(chunk); mark !== NO_MARK; mark = marks.olderOf(mark)) count++;
  return count;
}

/** Bytes of the chunk's state, marks included: a multiple of 8. */
export function stateBytesOf(chunks: ChunkTable, chunk: ChunkRef): number {
  return CHUNK_STATE_BYTES + markCountOf(chunks, chunk) * MARK_STATE_BYTES;
}

/** The encoder's window with the chunk's kind. */
function windowWordOf(chunks: ChunkTable, chunk: ChunkRef): number {
  const kind = chunks.kindOf(chunk);
  return kind === ChunkKind.xor ? chunks.windowStateOf(chunk) : windowOfKind(kind);
}

/**
 * Writes the chunk's state to `into` from byte `at` on. `length` is its stateBytesOf(), which
 * whoever makes room knows: the marks need not be counted again.
 */
export function writeState(
  chunks: ChunkTable,
  chunk: ChunkRef,
  into: Uint8Array,
  at: number,
  length: number,
): void {
  assert(at + length <= into.length, "no room for the state of a chunk");
  const to = viewOf(into);
  const start = into.byteOffset + at;
  to.setUint16(start + SAMPLE_COUNT, chunks.sampleCountOf(chunk), true);
  to.setUint16(start + MARK_COUNT, (length - CHUNK_STATE_BYTES) / MARK_STATE_BYTES, true);
  to.setUint32(start + BIT_LENGTH, chunks.bitLengthOf(chunk), true);
  to.setFloat64(start + FIRST_TIME, chunks.firstTimeOf(chunk), true);
  to.setFloat64(start + LAST_TIME, chunks.lastTimeOf(chunk), true);
  to.setFloat64(start + PREVIOUS_TIME, chunks.previousTimeOf(chunk), true);
  to.setUint32(start + VALUE_LOW, chunks.lastValueLowOf(chunk), true);
  to.setUint32(start + VALUE_HIGH, chunks.lastValueHighOf(chunk), true);
  to.setUint32(start + WINDOW_STATE, windowWordOf(chunks, chunk), true);
  to.setUint32(start + WASTE_STATE, chunks.wasteStateOf(chunk), true);
  let markAt = start + length;
  const { marks } = chunks;
  for (let mark = chunks.newestMarkOf(chunk); mark !== NO_MARK; mark = marks.olderOf(mark)) {
    markAt -= MARK_STATE_BYTES;
    to.setUint32(markAt + MARK_TIME_OFFSET, marks.timeOffsetOf(mark), true);
    to.setUint32(markAt + MARK_DELTA, marks.deltaOf(mark), true);
    to.setUint32(markAt + MARK_VALUE_LOW, marks.valueLowOf(mark), true);
    to.setUint32(markAt + MARK_VALUE_HIGH, marks.valueHighOf(mark), true);
    to.setUint32(markAt + MARK_POSITION, marks.positionOf(mark), true);
    to.setUint16(markAt + MARK_SAMPLES, marks.countOf(mark), true);
    to.setUint8(markAt + MARK_LEADING, marks.leadingOf(mark));
    to.setUint8(markAt + MARK_SIZE, marks.sizeOf(mark));
  }
  assert(markAt === start + CHUNK_STATE_BYTES, "the state of a chunk has another length");
}
