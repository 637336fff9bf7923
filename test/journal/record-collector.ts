/** The naive twin of a record's readers: everything as plain lists. */
import type { HistogramColumns } from "../../src/chunk/histogram-columns.ts";
import type { RecordTarget } from "../../src/journal/record-reader.ts";
import type { FamilyMetadata } from "../../src/journal/snapshot-source.ts";

export interface PlainRecord {
  position: number;
  clockMs: number;
  definitions: [number, string][];
  samples: [number, number, number, number][];
  families: FamilyMetadata[];
  histograms: [number, number, number[]][];
  deletions: [number, number, number][];
  cleanings: [number, number][];
  exemplars: [number, number, number, number, string][];
}

export class RecordCollector implements RecordTarget {
  readonly records: PlainRecord[] = [];

  begin(position: number, clockMs: number): void {
    this.records.push({
      position,
      clockMs,
      definitions: [],
      samples: [],
      families: [],
      histograms: [],
      deletions: [],
      cleanings: [],
      exemplars: [],
    });
  }

  define(number: number, bytes: Uint8Array, length: number): void {
    this.last.definitions.push([number, Buffer.from(bytes.subarray(0, length)).toString("latin1")]);
  }

  sample(number: number, timeMs: number, high: number, low: number): void {
    this.last.samples.push([number, timeMs, high >>> 0, low >>> 0]);
  }

  histogram(number: number, columns: HistogramColumns): void {
    const words = columns.words.slice(columns.startOf(0), columns.endOf(0));
    this.last.histograms.push([number, columns.timeOf(0), [...words]]);
  }

  exemplar(
    number: number,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    length: number,
  ): void {
    const labels = Buffer.from(text.subarray(0, length)).toString("latin1");
    this.last.exemplars.push([number, timeMs, high, low, labels]);
  }

  deleted(number: number, fromMs: number, toMs: number): void {
    this.last.deletions.push([number, fromMs, toMs]);
  }

  cleaned(number: number, throughMs: number): void {
    this.last.cleanings.push([number, throughMs]);
  }

  family(family: FamilyMetadata): void {
    this.last.families.push(family);
  }

  private get last(): PlainRecord {
    return this.records.at(-1)!;
  }
}
