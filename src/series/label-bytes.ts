/**
 * A label set as bytes: the Label fields of a TimeSeries message, one after the other.
 *
 *   0x0a len(label)  0x0a len(name) name  0x12 len(value) value      per label
 *
 * The canonical form has the labels sorted by name bytes, unique, without empty values, and every
 * length as the shortest varint. It is the identity of a series: senders write it as it is, so a
 * known series is recognised by comparing bytes, without making strings.
 *
 * LabelRanges takes a label set in any order and any valid encoding apart, checks it and writes the
 * canonical form.
 *
 * Units: offsets and lengths are bytes.
 */
import type { SymbolRef } from "../base/units.ts";
import {
  LABEL_NAME_BYTES_MAX,
  LABEL_VALUE_BYTES_MAX,
  LABELS_PER_SERIES_MAX,
  LabelCode,
} from "./label-codes.ts";
import type { SymbolTable } from "./symbols.ts";
import { isUtf8 } from "./utf8.ts";

const LABEL_TAG = 0x0a;
const NAME_TAG = 0x0a;
const VALUE_TAG = 0x12;
const METRIC_NAME = new TextEncoder().encode("__name__");

/** Compares two byte ranges; negative when the left one sorts first. */
export function compareBytes(
  left: Uint8Array,
  leftFrom: number,
  leftTo: number,
  right: Uint8Array,
  rightFrom: number,
  rightTo: number,
): number {
  const shared = Math.min(leftTo - leftFrom, rightTo - rightFrom);
  for (let i = 0; i < shared; i++) {
    const difference = left[leftFrom + i]! - right[rightFrom + i]!;
    if (difference !== 0) return difference;
  }
  return leftTo - leftFrom - (rightTo - rightFrom);
}

/** Bytes of a varint for a non-negative value below 2^28. */
function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x200000 ? 3 : 4;
}

/** Bytes of a Label message with texts of these lengths. */
function innerBytes(nameLength: number, valueLength: number): number {
  return 2 + varintBytes(nameLength) + nameLength + varintBytes(valueLength) + valueLength;
}

export class LabelRanges {
  /** Number of labels found (after check(): kept). */
  count = 0;
  /** The canonical form, after canonicalise(). */
  canonical = new Uint8Array(1024);
  canonicalLength = 0;
  private bytes: Uint8Array = this.canonical;
  private readonly nameFrom = new Uint32Array(LABELS_PER_SERIES_MAX);
  private readonly nameTo = new Uint32Array(LABELS_PER_SERIES_MAX);
  private readonly valueFrom = new Uint32Array(LABELS_PER_SERIES_MAX);
  private readonly valueTo = new Uint32Array(LABELS_PER_SERIES_MAX);
  private readonly order: number[] = [];
  private cursor = 0;

  nameFromOf(index: number): number {
    return this.nameFrom[this.order[index]!]!;
  }

  nameToOf(index: number): number {
    return this.nameTo[this.order[index]!]!;
  }

  valueFromOf(index: number): number {
    return this.valueFrom[this.order[index]!]!;
  }

  valueToOf(index: number): number {
    return this.valueTo[this.order[index]!]!;
  }

  /**
   * Takes `bytes[from, to)` apart, checks it and orders it by name. After `valid` the ranges are
   * the labels that count: sorted, unique, without empty values. Those of a series must have a
   * metric name; those of an exemplar need not.
   */
  parse(bytes: Uint8Array, from: number, to: number, needsMetricName = true): LabelCode {
    this.bytes = bytes;
    this.count = 0;
    this.order.length = 0;
    this.cursor = from;
    while (this.cursor < to) {
      const code = this.parseLabel(to);
      if (code !== LabelCode.valid) return code;
    }
    this.count = this.order.length;
    this.order.sort((a, b) => this.compareNames(a, b));
    return this.checkOrdered(needsMetricName);
  }

  /** Writes the canonical form of the last valid parse to `canonical`. */
  canonicalise(): void {
    let at = 0;
    for (let i = 0; i < this.count; i++) at = this.writeLabel(at, i);
    this.canonicalLength = at;
  }

  /** Starts a canonical form that appendCanonical() fills with labels sorted by name. */
  beginCanonical(): void {
    this.canonicalLength = 0;
  }

  /** Adds one label to the canonical form: its texts are symbols. */
  appendCanonical(symbols: SymbolTable, name: SymbolRef, value: SymbolRef): void {
    const nameFrom = symbols.startOf(name);
    const valueFrom = symbols.startOf(value);
    this.canonicalLength = this.writeFields(
      this.canonicalLength,
      symbols.segmentOf(name),
      nameFrom,
      nameFrom + symbols.lengthOf(name),
      symbols.segmentOf(value),
      valueFrom,
      valueFrom + symbols.lengthOf(value),
    );
  }

