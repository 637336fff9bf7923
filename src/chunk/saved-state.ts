/**
 * Where the fields of a saved chunk's state lie: docs/format/chunk.md, "State".
 *
 * Units: bytes from the start of the state, or of one of its marks.
 */

/** Bytes of a state without its marks. */
export const CHUNK_STATE_BYTES = 48;
/** Bytes of a mark in a state. */
export const MARK_STATE_BYTES = 24;

export const SAMPLE_COUNT = 0;
export const MARK_COUNT = 2;
export const BIT_LENGTH = 4;
export const FIRST_TIME = 8;
export const LAST_TIME = 16;
export const PREVIOUS_TIME = 24;
export const VALUE_LOW = 32;
export const VALUE_HIGH = 36;
export const WINDOW_STATE = 40;
export const WASTE_STATE = 44;

export const MARK_TIME_OFFSET = 0;
export const MARK_DELTA = 4;
export const MARK_VALUE_LOW = 8;
export const MARK_VALUE_HIGH = 12;
export const MARK_POSITION = 16;
/** 16 bits of samples, 8 of the XOR window's leading zeros, 8 of its size. */
export const MARK_SAMPLES = 20;
export const MARK_LEADING = 22;
export const MARK_SIZE = 23;
