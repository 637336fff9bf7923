/**
 * The kinds of values that messages are made of, each read from both encodings: protobuf, and the
 * JSON mapping that OTLP has.
 *
 * A message is a table of fields; tables and values are typed alike, so a field is written down
 * once. This is a cold path: a message becomes an object.
 *
 * I1  What is not of its kind refuses the request, with the place of the fault; fields that a table
 *     does not know are stepped over.
 * I2  Messages, list entries and depth are bounded, so that a small body cannot become much.
 * I3  JSON: names in camelCase or as in the proto file, null as absent, 64-bit numbers and doubles
 *     as numbers or texts, ids in hexadecimal.
 *
 * Units: offsets are bytes.
 */
import { TsdbError } from "../base/errors.ts";
import {
  ProtobufCursor,
  WIRE_BYTES,
  WIRE_FIXED64,
  WIRE_VARINT,
  wrongWireType,
} from "../wire/protobuf-cursor.ts";

/** Most messages and list entries of a request: an entry may cost a hundred bytes of memory. */
export const MESSAGE_ENTRIES_MAX = 1 << 21;
/** Deepest nesting; only attributes can nest without end. */
const DEPTH_MAX = 64;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const bitWords = new Uint32Array(2);
const bitDouble = new Float64Array(bitWords.buffer);

/** One body being read: where the reader is, and what it may still make. */
export class MessageReader {
  readonly cursor = new ProtobufCursor();
  readonly bytes: Uint8Array;
  /** Names and indexes that lead to the value being read, of JSON. */
  readonly path: (string | number)[] = [];
  private entriesLeft = MESSAGE_ENTRIES_MAX;
  private depth = 0;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes;
    this.cursor.point(bytes, 0);
  }

  /** Counts a message or list entry. */
  take(): void {
    if (--this.entriesLeft >= 0) return;
    const text = `more than ${MESSAGE_ENTRIES_MAX} messages and entries in one request`;
    throw new TsdbError("BODY_TOO_LARGE", text);
  }

  /** Begins a message; leave() must follow. */
  enter(): void {
    this.take();
    if (++this.depth > DEPTH_MAX) throw this.fault(`nested deeper than ${DEPTH_MAX}`);
  }

  leave(): void {
    this.depth--;
  }

  /** The refusal of the request because of the value being read. */
  fault(what: string): TsdbError {
    const place = this.path.length === 0 ? "" : `${this.path.join(".")}: `;
    return new TsdbError("BAD_PARAMETER", `request invalid: ${place}${what}`);
  }
}

/** How values of one kind are read. */
export interface Kind<Value> {
  /** Wire type of a field of this kind. */
  readonly wire: number;
  /** Reads the value at the cursor; `end` is where it ends, or at most can. */
  fromWire(reader: MessageReader, end: number): Value;
  fromJson(reader: MessageReader, json: unknown): Value;
}

/** A field of a message: its number, and how it is read into the message's object. */
export interface Field<Value> {
  readonly number: number;
  readonly kind: Kind<unknown>;
  readonly isRepeated: boolean;
  readonly absent: Value;
}

type Fields = Readonly<Record<string, Field<unknown>>>;

/** The object that a table of fields describes. */
export type ValuesOf<Table extends Fields> = {
  readonly [Name in keyof Table]: Table[Name] extends Field<infer Value> ? Value : never;
};

/** A field that is given at most once; `absent` when it is not. */
export function one<Value>(number: number, kind: Kind<Value>, absent: Value): Field<Value> {
  return { number, kind, isRepeated: false, absent };
}

/** A field whose absence matters. */
export function optional<Value>(number: number, kind: Kind<Value>): Field<Value | undefined> {
  return { number, kind, isRepeated: false, absent: undefined };
}

/** A field that may be given any number of times. */
export function many<Value>(number: number, kind: Kind<Value>): Field<readonly Value[]> {
  return { number, kind, isRepeated: true, absent: [] };
}

type Values = Record<string, unknown>;

