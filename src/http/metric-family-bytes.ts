/**
 * Encoder of MetricFamily messages, each behind its length.
 *
 * Format: docs/format/metric-family.md, proto/metrics.proto: fields by their numbers, lists of
 * numbers not packed, numbers that are 0 written too.
 *
 * I1  A family's samples wait in pieces until their length is known, which stands before them; no
 *     family is moved or held twice, however long it is, and short ones share a piece.
 * I2  A number has the bits with which it was stored; a NaN in a histogram is 0x7ff8000000000001.
 *
 * Units: bytes; times are milliseconds since the epoch.
 */
import type { NewestSample } from "../engine/newest-samples.ts";
import type { BucketSpans, FloatHistogram } from "../promql/histogram/float-histogram.ts";
import { WireBytes } from "../wire/wire-bytes.ts";
import type { NameEscaping } from "./accepted-format.ts";
import { escapedName, exposedLabels, type LabelPair } from "./exposed-names.ts";
import { FAMILY_TYPES, type FamilySink, type FamilyType } from "./metric-family.ts";

const PIECE_BYTES = 64 * 1024;
const WORD = 2 ** 32;
const NAN_HIGH = 0x7ff80000;
const NAN_LOW = 1;

// Tags: field number and wire type.
const FAMILY_NAME = 0x0a;
const FAMILY_TYPE = 0x18;
const FAMILY_METRIC = 0x22;
const METRIC_LABEL = 0x0a;
const METRIC_UNTYPED = 0x2a;
const METRIC_TIME = 0x30;
const METRIC_HISTOGRAM = 0x3a;
const PAIR_NAME = 0x0a;
const PAIR_VALUE = 0x12;
const UNTYPED_VALUE = 0x09;
const SUM = 0x11;
const COUNT_FLOAT = 0x21;
const SCHEMA = 0x28;
const THRESHOLD = 0x31;
const ZERO_COUNT_FLOAT = 0x41;
const NEGATIVE_SPAN = 0x4a;
const NEGATIVE_COUNT = 0x59;
const POSITIVE_SPAN = 0x62;
const POSITIVE_COUNT = 0x71;
const SPAN_OFFSET = 0x08;
const SPAN_LENGTH = 0x10;

/** A text of so many UTF-16 units is written without bytes of its own, which V8 must collect. */
const SHORT_LENGTH = 1024;
/** A unit is three bytes of UTF-8 at most. */
const short = new Uint8Array(3 * SHORT_LENGTH);
const texts = new TextEncoder();
const floats = new Float64Array(1);
const words = new Uint32Array(floats.buffer);

/** Bytes that are written on, and taken off in pieces of about PIECE_BYTES. */
class PieceBytes extends WireBytes {
  /** Moves what has been written to `pieces`. */
  flush(pieces: Uint8Array[]): void {
    if (this.length > 0) pieces.push(this.written().slice());
    this.clear();
  }

  flushIfFull(pieces: Uint8Array[]): void {
    if (this.length >= PIECE_BYTES) this.flush(pieces);
  }
}

export class FamilyEncoder implements FamilySink {
  private readonly given: readonly LabelPair[];
  private readonly escaping: NameEscaping;
  /** Whole families: pieces, and what is behind them. */
  private readonly pieces: Uint8Array[] = [];
  private readonly behind = new PieceBytes();
  /** The open family: its fields but the samples, these in pieces, and what is behind them. */
  private readonly head = new WireBytes();
  private readonly samplePieces: Uint8Array[] = [];
  private readonly samples = new PieceBytes();
  private readonly metric = new WireBytes();
  private readonly inner = new WireBytes();
  private readonly innermost = new WireBytes();

  /** `given` are labels that every series gets. */
  constructor(given: readonly LabelPair[], escaping: NameEscaping) {
    this.given = given;
    this.escaping = escaping;
  }

  beginFamily(name: string, type: FamilyType): void {
    this.endFamily();
    writeText(this.head, FAMILY_NAME, escapedName(name, this.escaping));
    this.head.number(FAMILY_TYPE, FAMILY_TYPES[type]);
  }

