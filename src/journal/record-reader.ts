/**
 * Reading journal records: finds out whether one starts at a place, and takes its sections apart.
 *
 * A record whose checksum is right but whose sections make no sense was written wrong; it is
 * damage all the same, never an access outside of the record.
 *
 * Units: times are milliseconds since the epoch; offsets, lengths and positions are bytes.
 */

import { HEAD_WORDS, HistogramColumns } from "../chunk/histogram-columns.ts";
import { crc32c } from "../kernel/checksum.ts";
import { unzigzag } from "./journal-bytes.ts";
import {
  CLEANED,
  CONTROL_MAX,
  DELETED,
  DELETIONS_SECTION,
  EXEMPLARS_SECTION,
  IS_HISTOGRAM,
  METADATA_SECTION,
  NUMBER_FOLLOWS,
  RECORD_BYTES_MAX,
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
  VALUE_MASK,
  VALUE_UPPER_16,
  VALUE_UPPER_32,
} from "./journal-format.ts";
import type { FamilyMetadata } from "./snapshot-source.ts";

/** What records are read into. Numbers are journal numbers. */
export interface RecordTarget {
  /** A record begins; what follows belongs to it. */
  begin(position: number, clockMs: number): void;
  /** A series has these canonical label bytes: `bytes[0, length)`, valid during the call. */
  define(number: number, bytes: Uint8Array, length: number): void;
  sample(number: number, timeMs: number, high: number, low: number): void;
  /** A native histogram: the only row of `columns`, valid during the call. */
  histogram(number: number, columns: HistogramColumns): void;
  family(family: FamilyMetadata): void;
  /** An exemplar with the canonical labels `text[0, length)`, valid during the call. */
  exemplar(
    number: number,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    length: number,
  ): void;
  /** What a series has in [fromMs, toMs] is deleted. */
  deleted(number: number, fromMs: number, toMs: number): void;
  /** What is deleted of a series up to `throughMs` is out of its chunks. */
  cleaned(number: number, throughMs: number): void;
}