/** A message of these fields. */
export function message<Table extends Fields>(name: string, table: Table): Kind<ValuesOf<Table>> {
  const byNumber = new Map<number, [string, Field<unknown>]>();
  const byName = new Map<string, [string, Field<unknown>]>();
  const absent: Values = {};
  for (const [camel, field] of Object.entries(table)) {
    byNumber.set(field.number, [camel, field]);
    byName.set(camel, [camel, field]);
    byName.set(
      camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      [camel, field],
    );
    absent[camel] = field.absent;
  }
  return {
    wire: WIRE_BYTES,
    fromWire: (reader, end) => {
      reader.enter();
      const { cursor } = reader;
      const values = { ...absent };
      while (cursor.offset < end) {
        const at = cursor.offset;
        const tag = cursor.tag(end);
        const known = byNumber.get(tag >>> 3);
        if (known === undefined) cursor.skip(tag, end);
        else if (!readField(reader, known, tag & 7, end, values)) {
          throw wrongWireType(at, tag, name);
        }
      }
      reader.leave();
      return values as ValuesOf<Table>;
    },
    fromJson: (reader, json) => {
      if (typeof json !== "object" || json === null || Array.isArray(json)) {
        throw reader.fault("want an object");
      }
      reader.enter();
      const values = { ...absent };
      for (const [key, value] of Object.entries(json)) {
        const known = byName.get(key);
        if (known === undefined || value === null) continue;
        reader.path.push(key);
        values[known[0]] = readJson(reader, known[1], value);
        reader.path.pop();
      }
      reader.leave();
      return values as ValuesOf<Table>;
    },
  };
}

/** Reads a field of a message; false when its wire type is another. */
function readField(
  reader: MessageReader,
  [name, { kind, isRepeated, absent }]: [string, Field<unknown>],
  wire: number,
  end: number,
  values: Values,
): boolean {
  const { cursor } = reader;
  const isPacked = isRepeated && wire === WIRE_BYTES && kind.wire !== WIRE_BYTES;
  if (wire !== kind.wire && !isPacked) return false;
  const valueEnd = wire === WIRE_BYTES ? cursor.contentEnd(end) : end;
  if (!isRepeated) {
    values[name] = kind.fromWire(reader, valueEnd);
    return true;
  }
  if (values[name] === absent) values[name] = [];
  const list = values[name] as unknown[];
  do {
    if (isPacked && cursor.offset === valueEnd) break;
    reader.take();
    list.push(kind.fromWire(reader, valueEnd));
  } while (isPacked);
  return true;
}

function readJson(reader: MessageReader, { kind, isRepeated }: Field<unknown>, value: unknown) {
  if (!isRepeated) return kind.fromJson(reader, value);
  if (!Array.isArray(value)) throw reader.fault("want a list");
  const { path } = reader;
  return value.map((entry: unknown, index) => {
    reader.take();
    path.push(index);
    const read = kind.fromJson(reader, entry);
    path.pop();
    return read;
  });
}

/** A kind that is named before it is made: messages that hold themselves. */
export function later<Value>(kind: () => Kind<Value>): Kind<Value> {
  return {
    wire: WIRE_BYTES,
    fromWire: (reader, end) => kind().fromWire(reader, end),
    fromJson: (reader, json) => kind().fromJson(reader, json),
  };
}

function content(reader: MessageReader, end: number): Uint8Array {
  const bytes = reader.bytes.subarray(reader.cursor.offset, end);
  reader.cursor.offset = end;
  return bytes;
}

/** Text; bytes that are not UTF-8 become U+FFFD. */
export const TEXT: Kind<string> = {
  wire: WIRE_BYTES,
  fromWire: (reader, end) => decoder.decode(content(reader, end)),
  fromJson: (reader, json) => {
    if (typeof json !== "string") throw reader.fault("want a text");
    return json;
  },
};

/** Bytes as base64 text, which is what JSON has for them. */
export const BASE64: Kind<string> = {
  wire: WIRE_BYTES,
  fromWire: (reader, end) => Buffer.from(content(reader, end)).toString("base64"),
  fromJson: (reader, json) => {
    if (typeof json !== "string") throw reader.fault("want bytes in base64");
    return Buffer.from(json, "base64").toString("base64");
  },
};

/** An id of bytes, as hexadecimal text in lower case. */
export const ID: Kind<string> = {
  wire: WIRE_BYTES,
  fromWire: (reader, end) => Buffer.from(content(reader, end)).toString("hex"),
  fromJson: (reader, json) => {
    if (typeof json !== "string" || !/^(?:[0-9a-fA-F]{2})*$/.test(json)) {
      throw reader.fault("want bytes in hexadecimal");
    }
    return json.toLowerCase();
  },
};

export const BOOL: Kind<boolean> = {
  wire: WIRE_VARINT,
  fromWire: ({ cursor }, end) => {
    cursor.varint(end);
    return cursor.low !== 0 || cursor.high !== 0;
  },
  fromJson: (reader, json) => {
    if (typeof json !== "boolean") throw reader.fault("want true or false");
    return json;
  },
};

