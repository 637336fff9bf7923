/**
 * Builds one journal record while a request is ingested: docs/format/journal.md, Records.
 *
 * I1  Definitions come before all samples of the record, whenever they were added.
 * I2  Journal numbers that are defined in one record follow each other without gaps.
 *
 * sample() is on the way of every stored sample: no object, no string, one check for room.
 *
 * Units: times are milliseconds since the epoch; lengths are bytes.
 */
import { assert } from "../base/assert.ts";
import type { HistogramColumns } from "../chunk/histogram-columns.ts";
import { crc32c } from "../kernel/checksum.ts";
import { JournalBytes, putVarintAt, VARINT_BYTES_MAX, zigzag } from "./journal-bytes.ts";
import {
  CLEANED,
  DELETED,
  DELETIONS_SECTION,
  EXEMPLARS_SECTION,
  IS_HISTOGRAM,
  METADATA_SECTION,
  NUMBER_FOLLOWS,
  RECORD_CLOCK_AT,
  RECORD_CRC_AT,
  RECORD_CRC_FROM,
  RECORD_HEADER_BYTES,
  RECORD_LENGTH_AT,
  RECORD_MAGIC,
  RECORD_POSITION_AT,
  RECORD_SAMPLES_AT,
  recordPadded,
  SAMPLES_SECTION,
  SECTION_HEADER_BYTES,
  SERIES_SECTION,
  TIME_FOLLOWS,
  VALUE_ALL,
  VALUE_UPPER_16,
  VALUE_UPPER_32,
  VALUE_ZERO,
} from "./journal-format.ts";
import type { FamilyMetadata } from "./snapshot-source.ts";

/** Control byte, number, time and value. */
const SAMPLE_BYTES_MAX = 1 + 2 * VARINT_BYTES_MAX + 8;
const WORD = 2 ** 32;
const encoder = new TextEncoder();

export class RecordBuilder {
  /** Samples in the record. */
  sampleCount = 0;
  private readonly definitions = new JournalBytes();
  private readonly samples = new JournalBytes();
  private readonly metadata = new JournalBytes();
  private readonly changes = new JournalBytes();
  private readonly exemplars = new JournalBytes();
  private clockMs = 0;
  private definedFirst = 0;
  private definedCount = 0;
  /** Number and time of the newest sample: what the next one differs from. */
  newestNumber = 0;
  newestMs = 0;

  /** Forgets everything and begins a record of this moment. */
  begin(clockMs: number): void {
    this.clockMs = clockMs;
    this.sampleCount = 0;
    this.definitions.clear();
    this.samples.clear();
    this.metadata.clear();
    this.changes.clear();
    this.exemplars.clear();
    this.definedCount = 0;
    this.newestNumber = 0;
    this.newestMs = clockMs;
  }

  get isEmpty(): boolean {
    const { definitions, samples, metadata, changes, exemplars } = this;
    const others = metadata.length + changes.length + exemplars.length;
    return definitions.length + samples.length + others === 0;
  }

  /**
   * Defines a series by its canonical label bytes, `bytes[from, to)`, which are copied. The first
   * `prefix` and the last `suffix` of them are those of the definition before, if there is one.
   */
  define(
    number: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    prefix: number,
    suffix: number,
  ): void {
    if (this.definedCount === 0) {
      assert(prefix + suffix === 0, "there is no definition before the first");
      this.definedFirst = number;
    }
    assert(number === this.definedFirst + this.definedCount, "journal numbers have a gap");
    this.definedCount++;
    const { definitions } = this;
    definitions.varint(prefix);
    definitions.varint(suffix);
    definitions.varint(to - from - prefix - suffix);
    definitions.raw(bytes, from + prefix, to - suffix);
  }

  /**
   * Defines `count` series, numbered from `first` on, as they are written already, bytes
   * [from, to): the first one goes by the definition before, if there is one.
   */
  addDefinitions(first: number, count: number, bytes: Uint8Array, from: number, to: number): void {
    if (this.definedCount === 0) this.definedFirst = first;
    assert(first === this.definedFirst + this.definedCount, "journal numbers have a gap");
    this.definedCount += count;
    this.definitions.raw(bytes, from, to);
  }

  /** Adds a sample of a defined series; value words are the 64 raw bits. */
  sample(number: number, timeMs: number, high: number, low: number): void {
    const { samples } = this;
    if (samples.length + SAMPLE_BYTES_MAX > samples.bytes.length) samples.reserve(SAMPLE_BYTES_MAX);
    const { bytes } = samples;
    const start = samples.length;
    let at = this.putPlace(bytes, start, number, timeMs);
    if (low !== 0 || (high & 0xffff) !== 0) {
      bytes[at] = high;
      bytes[at + 1] = high >>> 8;
      bytes[at + 2] = high >>> 16;
      bytes[at + 3] = high >>> 24;
      at += 4;
      bytes[start] = bytes[start]! | VALUE_UPPER_32;
      if (low !== 0) {
        bytes[at] = low;
        bytes[at + 1] = low >>> 8;
        bytes[at + 2] = low >>> 16;
        bytes[at + 3] = low >>> 24;
        at += 4;
        bytes[start] = bytes[start]! | VALUE_ALL;
      }
    } else if (high !== 0) {
      bytes[at] = high >>> 16;
      bytes[at + 1] = high >>> 24;
      at += 2;
      bytes[start] = bytes[start]! | VALUE_UPPER_16;
    }
    samples.length = at;
    this.sampleCount++;
  }

  /**
   * Adds `count` samples of defined series as they are written already, bytes [from, to): the first
   * differs from the newest sample, the last is of this number and time.
   */
  addSamples(
    bytes: Uint8Array,
    from: number,
    to: number,
    count: number,
    newestNumber: number,
    newestMs: number,
  ): void {
    this.samples.raw(bytes, from, to);
    this.sampleCount += count;
    this.newestNumber = newestNumber;
    this.newestMs = newestMs;
  }

