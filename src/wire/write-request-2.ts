/**
 * Remote write 2.0 laid out as 1.0, whatever form its fields have: every series of a 2.0 request
 * (proto/write_v2.proto) becomes the bytes that a 1.0 sender would have sent, so that the one scan
 * and the one way to recognise a series by its label bytes serve both protocols.
 *
 * This is the careful way: what senders usually write is laid out by the kernel
 * (src/kernel/code/request-2.ts).
 *
 * I1  Texts are copied from the symbols as bytes; no string is made.
 * I2  A reference past the symbols or a name without a value makes the request invalid.
 * I3  Repeated texts are bounded: the result never passes the limit of a decoded body.
 * I4  Start timestamps stay in samples, where the scan steps over them, or are left out.
 * I5  Metadata is the family's, whose name a series of a classic histogram or summary extends.
 *
 * Units: offsets and lengths are bytes.
 */
import { TsdbError } from "../base/errors.ts";
import { familyNameEnd } from "./family-name.ts";
import {
  invalidBody,
  ProtobufCursor,
  WIRE_BYTES,
  WIRE_VARINT,
  wrongWireType,
} from "./protobuf-cursor.ts";
import { WireBytes } from "./wire-bytes.ts";

const SYMBOLS_FIELD = 4;
const TIME_SERIES_FIELD = 5;
/** Field numbers of TimeSeries and Exemplar in 2.0. */
const LABELS_REFS = 1;
const SAMPLES = 2;
const HISTOGRAMS = 3;
const EXEMPLARS = 4;
const METADATA = 5;
/** Field numbers of Metadata in 2.0. */
const TYPE = 1;
const HELP_REF = 3;
const UNIT_REF = 4;
/** Tags of 1.0: fields with a length, and the type of MetricMetadata. */
const TAG_1 = 0x0a;
const TAG_2 = 0x12;
const TAG_3 = 0x1a;
const TAG_4 = 0x22;
const TAG_5 = 0x2a;
const TYPE_TAG = 0x08;

const NAME_LABEL = new TextEncoder().encode("__name__");

export class WriteRequest2 {
  private readonly cursor = new ProtobufCursor();
  private readonly out = new WireBytes();
  private readonly series = new WireBytes();
  private readonly nested = new WireBytes();
  private body: Uint8Array = new Uint8Array(0);
  private limitBytes = 0;
  /** Bytes of the result that are elsewhere already. */
  private bytesBefore = 0;
  private symbols: number[] = [];
  private refs: number[] = [];
  /** Whether the series that is read has native histograms. */
  private hasHistograms = false;
  /** Its metadata: the type, and places in `symbols`. */
  private type = 0;
  private help = 0;
  private unit = 0;

  /**
   * The 1.0 message that says what the 2.0 message `body` says; valid until the next call.
   * Throws TsdbError PROTOBUF_INVALID, or BODY_TOO_LARGE when it passes `limitBytes`.
   */
  layOut(body: Uint8Array, limitBytes: number): Uint8Array {
    this.begin(body, limitBytes);
    this.out.clear();
    while (this.cursor.offset < body.length) this.writeField(TIME_SERIES_FIELD);
    return this.out.written();
  }

  /** Takes over a body of which single fields are to be laid out; throws as layOut(). */
  begin(body: Uint8Array, limitBytes: number): void {
    this.body = body;
    this.limitBytes = limitBytes;
    this.bytesBefore = 0;
    this.symbols.length = 0;
    this.cursor.point(body, 0);
    while (this.cursor.offset < body.length) this.writeField(SYMBOLS_FIELD);
    this.cursor.offset = 0;
  }

  /** Whether the field at byte `at` is a symbol. */
  isSymbol(at: number): boolean {
    this.cursor.offset = at;
    return this.cursor.tag(this.body.length) >>> 3 === SYMBOLS_FIELD;
  }

