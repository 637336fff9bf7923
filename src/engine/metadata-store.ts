/**
 * Metadata of metric families, as remote write sends it: type, help and unit by family name.
 *
 * Bounded: beyond METADATA_FAMILIES_MAX families new ones are not kept, only counted.
 */
import { readMetadata } from "../wire/metadata-fields.ts";
import type { WriteBatch } from "../wire/write-batch.ts";
import type { MetricMetadata } from "./service.ts";

/** Families kept: far above what a node's series can name. */
export const METADATA_FAMILIES_MAX = 100_000;

/** What bytes that are not UTF-8 are read as. */
const REPLACED = "\ufffd";

export class MetadataStore {
  readonly families = new Map<string, MetricMetadata>();
  /** Entries that were not kept because the store was full. */
  droppedCount = 0;

  /** Keeps the metadata of a batch; `onChange` is told of each family that is new or differs. */
  apply(batch: WriteBatch, onChange: (name: string, metadata: MetricMetadata) => void): void {
    for (let entry = 0; entry < batch.metadataCount; entry++) {
      const { name, type, help, unit } = readMetadata(batch, entry);
      const metadata = { type, help, unit };
      if (name !== "" && this.set(name, metadata)) onChange(name, metadata);
      // Names that are not UTF-8 may be the same text and different bytes.
      if (this.families.has(name) && !name.includes(REPLACED)) batch.keepMetadata(entry);
    }
  }

  /** Keeps one family's metadata; false when that changes nothing. */
  set(name: string, metadata: MetricMetadata): boolean {
    const known = this.families.get(name);
    if (known === undefined && this.families.size >= METADATA_FAMILIES_MAX) {
      this.droppedCount++;
      return false;
    }
    if (known !== undefined && isEqual(known, metadata)) return false;
    this.families.set(name, metadata);
    return true;
  }
}

function isEqual(left: MetricMetadata, right: MetricMetadata): boolean {
  return left.type === right.type && left.help === right.help && left.unit === right.unit;
}