  /** Adds the native histogram in a row of columns as a sample of a defined series. */
  histogram(number: number, from: HistogramColumns, row: number): void {
    const { samples } = this;
    samples.reserve(SAMPLE_BYTES_MAX);
    const start = samples.length;
    samples.length = this.putPlace(samples.bytes, start, number, from.timeOf(row));
    samples.bytes[start] = samples.bytes[start]! | IS_HISTOGRAM;
    const first = from.startOf(row);
    const end = from.endOf(row);
    samples.varint(end - first);
    for (let word = first; word < end; word++) samples.varint(from.words[word]!);
    this.sampleCount++;
  }

  /** Adds an exemplar of a defined series with the canonical labels `text[0, length)`. */
  exemplar(
    number: number,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    length: number,
  ): void {
    const { exemplars } = this;
    exemplars.varint(number);
    exemplars.varint(zigzag(timeMs));
    exemplars.u32(high);
    exemplars.u32(low);
    exemplars.varint(length);
    exemplars.raw(text, 0, length);
  }

  /** Marks [fromMs, toMs] of a defined series as deleted. */
  deletion(number: number, fromMs: number, toMs: number): void {
    this.changes.varint(DELETED);
    this.changes.varint(number);
    this.changes.varint(zigzag(fromMs));
    this.changes.varint(toMs - fromMs);
  }

  /** Says that what is deleted of a defined series up to `throughMs` is out of its chunks. */
  cleaning(number: number, throughMs: number): void {
    this.changes.varint(CLEANED);
    this.changes.varint(number);
    this.changes.varint(zigzag(throughMs));
  }

  /** Adds what is known of a metric family. */
  family({ name, type, help, unit }: FamilyMetadata): void {
    for (const text of [name, type, help, unit]) this.metadata.text(encoder.encode(text));
  }

  /** Bytes of the record, its padding included. */
  get size(): number {
    return recordPadded(RECORD_HEADER_BYTES + this.sectionsLength());
  }

  /** Writes the record to `view` from byte `at` on, as the one at `position`. */
  writeTo(bytes: Uint8Array, view: DataView, at: number, position: number): void {
    const end = at + this.size;
    let section = at + RECORD_HEADER_BYTES;
    if (this.definedCount > 0) section = this.writeDefinitions(bytes, view, section);
    section = putSection(bytes, view, section, SAMPLES_SECTION, this.samples);
    section = putSection(bytes, view, section, METADATA_SECTION, this.metadata);
    section = putSection(bytes, view, section, DELETIONS_SECTION, this.changes);
    section = putSection(bytes, view, section, EXEMPLARS_SECTION, this.exemplars);
    bytes.fill(0, section, end);
    view.setUint32(at, RECORD_MAGIC, true);
    view.setUint32(at + RECORD_LENGTH_AT, section - at - RECORD_HEADER_BYTES, true);
    view.setUint32(at + RECORD_SAMPLES_AT, this.sampleCount, true);
    putU64(view, at + RECORD_POSITION_AT, position);
    putU64(view, at + RECORD_CLOCK_AT, this.clockMs);
    view.setUint32(at + RECORD_CRC_AT, crc32c(bytes, at + RECORD_CRC_FROM, end), true);
  }

  /** Writes control byte, number and time of a sample at `start`; returns where its value goes. */
  private putPlace(bytes: Uint8Array, start: number, number: number, timeMs: number): number {
    let at = start + 1;
    let control = VALUE_ZERO;
    if (number !== this.newestNumber + 1) {
      control = NUMBER_FOLLOWS;
      at = putVarintAt(bytes, at, zigzag(number - this.newestNumber - 1));
    }
    if (timeMs !== this.newestMs) {
      control |= TIME_FOLLOWS;
      at = putVarintAt(bytes, at, zigzag(timeMs - this.newestMs));
      this.newestMs = timeMs;
    }
    this.newestNumber = number;
    bytes[start] = control;
    return at;
  }

  private sectionsLength(): number {
    let length = 0;
    if (this.definedCount > 0) {
      length += SECTION_HEADER_BYTES + this.definedHead().length + this.definitions.length;
    }
    for (const { length: own } of [this.samples, this.metadata, this.changes, this.exemplars]) {
      if (own > 0) length += SECTION_HEADER_BYTES + own;
    }
    return length;
  }

  /** First number and count of the definitions. */
  private definedHead(): Uint8Array {
    const head = new Uint8Array(2 * VARINT_BYTES_MAX);
    const behind = putVarintAt(head, 0, this.definedFirst);
    return head.subarray(0, putVarintAt(head, behind, this.definedCount));
  }

  private writeDefinitions(bytes: Uint8Array, view: DataView, at: number): number {
    const head = this.definedHead();
    const { length } = this.definitions;
    bytes[at] = SERIES_SECTION;
    view.setUint32(at + 1, head.length + length, true);
    bytes.set(head, at + SECTION_HEADER_BYTES);
    const from = at + SECTION_HEADER_BYTES + head.length;
    bytes.set(this.definitions.bytes.subarray(0, length), from);
    return from + length;
  }
}

/** Writes a section unless it is empty; returns the byte behind it. */
function putSection(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  kind: number,
  content: JournalBytes,
): number {
  if (content.length === 0) return at;
  bytes[at] = kind;
  view.setUint32(at + 1, content.length, true);
  bytes.set(content.bytes.subarray(0, content.length), at + SECTION_HEADER_BYTES);
  return at + SECTION_HEADER_BYTES + content.length;
}

function putU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % WORD, true);
  view.setUint32(at + 4, Math.floor(value / WORD), true);
}