  /**
   * What the field at byte `at` becomes, behind `bytesBefore` bytes; valid until the next call.
   * Throws as layOut().
   */
  layField(at: number, bytesBefore: number): Uint8Array {
    this.bytesBefore = bytesBefore;
    this.out.clear();
    this.cursor.offset = at;
    this.writeField(TIME_SERIES_FIELD);
    return this.out.written();
  }

  /** Where the field ends that was laid out last. */
  get offset(): number {
    return this.cursor.offset;
  }

  /** Steps over the next field; keeps a symbol and writes a series, if that is what is wanted. */
  private writeField(wanted: number): void {
    const { cursor, body } = this;
    const at = cursor.offset;
    const tag = cursor.tag(body.length);
    if (tag >>> 3 !== wanted) {
      cursor.skip(tag, body.length);
      return;
    }
    if ((tag & 7) !== WIRE_BYTES) throw wrongWireType(at, tag, "Request");
    const to = cursor.contentEnd(body.length);
    if (wanted === SYMBOLS_FIELD) this.symbols.push(cursor.offset, to);
    else this.writeSeries(cursor.offset, to);
    cursor.offset = to;
  }

  private writeSeries(from: number, end: number): void {
    const { cursor, series } = this;
    series.clear();
    this.readRefs(from, end);
    this.writeLabels(series);
    const refs = this.refs;
    this.hasHistograms = false;
    this.readMetadata(end, end);
    cursor.offset = from;
    while (cursor.offset < end) {
      const at = cursor.offset;
      const tag = cursor.tag(end);
      const field = tag >>> 3;
      if (field < SAMPLES || field > METADATA) {
        cursor.skip(tag, end);
        continue;
      }
      if ((tag & 7) !== WIRE_BYTES) throw wrongWireType(at, tag, "TimeSeries");
      const to = cursor.contentEnd(end);
      if (field === SAMPLES) series.field(TAG_2, this.body, cursor.offset, to);
      else if (field === HISTOGRAMS) {
        series.field(TAG_4, this.body, cursor.offset, to);
        this.hasHistograms = true;
      } else if (field === EXEMPLARS) this.writeExemplar(cursor.offset, to);
      else this.readMetadata(cursor.offset, to);
      cursor.offset = to;
      this.checkRoom();
    }
    this.out.field(TAG_1, series.written(), 0, series.length);
    series.clear();
    this.writeMetadata(refs);
    this.checkRoom();
  }

  /** Reads the label references of a series or an exemplar, packed or one by one. */
  private readRefs(from: number, end: number): void {
    const { cursor } = this;
    const refs: number[] = [];
    cursor.offset = from;
    while (cursor.offset < end) {
      const at = cursor.offset;
      const tag = cursor.tag(end);
      const wire = tag & 7;
      if (tag >>> 3 !== LABELS_REFS) cursor.skip(tag, end);
      else if (wire === WIRE_VARINT) refs.push(this.ref(end));
      else if (wire === WIRE_BYTES) {
        const to = cursor.contentEnd(end);
        while (cursor.offset < to) refs.push(this.ref(to));
      } else throw wrongWireType(at, tag, "labels_refs");
    }
    if (refs.length % 2 !== 0) throw invalidBody(from, "a label name has no value");
    this.refs = refs;
  }

  /** Reads one reference; the result is the place of its symbol in `symbols`. */
  private ref(end: number): number {
    const at = this.cursor.offset;
    this.cursor.varint(end);
    return this.symbolRead(at);
  }

  /** The place of the symbol whose reference, at byte `at`, was read last. */
  private symbolRead(at: number): number {
    const { low, high } = this.cursor;
    const count = this.symbols.length / 2;
    if (high !== 0 || low >= count) {
      throw invalidBody(at, `symbol ${low} of ${count} is referred to`);
    }
    return low * 2;
  }

