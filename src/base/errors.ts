/**
 * Operational faults: what an operator can meet and act on, each with a stable code.
 *
 * The text carries the numbers ("record 17: got 9 bytes; want at least 12"). Bugs use assert();
 * refused samples are counted codes (series/append-code.ts), never exceptions.
 */

export type ErrorCode =
  | "BAD_PARAMETER"
  | "BLOCK_CORRUPT"
  | "BODY_TOO_LARGE"
  | "CLOCK_IN_DOUBT"
  | "CONFIG_INVALID"
  | "DATA_DIRECTORY_IN_USE"
  | "DISK_FAILED"
  | "DRILL_RUNNING"
  | "EXPOSITION_INVALID"
  | "HEAP_LIMIT"
  | "NOT_FOUND"
  | "JOURNAL_FAILED"
  | "JOURNAL_INCOMPATIBLE"
  | "PROTOBUF_INVALID"
  | "QUERY_CANCELED"
  | "QUERY_EXECUTION"
  | "QUERY_PARSE"
  | "QUERY_TIMEOUT"
  | "QUERY_TOO_MANY_SAMPLES"
  | "QUERY_UNSUPPORTED"
  | "SNAPPY_INVALID"
  | "SNAPSHOT_CORRUPT"
  | "SNAPSHOT_INCOMPATIBLE"
  | "SNAPSHOT_RUNNING"
  | "TRACE_INVALID"
  | "UNAVAILABLE"
  | "UNSUPPORTED_MEDIA_TYPE";

/** One operational fault. `code` is stable; `message` is for people and carries the numbers. */
export class TsdbError extends Error {
  override readonly name = "TsdbError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
