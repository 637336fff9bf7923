/**
 * Captures chunks as they are at one moment, to be read later (captured-chunks.ts).
 *
 * I1  A chunk is marked in the reader's epoch in the moment in which it is captured.
 *
 * Units: times are milliseconds.
 */
import type { ChunkRef } from "../base/units.ts";
import {
  BIT_LENGTH,
  BYTE_LENGTH,
  CAPTURE_TIMES,
  CAPTURE_WORDS,
  CaptureColumns,
  COUNT,
  FIRST_TIME,
  IS_GAUGE,
  KIND,
  LAST_HIGH,
  LAST_LOW,
  LAST_TIME,
  MARK_BEFORE,
  MARK_COUNT,
  MARK_HIGH,
  MARK_LEADING,
  MARK_LOW,
  MARK_POSITION,
  MARK_SIZE,
  MARK_TIME,
  OFFSET,
  REGION,
} from "./capture-columns.ts";
import { CapturedChunks } from "./captured-chunks.ts";
import type { ChunkTable } from "./chunk-table.ts";
import { isGaugeChunk } from "./histogram-decoder.ts";
import type { ReaderEpoch } from "./reader-epochs.ts";
import { NO_MARK } from "./seek-marks.ts";
import { newestMarkBefore } from "./xor-decoder.ts";

export class ChunkCapture extends CapturedChunks {
  private readonly chunks: ChunkTable;
  private readonly epoch: ReaderEpoch;

  constructor(chunks: ChunkTable, epoch: ReaderEpoch) {
    super(new CaptureColumns(), chunks);
    this.chunks = chunks;
    this.epoch = epoch;
  }

  /** Makes room for `captures`, if that many come; more may. */
  expect(captures: number): void {
    this.columns.expect(captures);
  }

  /** Captures a chunk that has samples, ready to be decoded from `fromMs` on. */
  capture(chunk: ChunkRef, fromMs: number): void {
    const { chunks, columns } = this;
    const place = columns.add();
    const { words, times } = columns;
    const at = place * CAPTURE_WORDS;
    const half = place * CAPTURE_TIMES;
    this.epoch.mark(chunk);
    words[at + REGION] = chunks.regionOf(chunk);
    words[at + OFFSET] = chunks.offsetOf(chunk);
    words[at + BYTE_LENGTH] = chunks.byteLengthOf(chunk);
    words[at + COUNT] = chunks.sampleCountOf(chunk);
    words[at + BIT_LENGTH] = chunks.bitLengthOf(chunk);
    words[at + KIND] = chunks.kindOf(chunk);
    words[at + IS_GAUGE] = chunks.isHistogram(chunk) && isGaugeChunk(chunks, chunk) ? 1 : 0;
    words[at + LAST_HIGH] = chunks.lastValueHighOf(chunk);
    words[at + LAST_LOW] = chunks.lastValueLowOf(chunk);
    times[half + FIRST_TIME] = chunks.firstTimeOf(chunk);
    times[half + LAST_TIME] = chunks.lastTimeOf(chunk);
    this.captureMark(chunk, fromMs, at, half);
  }

  private captureMark(chunk: ChunkRef, fromMs: number, at: number, half: number): void {
    const { chunks } = this;
    const { words, times } = this.columns;
    const mark = chunks.isHistogram(chunk) ? NO_MARK : newestMarkBefore(chunks, chunk, fromMs);
    if (mark === NO_MARK) {
      words[at + MARK_COUNT] = 0;
      return;
    }
    const { marks } = chunks;
    const time = times[half + FIRST_TIME]! + marks.timeOffsetOf(mark);
    times[half + MARK_TIME] = time;
    times[half + MARK_BEFORE] = time - marks.deltaOf(mark);
    words[at + MARK_COUNT] = marks.countOf(mark);
    words[at + MARK_POSITION] = marks.positionOf(mark);
    words[at + MARK_HIGH] = marks.valueHighOf(mark);
    words[at + MARK_LOW] = marks.valueLowOf(mark);
    words[at + MARK_LEADING] = marks.leadingOf(mark);
    words[at + MARK_SIZE] = marks.sizeOf(mark);
  }
}
