/**
 * A label set as text: what queries, replies and tests see. The store keeps symbol references.
 *
 * A set of a stored series is read where its labels lie, one text at a time: of a result with a
 * hundred thousand series V8's collections then move an object each, and no list of texts.
 *
 * I1  Names are unique and sorted by their UTF-8 bytes; no value is empty (an empty value is an
 *     absent label).
 * I2  Immutable.
 * I3  Sets that differ in one label may share all other texts (withValueAt, withoutAt).
 * I4  A set that lies in a store is read only while its series and their texts stay, as for a query
 *     they do until its epoch ends. settled() gives it texts of its own.
 *
 * Order of two sets: label by label, name first, then value, a prefix first (Prometheus' order).
 */

import type { SeriesRef } from "../base/units.ts";
import type { LabelReader } from "./label-reader.ts";

/** Long texts are compared in blocks of so many characters until two differ. */
const BLOCK_LENGTH = 512;

/** How many characters at the beginning of two texts are the same, in whole blocks. */
function equalBlocks(left: string, right: string, shared: number): number {
  let from = 0;
  let to = BLOCK_LENGTH;
  while (to <= shared && left.slice(from, to) === right.slice(from, to)) {
    from = to;
    to += BLOCK_LENGTH;
  }
  return from;
}

/** Compares two strings by their UTF-8 bytes; UTF-16 order differs above U+FFFF. */
export function compareUtf8(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let i = equalBlocks(left, right, shared); i < shared; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return utf8Rank(a) - utf8Rank(b);
  }
  return left.length - right.length;
}

/** Moves surrogates above the rest of the basic plane, as UTF-8 sorts them. */
function utf8Rank(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit;
  return codeUnit >= 0xe000 ? codeUnit - 0x800 : codeUnit + 0x2000;
}

const NO_SERIES = 0 as SeriesRef;

export class Labels {
  /** The place of what is changed in a set in which nothing is changed: behind every label. */
  static readonly NOWHERE = 2 ** 30;
  static readonly empty = new Labels([], null, NO_SERIES);

  /** Names and values in turn: name, value, name, value …; null = they lie in a store. */
  private texts: readonly string[] | null;
  private reader: LabelReader | null;
  private readonly series: SeriesRef;
  /** The label that has another value, or that is left out when this value is "". */
  private changedAt: number;
  private readonly changed: string;

  private constructor(
    texts: readonly string[] | null,
    reader: LabelReader | null,
    series: SeriesRef,
    changedAt = Labels.NOWHERE,
    changed = "",
  ) {
    this.texts = texts;
    this.reader = reader;
    this.series = series;
    this.changedAt = changedAt;
    this.changed = changed;
  }

  /** Takes names and values in turn, already sorted by name, unique and without empty values. */
  static ofSorted(texts: readonly string[]): Labels {
    return new Labels(texts, null, NO_SERIES);
  }

  /** The set of a stored series, maybe without the label at `leftOut`, read when asked for (I4). */
  static lyingIn(reader: LabelReader, series: SeriesRef, leftOut = Labels.NOWHERE): Labels {
    return new Labels(null, reader, series, leftOut);
  }

  /** Builds a set from pairs in any order; pairs with an empty value are left out. */
  static fromPairs(pairs: Iterable<readonly [string, string]>): Labels {
    const kept = [...pairs].filter(([, value]) => value !== "");
    kept.sort(([a], [b]) => compareUtf8(a, b));
    return Labels.ofSorted(kept.flat());
  }

  /** Builds a set from an object of name to value. */
  static fromRecord(record: Readonly<Record<string, string>>): Labels {
    return Labels.fromPairs(Object.entries(record));
  }

  /** The store that it lies in, whole or without one label; null = it does not. */
  get store(): LabelReader | null {
    return this.changed === "" ? this.reader : null;
  }

  /** The series whose set it is, when it lies in a store. */
  get storedSeries(): SeriesRef {
    return this.series;
  }

  /** The label of the series that is left out, or NOWHERE. */
  get leftOut(): number {
    return this.changedAt;
  }

  get size(): number {
    const { texts } = this;
    const all = texts === null ? this.reader!.labelCountOf(this.series) : texts.length / 2;
    return this.leavesOut(this.changedAt) ? all - 1 : all;
  }

