/**
 * Series fields: reads any valid TimeSeries message, in whatever order its fields were sent.
 *
 * Called for series that are not the usual case: several samples, histograms, exemplars, unknown
 * fields, values left out, labels in another form or between other fields.
 *
 * I1  Labels of a series that are not one run of plain labels at its start are all rewritten, in
 *     the order they were sent (see label-rewriter.ts).
 * I2  A field given twice in a Label or Sample counts as given last; an absent one is its default.
 */
import { scanExemplar } from "./exemplar-fields.ts";
import { scanHistogram } from "./histogram-fields.ts";
import type { ProtobufCursor } from "./protobuf-cursor.ts";
import {
  doubleOfInt64,
  WIRE_BYTES,
  WIRE_FIXED64,
  WIRE_VARINT,
  wrongWireType,
} from "./protobuf-cursor.ts";
import type { WriteBatch } from "./write-batch.ts";

/** Field numbers of TimeSeries. */
const LABELS_FIELD = 1;
const SAMPLES_FIELD = 2;
const EXEMPLARS_FIELD = 3;
const HISTOGRAMS_FIELD = 4;
/** Field numbers of Label. */
const NAME_FIELD = 1;
const VALUE_FIELD = 2;
/** Field numbers of Sample. */
const SAMPLE_VALUE_FIELD = 1;
const SAMPLE_TIMESTAMP_FIELD = 2;

/**
 * Reads the fields of a series from the cursor to `end` and adds the series to the batch; the
 * plain labels [from, cursor) have been stepped over already.
 * Throws TsdbError PROTOBUF_INVALID.
 */
export function scanSeriesFields(
  cursor: ProtobufCursor,
  batch: WriteBatch,
  from: number,
  end: number,
): void {
  const plainEnd = cursor.offset;
  let rewrittenFrom = -1;
  while (cursor.offset < end) {
    const at = cursor.offset;
    const tag = cursor.tag(end);
    const field = tag >>> 3;
    if (field > HISTOGRAMS_FIELD) {
      cursor.skip(tag, end);
      continue;
    }
    if ((tag & 7) !== WIRE_BYTES) throw wrongWireType(at, tag, "TimeSeries");
    const contentEnd = cursor.contentEnd(end);
    if (field === LABELS_FIELD) {
      if (rewrittenFrom < 0) {
        rewrittenFrom = batch.rewrittenOffset();
        batch.repeatLabels(from, plainEnd);
      }
      scanLabel(cursor, batch, contentEnd);
    } else {
      scanSampleKind(cursor, batch, field, contentEnd);
    }
  }
  if (rewrittenFrom < 0) batch.addSeries(from, plainEnd);
  else batch.addSeries(rewrittenFrom, batch.rewrittenOffset());
}

/** Reads a float sample, a histogram or an exemplar. */
function scanSampleKind(
  cursor: ProtobufCursor,
  batch: WriteBatch,
  field: number,
  end: number,
): void {
  if (field === SAMPLES_FIELD) {
    scanSample(cursor, batch, end);
  } else if (field === EXEMPLARS_FIELD) {
    scanExemplar(cursor, batch, end);
  } else {
    scanHistogram(cursor, batch, end);
  }
}

function scanSample(cursor: ProtobufCursor, batch: WriteBatch, end: number): void {
  let timeMs = 0;
  let high = 0;
  let low = 0;
  while (cursor.offset < end) {
    const at = cursor.offset;
    const tag = cursor.tag(end);
    const field = tag >>> 3;
    if (field === SAMPLE_VALUE_FIELD) {
      if ((tag & 7) !== WIRE_FIXED64) throw wrongWireType(at, tag, "Sample");
      cursor.fixed64(end);
      high = cursor.high;
      low = cursor.low;
    } else if (field === SAMPLE_TIMESTAMP_FIELD) {
      if ((tag & 7) !== WIRE_VARINT) throw wrongWireType(at, tag, "Sample");
      cursor.varint(end);
      timeMs = doubleOfInt64(cursor.high, cursor.low);
    } else {
      cursor.skip(tag, end);
    }
  }
  batch.addSample(timeMs, high, low);
}

function scanLabel(cursor: ProtobufCursor, batch: WriteBatch, end: number): void {
  let nameFrom = end;
  let nameTo = end;
  let valueFrom = end;
  let valueTo = end;
  while (cursor.offset < end) {
    const at = cursor.offset;
    const tag = cursor.tag(end);
    const field = tag >>> 3;
    if (field !== NAME_FIELD && field !== VALUE_FIELD) {
      cursor.skip(tag, end);
      continue;
    }
    if ((tag & 7) !== WIRE_BYTES) throw wrongWireType(at, tag, "Label");
    const contentEnd = cursor.contentEnd(end);
    if (field === NAME_FIELD) {
      nameFrom = cursor.offset;
      nameTo = contentEnd;
    } else {
      valueFrom = cursor.offset;
      valueTo = contentEnd;
    }
    cursor.offset = contentEnd;
  }
  batch.rewriteLabel(nameFrom, nameTo, valueFrom, valueTo);
}
