/**
 * Constants of the journal format, as docs/format/journal.md names them.
 *
 * Units: offsets, lengths and limits are bytes; …Word offsets count 32-bit words.
 */

/** Version of what is written. Older ones from the first on are read, others refused by name. */
export const JOURNAL_VERSION = 2;
export const JOURNAL_VERSION_READ_FROM = 1;
export const SEGMENT_MAGIC = "SPDLJRNL";

// Header of a segment.
export const SEGMENT_HEADER_BYTES = 48;
export const SEGMENT_CRC_AT = 44;

// Header of a record.
/** "SREC" read as a little-endian u32. */
export const RECORD_MAGIC = 0x43455253;
export const RECORD_HEADER_BYTES = 32;
export const RECORD_CRC_AT = 4;
/** First byte that a record's checksum covers. */
export const RECORD_CRC_FROM = 8;
export const RECORD_LENGTH_AT = 8;
export const RECORD_SAMPLES_AT = 12;
export const RECORD_POSITION_AT = 16;
export const RECORD_CLOCK_AT = 24;
/** Records start at multiples of this. */
export const RECORD_GRAIN_BYTES = 8;
/** Longest record that is read: a request of the most samples, with room to spare. */
export const RECORD_BYTES_MAX = 256 << 20;

// Kinds of sections.
export const SECTION_HEADER_BYTES = 5;
export const SERIES_SECTION = 1;
export const SAMPLES_SECTION = 2;
export const METADATA_SECTION = 3;
export const DELETIONS_SECTION = 4;
export const EXEMPLARS_SECTION = 5;
// Kinds of entries among the deletions.
export const DELETED = 1;
export const CLEANED = 2;

// Control byte of a sample.
export const VALUE_ZERO = 0;
export const VALUE_UPPER_16 = 1;
export const VALUE_UPPER_32 = 2;
export const VALUE_ALL = 3;
export const VALUE_MASK = 3;
export const NUMBER_FOLLOWS = 4;
export const TIME_FOLLOWS = 8;
export const IS_HISTOGRAM = 16;
export const CONTROL_MAX = 31;

/** `length` rounded up to the grain of records. */
export function recordPadded(length: number): number {
  return Math.ceil(length / RECORD_GRAIN_BYTES) * RECORD_GRAIN_BYTES;
}
