/** The naive twin of a record's readers: everything as plain lists. */
import type { RecordTarget } from "../../src/journal/record-reader.ts";
import type { FamilyMetadata } from "../../src/journal/snapshot-source.ts";

export interface PlainRecord {
  position: number;
  clockMs: number;
  definitions: [number, string][];
  samples: [number, number, number, number][];
  families: FamilyMetadata[];
}

export class RecordCollector implements RecordTarget {
  readonly records: PlainRecord[] = [];

  begin(position: number, clockMs: number): void {
    this.records.push({ position, clockMs, definitions: [], samples: [], families: [] });
  }

  define(number: number, bytes: Uint8Array, length: number): void {
    this.last.definitions.push([number, Buffer.from(bytes.subarray(0, length)).toString("latin1")]);
  }

  sample(number: number, timeMs: number, high: number, low: number): void {
    this.last.samples.push([number, timeMs, high >>> 0, low >>> 0]);
  }

  family(family: FamilyMetadata): void {
    this.last.families.push(family);
  }

  private get last(): PlainRecord {
    return this.records.at(-1)!;
  }
}
