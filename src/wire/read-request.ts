/**
 * The remote read request: which series of which time another server wants, and in which form.
 *
 * Format: proto/remote_read.proto. Unknown fields and response types are stepped over, fields of
 * the wrong wire type are refused.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import { TsdbError } from "../base/errors.ts";
import { doubleOfInt64, ProtobufCursor, WIRE_BYTES, WIRE_VARINT } from "./protobuf-cursor.ts";

/** Response types by their number in the protocol. */
export const SAMPLES = 0;
export const STREAMED_XOR_CHUNKS = 1;
export type ResponseType = typeof SAMPLES | typeof STREAMED_XOR_CHUNKS;

const MATCHER_TYPES = ["=", "!=", "=~", "!~"] as const;

export interface ReadMatcher {
  readonly type: (typeof MATCHER_TYPES)[number];
  readonly name: string;
  readonly value: string;
}

export interface ReadQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly matchers: readonly ReadMatcher[];
}

export interface ReadRequest {
  readonly queries: readonly ReadQuery[];
  readonly responseType: ResponseType;
}

/** Field number and wire type as a tag holds them. */
const QUERIES = (1 << 3) | WIRE_BYTES;
const ACCEPTED_PACKED = (2 << 3) | WIRE_BYTES;
const ACCEPTED = (2 << 3) | WIRE_VARINT;
const QUERY_START = (1 << 3) | WIRE_VARINT;
const QUERY_END = (2 << 3) | WIRE_VARINT;
const QUERY_MATCHER = (3 << 3) | WIRE_BYTES;
const MATCHER_TYPE = (1 << 3) | WIRE_VARINT;
const MATCHER_NAME = (2 << 3) | WIRE_BYTES;
const MATCHER_VALUE = (3 << 3) | WIRE_BYTES;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class RequestReader {
  private readonly bytes: Uint8Array;
  private readonly cursor = new ProtobufCursor();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.cursor.point(bytes, 0);
  }

  request(): ReadRequest {
    const queries: ReadQuery[] = [];
    const accepted: number[] = [];
    this.fields(this.bytes.length, (tag, end) => {
      if (tag === QUERIES) queries.push(this.query(this.cursor.contentEnd(end)));
      else if (tag === ACCEPTED) accepted.push(this.number(end));
      else if (tag === ACCEPTED_PACKED) {
        const packedEnd = this.cursor.contentEnd(end);
        while (this.cursor.offset < packedEnd) accepted.push(this.number(packedEnd));
      } else return false;
      return true;
    });
    return { queries, responseType: negotiated(accepted) };
  }

  private query(queryEnd: number): ReadQuery {
    let fromMs = 0;
    let toMs = 0;
    const matchers: ReadMatcher[] = [];
    this.fields(queryEnd, (tag, end) => {
      if (tag === QUERY_START) fromMs = this.number(end);
      else if (tag === QUERY_END) toMs = this.number(end);
      else if (tag === QUERY_MATCHER) matchers.push(this.matcher(this.cursor.contentEnd(end)));
      else return false;
      return true;
    });
    return { fromMs, toMs, matchers };
  }

  private matcher(matcherEnd: number): ReadMatcher {
    let number = 0;
    let name = "";
    let value = "";
    this.fields(matcherEnd, (tag, end) => {
      if (tag === MATCHER_TYPE) number = this.number(end);
      else if (tag === MATCHER_NAME) name = this.text(end);
      else if (tag === MATCHER_VALUE) value = this.text(end);
      else return false;
      return true;
    });
    const type = MATCHER_TYPES[number];
    if (type === undefined) throw invalid(`matcher type ${number} is not known`);
    return { type, name, value };
  }

  /** Hands every field up to `end` to `take`; what it does not take is stepped over. */
  private fields(end: number, take: (tag: number, end: number) => boolean): void {
    while (this.cursor.offset < end) {
      const tag = this.cursor.tag(end);
      if (!take(tag, end)) this.cursor.skip(tag, end);
    }
  }

  private number(end: number): number {
    this.cursor.varint(end);
    return doubleOfInt64(this.cursor.high, this.cursor.low);
  }

  private text(end: number): string {
    const textEnd = this.cursor.contentEnd(end);
    const bytes = this.bytes.subarray(this.cursor.offset, textEnd);
    this.cursor.offset = textEnd;
    try {
      return utf8.decode(bytes);
    } catch {
      throw invalid("a matcher is no valid UTF-8");
    }
  }
}

/** The first accepted type that we know; samples when the list is empty. */
function negotiated(accepted: readonly number[]): ResponseType {
  if (accepted.length === 0) return SAMPLES;
  const known = accepted.find((type) => type === SAMPLES || type === STREAMED_XOR_CHUNKS);
  if (known !== undefined) return known as ResponseType;
  throw invalid(`none of the accepted response types is known: ${accepted.join(", ")}`);
}

function invalid(what: string): TsdbError {
  return new TsdbError("PROTOBUF_INVALID", `read request invalid: ${what}`);
}

/** Decodes a read request. TsdbError PROTOBUF_INVALID when it is none. */
export function decodeReadRequest(bytes: Uint8Array): ReadRequest {
  try {
    return new RequestReader(bytes).request();
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    throw new TsdbError(
      "PROTOBUF_INVALID",
      error.message.replace(/^write request/, "read request"),
    );
  }
}