const WORD = 2 ** 32;
/** What a reader takes as the labels of an exemplar; those that are valid have far fewer. */
const EXEMPLAR_TEXT_BYTES_MAX = 0xffff;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class RecordReader {
  private bytes: Uint8Array = new Uint8Array(0);
  private view = new DataView(this.bytes.buffer);
  private at = 0;
  private end = 0;
  private failed = false;
  private readonly columns = new HistogramColumns();
  private labels = new Uint8Array(4096);
  private labelsLength = 0;

  /** Sets the bytes of a segment. */
  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes of the whole record that starts at `at`, padding included; 0 when none does. */
  sizeAt(at: number): number {
    const { view, bytes } = this;
    if (at + RECORD_HEADER_BYTES > bytes.length) return 0;
    if (view.getUint32(at, true) !== RECORD_MAGIC) return 0;
    const length = view.getUint32(at + RECORD_LENGTH_AT, true);
    const size = recordPadded(RECORD_HEADER_BYTES + length);
    const end = at + size;
    if (length > RECORD_BYTES_MAX || end > bytes.length) return 0;
    const crc = crc32c(bytes, at + RECORD_CRC_FROM, end);
    if (crc !== view.getUint32(at + RECORD_CRC_AT, true)) return 0;
    return size;
  }

  positionAt(at: number): number {
    return this.u64(at + RECORD_POSITION_AT);
  }

  clockAt(at: number): number {
    return this.u64(at + RECORD_CLOCK_AT);
  }

  sampleCountAt(at: number): number {
    return this.view.getUint32(at + RECORD_SAMPLES_AT, true);
  }

  /** Gives a whole record to `target`; false when its sections make no sense. */
  read(at: number, target: RecordTarget): boolean {
    const end = at + RECORD_HEADER_BYTES + this.view.getUint32(at + RECORD_LENGTH_AT, true);
    const clockMs = this.clockAt(at);
    target.begin(this.positionAt(at), clockMs);
    this.failed = false;
    this.at = at + RECORD_HEADER_BYTES;
    while (this.at < end && !this.failed) {
      if (this.at + SECTION_HEADER_BYTES > end) return false;
      const kind = this.bytes[this.at]!;
      const length = this.view.getUint32(this.at + 1, true);
      this.at += SECTION_HEADER_BYTES;
      this.end = this.at + length;
      if (this.end > end) return false;
      this.section(kind, target, clockMs);
      if (this.at !== this.end) return false;
    }
    return !this.failed;
  }

  private section(kind: number, target: RecordTarget, clockMs: number): void {
    if (kind === SAMPLES_SECTION) this.samples(target, clockMs);
    else if (kind === SERIES_SECTION) this.series(target);
    else if (kind === METADATA_SECTION) this.metadata(target);
    else if (kind === DELETIONS_SECTION) this.deletions(target);
    else if (kind === EXEMPLARS_SECTION) this.exemplars(target);
    else this.failed = true;
  }

  private series(target: RecordTarget): void {
    const first = this.varint();
    const count = this.varint();
    this.labelsLength = 0;
    for (let i = 0; i < count && !this.failed; i++) {
      const prefix = this.varint();
      const suffix = this.varint();
      const middle = this.varint();
      if (this.failed || !this.joinLabels(prefix, suffix, middle)) {
        this.failed = true;
        return;
      }
      target.define(first + i, this.labels, this.labelsLength);
    }
  }

  /** Makes the next labels of those before; false when the lengths do not fit. */
  private joinLabels(prefix: number, suffix: number, middle: number): boolean {
    const before = this.labelsLength;
    if (prefix + suffix > before || middle > this.end - this.at) return false;
    const length = prefix + middle + suffix;
    if (length > this.labels.length) {
      const larger = new Uint8Array(length * 2);
      larger.set(this.labels.subarray(0, before));
      this.labels = larger;
    }
    this.labels.copyWithin(prefix + middle, before - suffix, before);
    this.labels.set(this.bytes.subarray(this.at, this.at + middle), prefix);
    this.labelsLength = length;
    this.at += middle;
    return true;
  }

  private samples(target: RecordTarget, clockMs: number): void {
    const { bytes } = this;
    let number = 0;
    let timeMs = clockMs;
    while (this.at < this.end && !this.failed) {
      const control = bytes[this.at++]!;
      if (control > CONTROL_MAX) this.failed = true;
      number++;
      if ((control & NUMBER_FOLLOWS) !== 0) number += unzigzag(this.varint());
      if ((control & TIME_FOLLOWS) !== 0) timeMs += unzigzag(this.varint());
      const form = control & VALUE_MASK;
      if ((control & IS_HISTOGRAM) !== 0) {
        this.histogram(target, number, timeMs);
        continue;
      }
      let high = 0;
      let low = 0;
      if (form >= VALUE_UPPER_32) high = this.u32();
      if (form === VALUE_ALL) low = this.u32();
      if (form === VALUE_UPPER_16) high = (this.u16() << 16) >>> 0;
      if (this.failed || number < 0) {
        this.failed = true;
        return;
      }
      target.sample(number, timeMs, high, low);
    }
  }

  /** Reads the words of a histogram; those that do not fit each other are damage. */
  private histogram(target: RecordTarget, number: number, timeMs: number): void {
    const { columns } = this;
    const size = this.varint();
    this.failed ||= size < HEAD_WORDS || size % 2 !== 0 || size > this.end - this.at;
    if (this.failed) return;
    columns.clear();
    const start = columns.add(timeMs, size);
    for (let word = start; word < start + size; word++) columns.words[word] = this.varint();
    if (!columns.isWhole(0)) this.failed = true;
    if (!this.failed) target.histogram(number, columns);
  }

  private deletions(target: RecordTarget): void {
    while (this.at < this.end && !this.failed) {
      const kind = this.varint();
      const number = this.varint();
      const fromMs = unzigzag(this.varint());
      const lengthMs = kind === DELETED ? this.varint() : 0;
      this.failed ||= kind !== DELETED && kind !== CLEANED;
      if (this.failed) return;
      if (kind === DELETED) target.deleted(number, fromMs, fromMs + lengthMs);
      else target.cleaned(number, fromMs);
    }
  }

  private exemplars(target: RecordTarget): void {
    while (this.at < this.end && !this.failed) {
      const number = this.varint();
      const timeMs = unzigzag(this.varint());
      const high = this.u32();
      const low = this.u32();
      const length = this.varint();
      const from = this.at;
      this.failed ||= length > EXEMPLAR_TEXT_BYTES_MAX || length > this.end - from;
      if (this.failed) return;
      this.at += length;
      target.exemplar(number, timeMs, high, low, this.bytes.subarray(from, this.at), length);
    }
  }

  private metadata(target: RecordTarget): void {
    while (this.at < this.end && !this.failed) {
      const [name, type, help, unit] = [this.text(), this.text(), this.text(), this.text()];
      if (!this.failed) target.family({ name, type, help, unit });
    }
  }

  private text(): string {
    const length = this.varint();
    if (this.failed || length > this.end - this.at) {
      this.failed = true;
      return "";
    }
    const from = this.at;
    this.at += length;
    return decoder.decode(this.bytes.subarray(from, from + length));
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1; this.at < this.end && scale <= 2 ** 49; scale *= 128) {
      const byte = this.bytes[this.at++]!;
      if (byte < 128) return value + byte * scale;
      value += (byte - 128) * scale;
    }
    this.failed = true;
    return 0;
  }

  private u16(): number {
    const from = this.at;
    this.at += 2;
    if (this.at > this.end) this.failed = true;
    return this.failed ? 0 : this.view.getUint16(from, true);
  }

  private u32(): number {
    const from = this.at;
    this.at += 4;
    if (this.at > this.end) this.failed = true;
    return this.failed ? 0 : this.view.getUint32(from, true);
  }

  private u64(at: number): number {
    return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * WORD;
  }
}
