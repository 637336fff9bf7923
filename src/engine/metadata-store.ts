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

export class MetadataStore {
  readonly families = new Map<string, MetricMetadata>();
  /** Entries that were not kept because the store was full. */
  droppedCount = 0;

  /** Keeps the metadata of a batch. */
  apply(batch: WriteBatch): void {
    for (let entry = 0; entry < batch.metadataCount; entry++) {
      const { name, type, help, unit } = readMetadata(batch, entry);
      if (name !== "") this.set(name, { type, help, unit });
    }
  }

  /** Keeps one family's metadata. */
  set(name: string, metadata: MetricMetadata): void {
    if (!this.families.has(name) && this.families.size >= METADATA_FAMILIES_MAX) {
      this.droppedCount++;
      return;
    }
    this.families.set(name, metadata);
  }
}
