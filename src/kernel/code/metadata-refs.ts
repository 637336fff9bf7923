/**
 * What a 2.0 series says of its metric, as a metadata entry of 1.0: of the family, and once.
 *
 * I1  An entry is left out when the last one that was written for the metric said the same.
 * I2  An entry has its fields in the order of their numbers, as 1.0 senders write them.
 * I3  Series of a classic histogram or summary have the family's name and an ending; a native
 *     histogram has the name alone.
 *
 * Units: addresses and bytes.
 */
import {
  LONG_REF,
  layText,
  layVarint,
  REF_MASK,
  REF_WIDTH_SHIFT,
  readRef,
  varintBytes,
} from "./label-refs.ts";
import {
  LAID_LIMIT,
  LAID_REPEATED,
  LAID_ROUND,
  LAID_SYMBOLS,
  SYMBOL_BYTES,
  SYMBOL_FROM,
  SYMBOL_HELP,
  SYMBOL_KIND,
  SYMBOL_LENGTH,
  SYMBOL_ROUND,
  SYMBOL_UNIT,
  SYMBOLS,
} from "./layout.ts";
import { load8, load16, load32, store8, store32 } from "./memory.ts";

/** Tag bytes of 2.0. */
const TYPE_TAG: u32 = 0x08;
const HELP_TAG: u32 = 0x18;
const UNIT_TAG: u32 = 0x20;
/** Tag bytes of 1.0. */
const ENTRY_TAG: u32 = 0x1a;
const NAME_TAG_1: u32 = 0x12;
const HELP_TAG_1: u32 = 0x22;
const UNIT_TAG_1: u32 = 0x2a;
/** Tags and lengths of an entry take at most this much, with what is written too much. */
const OVERHEAD_BYTES: u32 = 64;
const NATIVE: u32 = 0x100;

/** Metric types whose series have endings. */
const HISTOGRAM: u32 = 3;
const GAUGE_HISTOGRAM: u32 = 4;
const SUMMARY: u32 = 5;
/** Texts as little-endian words. */
const METRIC_NAME_LOW: u32 = 0x616e5f5f;
const METRIC_NAME_HIGH: u32 = 0x5f5f656d;
const BUC: u32 = 0x6375625f;
const CKET: u32 = 0x74656b63;
const OUNT: u32 = 0x746e756f;
const SUM: u32 = 0x6d75735f;
const GSUM: u32 = 0x6d757367;
const C: u32 = 0x635f;
const GC: u32 = 0x6367;
const UNDERSCORE: u32 = 0x5f;

/**
 * Writes the metadata in [from, end) of the series whose references lie in [refsFrom, refsTo) to
 * `out`; where it ends, or 0 when it is not usual.
 */
export function layMetadata(
  refsFrom: u32,
  refsTo: u32,
  from: u32,
  end: u32,
  isNative: u32,
  out: u32,
): u32 {
  let at: u32 = from;
  let type: u32 = 0;
  let help: u32 = 0;
  let unit: u32 = 0;
  while (at < end) {
    const tag: u32 = load8(at);
    const read: u32 = readRef(at + 1);
    const value: u32 = read & REF_MASK;
    at += 1 + (read >>> REF_WIDTH_SHIFT);
    if (at > end || read === LONG_REF) return 0;
    if (tag === TYPE_TAG) type = value;
    else if (tag === HELP_TAG) help = value;
    else if (tag === UNIT_TAG) unit = value;
    else return 0;
  }
  const symbols: u32 = load32(LAID_SYMBOLS);
  if (help >= symbols || unit >= symbols || type >= 0x80) return 0;
  if ((type | help | unit) === 0) return out;
  const metric: u32 = metricSymbol(refsFrom, refsTo);
  if (metric === 0) return out;
  const kind: u32 = type | (isNative === 0 ? 0 : NATIVE);
  if (isRepeated(metric, kind, help, unit)) {
    store32(LAID_REPEATED, load32(LAID_REPEATED) + 1);
    return out;
  }
  store32(metric + SYMBOL_ROUND, load32(LAID_ROUND));
  store32(metric + SYMBOL_KIND, kind);
  store32(metric + SYMBOL_HELP, help);
  store32(metric + SYMBOL_UNIT, unit);
  return layEntry(metric, kind, help, unit, out);
}