  nameAt(index: number): string {
    return this.nameIn(this.leavesOut(index) ? index + 1 : index);
  }

  valueAt(index: number): string {
    if (index === this.changedAt && this.changed !== "") return this.changed;
    return this.valueIn(this.leavesOut(index) ? index + 1 : index);
  }

  /** The set with another value, not empty, of the label at an index; it shares the other texts. */
  withValueAt(index: number, value: string): Labels {
    return this.changedWith(index, value);
  }

  /** The set without the label at an index; it shares the other texts. */
  withoutAt(index: number): Labels {
    return this.changedWith(index, "");
  }

  /** Names and values in turn. */
  get namesAndValues(): readonly string[] {
    if (this.texts !== null && this.changedAt === Labels.NOWHERE) return this.texts;
    const { size } = this;
    const all = new Array<string>(2 * size);
    for (let i = 0; i < size; i++) {
      all[2 * i] = this.nameAt(i);
      all[2 * i + 1] = this.valueAt(i);
    }
    return all;
  }

  /** The same set, which has its texts itself from now on. */
  settled(): this {
    this.texts = this.namesAndValues;
    this.reader = null;
    this.changedAt = Labels.NOWHERE;
    return this;
  }

  /** Value of a label; "" when absent. */
  get(name: string): string {
    const { size } = this;
    for (let i = 0; i < size; i++) {
      if (this.nameAt(i) === name) return this.valueAt(i);
    }
    return "";
  }

  has(name: string): boolean {
    return this.get(name) !== "";
  }

  /** A text that is equal exactly for equal sets. */
  key(): string {
    return this.namesAndValues.map((part) => `${part.length}:${part}`).join("");
  }

  /** The set as a plain object in sorted order, for JSON. */
  toRecord(): Record<string, string> {
    const record: Record<string, string> = Object.create(null);
    const { size } = this;
    for (let i = 0; i < size; i++) record[this.nameAt(i)] = this.valueAt(i);
    return record;
  }

  /** Prometheus' order of label sets; negative when `left` sorts first. */
  static compare(left: Labels, right: Labels): number {
    const [leftSize, rightSize] = [left.size, right.size];
    const shared = Math.min(leftSize, rightSize);
    for (let i = left.sharedUntil(right, shared); i < shared; i++) {
      // Most labels of two series of one store are the same string.
      const [leftName, rightName] = [left.nameAt(i), right.nameAt(i)];
      if (leftName !== rightName) return compareUtf8(leftName, rightName);
      const [leftValue, rightValue] = [left.valueAt(i), right.valueAt(i)];
      if (leftValue !== rightValue) return compareUtf8(leftValue, rightValue);
    }
    return leftSize - rightSize;
  }

  /** How many labels at the beginning are known to be equal without a look at their texts. */
  private sharedUntil(other: Labels, shared: number): number {
    if (this.changedAt !== other.changedAt) return 0;
    if (this.texts !== null)
      return this.texts === other.texts ? Math.min(this.changedAt, shared) : 0;
    const { reader, series } = this;
    if (reader !== other.reader || this.changed !== other.changed) return 0;
    let i = 0;
    while (i < shared) {
      const place = this.leavesOut(i) ? i + 1 : i;
      if (reader!.pairAt(series, place) !== reader!.pairAt(other.series, place)) break;
      i++;
    }
    return i;
  }

  /** Whether a label before `index`, or at it, is left out. */
  private leavesOut(index: number): boolean {
    return index >= this.changedAt && this.changed === "" && this.changedAt !== Labels.NOWHERE;
  }

  private changedWith(index: number, value: string): Labels {
    const isChanged = this.changedAt !== Labels.NOWHERE;
    const texts = isChanged ? this.namesAndValues : this.texts;
    return new Labels(texts, isChanged ? null : this.reader, this.series, index, value);
  }

  /** A name or value of the set before anything was changed. */
  private nameIn(place: number): string {
    const { texts, reader } = this;
    if (texts !== null) return texts[2 * place] as string;
    return reader!.textOf(reader!.nameOf(reader!.pairAt(this.series, place)));
  }

  private valueIn(place: number): string {
    const { texts, reader } = this;
    if (texts !== null) return texts[2 * place + 1] as string;
    return reader!.textOf(reader!.valueOf(reader!.pairAt(this.series, place)));
  }
}