  private writeLabels(target: WireBytes): void {
    const { nested, refs } = this;
    for (let i = 0; i < refs.length; i += 2) {
      nested.clear();
      this.writeSymbol(nested, TAG_1, refs[i]!);
      this.writeSymbol(nested, TAG_2, refs[i + 1]!);
      target.field(TAG_1, nested.written(), 0, nested.length);
      if (target.length > this.limitBytes) this.refuseSize();
    }
  }

  private writeSymbol(target: WireBytes, tag: number, symbol: number): void {
    target.field(tag, this.body, this.symbols[symbol]!, this.symbols[symbol + 1]!);
  }

  /** Writes an exemplar with its labels spelled out; value and time have the numbers of 1.0. */
  private writeExemplar(from: number, end: number): void {
    const { cursor } = this;
    const exemplar = new WireBytes();
    this.readRefs(from, end);
    this.writeLabels(exemplar);
    cursor.offset = from;
    while (cursor.offset < end) {
      const at = cursor.offset;
      const tag = cursor.tag(end);
      cursor.skip(tag, end);
      if (tag >>> 3 !== LABELS_REFS) exemplar.bytes(this.body, at, cursor.offset);
    }
    this.series.field(TAG_3, exemplar.written(), 0, exemplar.length);
  }

  /** Reads what a series says of its metric; given again, it counts as given last. */
  private readMetadata(from: number, end: number): void {
    const { cursor } = this;
    this.type = 0;
    this.help = 0;
    this.unit = 0;
    cursor.offset = from;
    while (cursor.offset < end) {
      const at = cursor.offset;
      const tag = cursor.tag(end);
      const field = tag >>> 3;
      if (field !== TYPE && field !== HELP_REF && field !== UNIT_REF) {
        cursor.skip(tag, end);
        continue;
      }
      if ((tag & 7) !== WIRE_VARINT) throw wrongWireType(at, tag, "Metadata");
      cursor.varint(end);
      if (field === TYPE) this.type = cursor.low;
      else if (field === HELP_REF) this.help = this.symbolRead(at);
      else this.unit = this.symbolRead(at);
    }
  }

  /** Writes what was read of a metric as an entry of its own, as 1.0 has them. */
  private writeMetadata(refs: readonly number[]): void {
    const { nested, type } = this;
    const name = this.nameOf(refs);
    if (name < 0 || (type === 0 && this.help === 0 && this.unit === 0)) return;
    nested.clear();
    if (type !== 0) nested.number(TYPE_TAG, type);
    const [nameFrom, nameTo] = [this.symbols[name]!, this.symbols[name + 1]!];
    // A native histogram has its family's name.
    const isNative = this.hasHistograms;
    const familyTo = isNative ? nameTo : familyNameEnd(this.body, nameFrom, nameTo, type);
    nested.field(TAG_2, this.body, nameFrom, familyTo);
    if (this.help !== 0) this.writeSymbol(nested, TAG_4, this.help);
    if (this.unit !== 0) this.writeSymbol(nested, TAG_5, this.unit);
    this.out.field(TAG_3, nested.written(), 0, nested.length);
  }

  /** The symbol of the metric's name, -1 when the series has none. */
  private nameOf(refs: readonly number[]): number {
    for (let i = 0; i < refs.length; i += 2) {
      const from = this.symbols[refs[i]!]!;
      const length = this.symbols[refs[i]! + 1]! - from;
      if (length !== NAME_LABEL.length) continue;
      if (NAME_LABEL.every((byte, at) => this.body[from + at] === byte)) return refs[i + 1]!;
    }
    return -1;
  }

  private checkRoom(): void {
    const bytes = this.bytesBefore + this.out.length + this.series.length;
    if (bytes > this.limitBytes) this.refuseSize();
  }

  private refuseSize(): never {
    const text = `labels spelled out pass the limit of ${this.limitBytes} bytes`;
    throw new TsdbError("BODY_TOO_LARGE", text);
  }
}