const NUMBER_TEXT = /^[+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$|^NaN$/;

/** A double with its bits. */
export const DOUBLE: Kind<number> = {
  wire: WIRE_FIXED64,
  fromWire: ({ cursor }, end) => {
    cursor.fixed64(end);
    bitWords[0] = cursor.low;
    bitWords[1] = cursor.high;
    return bitDouble[0]!;
  },
  fromJson: (reader, json) => {
    if (typeof json === "number") return json;
    if (typeof json === "string" && NUMBER_TEXT.test(json)) return Number(json);
    throw reader.fault("want a number");
  },
};

function integerOfJson(reader: MessageReader, json: unknown): bigint {
  if (typeof json === "number" && Number.isInteger(json)) return BigInt(json);
  if (typeof json === "string" && /^-?\d{1,20}$/.test(json)) return BigInt(json);
  throw reader.fault("want a whole number");
}

/** Refuses numbers outside [min, max]. */
function within(reader: MessageReader, value: bigint, min: bigint, max: bigint): bigint {
  if (value < min || value > max) throw reader.fault(`${value} is not within ${min} and ${max}`);
  return value;
}

const UINT64_MAX = (1n << 64n) - 1n;
const INT64_MAX = (1n << 63n) - 1n;

function unsignedWords({ high, low }: ProtobufCursor): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

function uint64(wire: number, step: (cursor: ProtobufCursor, end: number) => void): Kind<bigint> {
  return {
    wire,
    fromWire: ({ cursor }, end) => {
      step(cursor, end);
      return unsignedWords(cursor);
    },
    fromJson: (reader, json) => within(reader, integerOfJson(reader, json), 0n, UINT64_MAX),
  };
}

function int64(wire: number, step: (cursor: ProtobufCursor, end: number) => void): Kind<bigint> {
  return {
    wire,
    fromWire: ({ cursor }, end) => {
      step(cursor, end);
      return BigInt.asIntN(64, unsignedWords(cursor));
    },
    fromJson: (reader, json) => {
      return within(reader, integerOfJson(reader, json), -INT64_MAX - 1n, INT64_MAX);
    },
  };
}

/** fixed64 */
export const FIXED64 = uint64(WIRE_FIXED64, (cursor, end) => cursor.fixed64(end));
/** uint64 */
export const UINT64 = uint64(WIRE_VARINT, (cursor, end) => cursor.varint(end));
/** sfixed64 */
export const SFIXED64 = int64(WIRE_FIXED64, (cursor, end) => cursor.fixed64(end));
/** int64 */
export const INT64 = int64(WIRE_VARINT, (cursor, end) => cursor.varint(end));

/** uint32 */
export const UINT32: Kind<number> = {
  wire: WIRE_VARINT,
  fromWire: ({ cursor }, end) => {
    cursor.varint(end);
    return cursor.low;
  },
  fromJson: (reader, json) => {
    return Number(within(reader, integerOfJson(reader, json), 0n, (1n << 32n) - 1n));
  },
};

/** sint32 */
export const SINT32: Kind<number> = {
  wire: WIRE_VARINT,
  fromWire: ({ cursor }, end) => {
    cursor.varint(end);
    return (cursor.low >>> 1) ^ -(cursor.low & 1);
  },
  fromJson: (reader, json) => {
    const bound = 1n << 31n;
    return Number(within(reader, integerOfJson(reader, json), -bound, bound - 1n));
  },
};

/** An enum: its number, of which JSON may give the name instead. */
export function enumeration(names: Readonly<Record<string, number>>): Kind<number> {
  return {
    wire: WIRE_VARINT,
    fromWire: UINT32.fromWire,
    fromJson: (reader, json) => {
      const named = typeof json === "string" ? names[json] : undefined;
      return named ?? UINT32.fromJson(reader, json);
    },
  };
}

/** Reads a message that fills `body`, in protobuf. */
export function readProtobuf<Value>(kind: Kind<Value>, body: Uint8Array): Value {
  return kind.fromWire(new MessageReader(body), body.length);
}

/** Whole numbers that a double may not hold: JSON.parse would round them. */
const LONG_NUMBER = /[:[,]\s*-?\d{16}/;
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Reads a message from JSON text. Throws TsdbError BAD_PARAMETER when it is none. */
export function readJsonText<Value>(kind: Kind<Value>, body: Uint8Array): Value {
  const text = decoder.decode(body);
  const exact = LONG_NUMBER.test(text)
    ? text.replace(TEXT_OR_NUMBER, (part) => (/^-?\d{16,}$/.test(part) ? `"${part}"` : part))
    : text;
  let json: unknown;
  try {
    json = JSON.parse(exact);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new TsdbError("BAD_PARAMETER", `request is not JSON: ${said}`);
  }
  return kind.fromJson(new MessageReader(), json);
}
