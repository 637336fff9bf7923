/**
 * Which fault is answered how: error code to HTTP status and Prometheus errorType, in one table.
 *
 * Faults that are not TsdbErrors are bugs: 500 internal, and their text stays in the log.
 */
import { type ErrorCode, TsdbError } from "../base/errors.ts";

/** Prometheus' kinds of error, as clients see them. */
export type ErrorType =
  | "bad_data"
  | "canceled"
  | "execution"
  | "internal"
  | "not_found"
  | "timeout"
  | "unavailable";

/** How one kind of fault is answered. */
export interface ErrorAnswer {
  readonly status: number;
  readonly errorType: ErrorType;
}

const BAD_DATA: ErrorAnswer = { status: 400, errorType: "bad_data" };
const EXECUTION: ErrorAnswer = { status: 422, errorType: "execution" };
const INTERNAL: ErrorAnswer = { status: 500, errorType: "internal" };

/** Status of a request whose client has gone away, as nginx and Prometheus use it. */
export const CLIENT_CLOSED_REQUEST = 499;

export const ERROR_ANSWERS: { readonly [Code in ErrorCode]: ErrorAnswer } = {
  BAD_PARAMETER: BAD_DATA,
  BLOCK_CORRUPT: INTERNAL,
  BODY_TOO_LARGE: { status: 413, errorType: "bad_data" },
  CLOCK_IN_DOUBT: { status: 503, errorType: "unavailable" },
  CONFIG_INVALID: INTERNAL,
  DATA_DIRECTORY_IN_USE: INTERNAL,
  DISK_FAILED: INTERNAL,
  DRILL_RUNNING: { status: 409, errorType: "unavailable" },
  EXPOSITION_INVALID: INTERNAL,
  HEAP_LIMIT: { status: 429, errorType: "unavailable" },
  NOT_FOUND: { status: 404, errorType: "not_found" },
  JOURNAL_FAILED: { status: 503, errorType: "unavailable" },
  JOURNAL_INCOMPATIBLE: INTERNAL,
  PROTOBUF_INVALID: BAD_DATA,
  QUERY_CANCELED: { status: CLIENT_CLOSED_REQUEST, errorType: "canceled" },
  QUERY_EXECUTION: EXECUTION,
  QUERY_PARSE: BAD_DATA,
  QUERY_TIMEOUT: { status: 503, errorType: "timeout" },
  QUERY_TOO_MANY_SAMPLES: EXECUTION,
  QUERY_UNSUPPORTED: EXECUTION,
  SNAPPY_INVALID: BAD_DATA,
  SNAPSHOT_CORRUPT: INTERNAL,
  SNAPSHOT_INCOMPATIBLE: INTERNAL,
  SNAPSHOT_RUNNING: { status: 503, errorType: "unavailable" },
  TRACE_INVALID: BAD_DATA,
  UNAVAILABLE: { status: 500, errorType: "unavailable" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, errorType: "bad_data" },
};

/** How a thrown value is answered, and the text that the client may see. */
export function answerOf(error: unknown): ErrorAnswer & { readonly text: string } {
  if (error instanceof TsdbError) return { ...ERROR_ANSWERS[error.code], text: error.message };
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === "number" && status >= 400 && status < 500) {
    return { status, errorType: "bad_data", text: (error as Error).message };
  }
  return { ...INTERNAL, text: "internal error" };
}