  private parseLabel(to: number): LabelCode {
    if (this.bytes[this.cursor++] !== LABEL_TAG) return LabelCode.malformed;
    const length = this.readLength();
    const end = this.cursor + length;
    if (length < 0 || end > to) return LabelCode.malformed;
    if (this.count === LABELS_PER_SERIES_MAX) return LabelCode.tooManyLabels;
    const index = this.count;
    this.nameFrom[index] = 0;
    this.nameTo[index] = 0;
    this.valueFrom[index] = 0;
    this.valueTo[index] = 0;
    while (this.cursor < end) {
      if (!this.parseField(index, end)) return LabelCode.malformed;
    }
    return this.keep(index);
  }

  /** One field of a Label; unknown fields have been checked by the scanner and are refused here. */
  private parseField(index: number, end: number): boolean {
    const tag = this.bytes[this.cursor++]!;
    const length = this.readLength();
    const from = this.cursor;
    if (length < 0 || from + length > end) return false;
    this.cursor = from + length;
    if (tag === NAME_TAG) {
      this.nameFrom[index] = from;
      this.nameTo[index] = from + length;
    } else if (tag === VALUE_TAG) {
      this.valueFrom[index] = from;
      this.valueTo[index] = from + length;
    } else return false;
    return true;
  }

  private keep(index: number): LabelCode {
    const nameLength = this.nameTo[index]! - this.nameFrom[index]!;
    const valueLength = this.valueTo[index]! - this.valueFrom[index]!;
    if (nameLength === 0) return LabelCode.emptyName;
    if (nameLength > LABEL_NAME_BYTES_MAX) return LabelCode.nameTooLong;
    if (valueLength > LABEL_VALUE_BYTES_MAX) return LabelCode.valueTooLong;
    if (!isUtf8(this.bytes, this.nameFrom[index]!, this.nameTo[index]!)) {
      return LabelCode.invalidUtf8;
    }
    if (!isUtf8(this.bytes, this.valueFrom[index]!, this.valueTo[index]!)) {
      return LabelCode.invalidUtf8;
    }
    this.count++;
    this.order.push(index);
    return LabelCode.valid;
  }

  private checkOrdered(needsMetricName: boolean): LabelCode {
    let hasMetricName = !needsMetricName;
    for (let i = 0; i < this.count; i++) {
      if (i > 0 && this.compareNames(this.order[i - 1]!, this.order[i]!) === 0) {
        return LabelCode.duplicateName;
      }
      if (this.isMetricName(i) && this.valueToOf(i) > this.valueFromOf(i)) hasMetricName = true;
    }
    if (!hasMetricName) return LabelCode.missingMetricName;
    const kept = this.order.filter((index) => this.valueTo[index]! > this.valueFrom[index]!);
    this.order.length = 0;
    for (const index of kept) this.order.push(index);
    this.count = kept.length;
    return LabelCode.valid;
  }

  private isMetricName(index: number): boolean {
    const from = this.nameFromOf(index);
    const to = this.nameToOf(index);
    return compareBytes(this.bytes, from, to, METRIC_NAME, 0, METRIC_NAME.length) === 0;
  }

  private compareNames(left: number, right: number): number {
    return compareBytes(
      this.bytes,
      this.nameFrom[left]!,
      this.nameTo[left]!,
      this.bytes,
      this.nameFrom[right]!,
      this.nameTo[right]!,
    );
  }

  /** A length of at most 4 varint bytes, or -1. */
  private readLength(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.bytes[this.cursor++];
      if (byte === undefined) return -1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return -1;
  }

  private writeLabel(at: number, index: number): number {
    const { bytes } = this;
    const nameFrom = this.nameFromOf(index);
    const valueFrom = this.valueFromOf(index);
    const nameTo = this.nameToOf(index);
    return this.writeFields(at, bytes, nameFrom, nameTo, bytes, valueFrom, this.valueToOf(index));
  }

  private writeFields(
    at: number,
    name: Uint8Array,
    nameFrom: number,
    nameTo: number,
    value: Uint8Array,
    valueFrom: number,
    valueTo: number,
  ): number {
    const nameLength = nameTo - nameFrom;
    const valueLength = valueTo - valueFrom;
    const inner = innerBytes(nameLength, valueLength);
    this.ensureCanonical(at + 1 + varintBytes(inner) + inner);
    let next = at;
    this.canonical[next++] = LABEL_TAG;
    next = this.writeVarint(next, inner);
    this.canonical[next++] = NAME_TAG;
    next = this.writeRange(next, name, nameFrom, nameTo);
    this.canonical[next++] = VALUE_TAG;
    return this.writeRange(next, value, valueFrom, valueTo);
  }

  private writeRange(at: number, bytes: Uint8Array, from: number, to: number): number {
    let next = this.writeVarint(at, to - from);
    for (let i = from; i < to; i++) this.canonical[next++] = bytes[i]!;
    return next;
  }

  private writeVarint(at: number, value: number): number {
    let next = at;
    let rest = value;
    while (rest >= 0x80) {
      this.canonical[next++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.canonical[next++] = rest;
    return next;
  }

  private ensureCanonical(length: number): void {
    if (length <= this.canonical.length) return;
    const larger = new Uint8Array(Math.max(length, this.canonical.length * 2));
    larger.set(this.canonical);
    this.canonical = larger;
  }
}