/** Address of the symbol that names the metric; 0 when there is none. */
function metricSymbol(from: u32, end: u32): u32 {
  let at: u32 = from;
  while (at < end) {
    const name: u32 = readRef(at);
    at += name >>> REF_WIDTH_SHIFT;
    const value: u32 = readRef(at);
    at += value >>> REF_WIDTH_SHIFT;
    const symbol: u32 = SYMBOLS + (name & REF_MASK) * SYMBOL_BYTES;
    if (load32(symbol + SYMBOL_LENGTH) !== 8) continue;
    const text: u32 = load32(symbol + SYMBOL_FROM);
    if (load32(text) !== METRIC_NAME_LOW || load32(text + 4) !== METRIC_NAME_HIGH) continue;
    return SYMBOLS + (value & REF_MASK) * SYMBOL_BYTES;
  }
  return 0;
}

function isRepeated(metric: u32, kind: u32, help: u32, unit: u32): boolean {
  if (load32(metric + SYMBOL_ROUND) !== load32(LAID_ROUND)) return false;
  if (load32(metric + SYMBOL_KIND) !== kind) return false;
  return load32(metric + SYMBOL_HELP) === help && load32(metric + SYMBOL_UNIT) === unit;
}

function layEntry(metric: u32, kind: u32, help: u32, unit: u32, out: u32): u32 {
  const limit: u32 = load32(LAID_LIMIT);
  const nameFrom: u32 = load32(metric + SYMBOL_FROM);
  const nameBytes: u32 = familyBytes(nameFrom, load32(metric + SYMBOL_LENGTH), kind);
  const helpAt: u32 = SYMBOLS + help * SYMBOL_BYTES;
  const unitAt: u32 = SYMBOLS + unit * SYMBOL_BYTES;
  const helpBytes: u32 = load32(helpAt + SYMBOL_LENGTH);
  const unitBytes: u32 = load32(unitAt + SYMBOL_LENGTH);
  const texts: u32 = nameBytes + helpBytes + unitBytes;
  if (out > limit || texts + OVERHEAD_BYTES > limit - out) return 0;
  const type: u32 = kind & 0xff;
  let bytes: u32 = textFieldBytes(nameBytes) + (type === 0 ? 0 : 2);
  if (help !== 0) bytes += textFieldBytes(helpBytes);
  if (unit !== 0) bytes += textFieldBytes(unitBytes);
  store8(out, ENTRY_TAG);
  let to: u32 = layVarint(out + 1, bytes);
  if (type !== 0) {
    store8(to, TYPE_TAG);
    store8(to + 1, type);
    to += 2;
  }
  to = layTextField(NAME_TAG_1, nameFrom, nameBytes, to);
  if (help !== 0) to = layTextField(HELP_TAG_1, load32(helpAt + SYMBOL_FROM), helpBytes, to);
  if (unit !== 0) to = layTextField(UNIT_TAG_1, load32(unitAt + SYMBOL_FROM), unitBytes, to);
  return to;
}

function textFieldBytes(bytes: u32): u32 {
  return 1 + varintBytes(bytes) + bytes;
}

function layTextField(tag: u32, from: u32, bytes: u32, out: u32): u32 {
  store8(out, tag);
  const to: u32 = layVarint(out + 1, bytes);
  layText(to, from, bytes);
  return to + bytes;
}

/** Bytes of the family's name in a metric's name. */
function familyBytes(from: u32, bytes: u32, kind: u32): u32 {
  if (kind < HISTOGRAM || kind > SUMMARY) return bytes;
  const ending: u32 = endingBytes(from + bytes, kind);
  return ending < bytes ? bytes - ending : bytes;
}

/** Bytes of the ending that series of such a metric have before `end`, 0 when there is none. */
function endingBytes(end: u32, kind: u32): u32 {
  const last: u32 = load32(end - 4);
  if (kind !== SUMMARY && last === CKET && load32(end - 7) === BUC) return 7;
  if (kind === GAUGE_HISTOGRAM) {
    const isCount: boolean = last === OUNT && load16(end - 6) === GC;
    if (isCount && load8(end - 7) === UNDERSCORE) return 7;
    return last === GSUM && load8(end - 5) === UNDERSCORE ? 5 : 0;
  }
  if (last === OUNT && load16(end - 6) === C) return 6;
  return last === SUM ? 4 : 0;
}