  addSample({ labels, valueHigh, valueLow, histogram, timeMs }: NewestSample): void {
    const { metric, inner } = this;
    metric.clear();
    for (const [name, text] of exposedLabels(labels, this.given, this.escaping)) {
      inner.clear();
      writeText(inner, PAIR_NAME, name);
      writeText(inner, PAIR_VALUE, text);
      writeMessage(metric, METRIC_LABEL, inner);
    }
    inner.clear();
    if (histogram === null) {
      inner.byte(UNTYPED_VALUE);
      inner.fixed64(valueHigh, valueLow);
      writeMessage(metric, METRIC_UNTYPED, inner);
    }
    metric.byte(METRIC_TIME);
    metric.varint64(Math.floor(timeMs / WORD), timeMs >>> 0);
    if (histogram !== null) {
      writeHistogram(inner, histogram, this.innermost);
      writeMessage(metric, METRIC_HISTOGRAM, inner);
    }
    writeMessage(this.samples, FAMILY_METRIC, metric);
    this.samples.flushIfFull(this.samplePieces);
  }

  /** Ends the last family; all of them, in pieces. */
  finish(): readonly Uint8Array[] {
    this.endFamily();
    this.behind.flush(this.pieces);
    return this.pieces;
  }

  private endFamily(): void {
    const { head, samplePieces, samples, behind, pieces } = this;
    if (head.length === 0) return;
    const before = samplePieces.reduce((sum, { length }) => sum + length, 0);
    behind.varint64(0, head.length + before + samples.length);
    behind.bytes(head.written(), 0, head.length);
    if (samplePieces.length > 0) behind.flush(pieces);
    for (const piece of samplePieces) pieces.push(piece);
    behind.bytes(samples.written(), 0, samples.length);
    behind.flushIfFull(pieces);
    head.clear();
    samples.clear();
    samplePieces.length = 0;
  }
}

function writeText(out: WireBytes, tag: number, text: string): void {
  if (text.length <= SHORT_LENGTH) {
    out.field(tag, short, 0, texts.encodeInto(text, short).written);
    return;
  }
  const bytes = texts.encode(text);
  out.field(tag, bytes, 0, bytes.length);
}

function writeMessage(out: WireBytes, tag: number, message: WireBytes): void {
  out.field(tag, message.written(), 0, message.length);
}

function writeDouble(out: WireBytes, tag: number, value: number): void {
  out.byte(tag);
  floats[0] = value;
  if (Number.isNaN(value)) out.fixed64(NAN_HIGH, NAN_LOW);
  else out.fixed64(words[1]!, words[0]!);
}

/** A number as an unsigned one whose lowest bit is the sign. */
function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function writeHistogram(out: WireBytes, from: FloatHistogram, span: WireBytes): void {
  writeDouble(out, SUM, from.sum);
  writeDouble(out, COUNT_FLOAT, from.count);
  out.number(SCHEMA, zigzag(from.schema));
  writeDouble(out, THRESHOLD, from.zeroThreshold);
  writeDouble(out, ZERO_COUNT_FLOAT, from.zeroCount);
  writeSpans(out, NEGATIVE_SPAN, from.negativeSpans, span);
  for (const count of from.negativeBuckets) writeDouble(out, NEGATIVE_COUNT, count);
  writeSpans(out, POSITIVE_SPAN, from.positiveSpans, span);
  for (const count of from.positiveBuckets) writeDouble(out, POSITIVE_COUNT, count);
}

function writeSpans(out: WireBytes, tag: number, spans: BucketSpans, span: WireBytes): void {
  const { offsets, lengths } = spans;
  for (let i = 0; i < lengths.length; i++) {
    span.clear();
    span.number(SPAN_OFFSET, zigzag(offsets[i]!));
    span.number(SPAN_LENGTH, lengths[i]!);
    writeMessage(out, tag, span);
  }
}
