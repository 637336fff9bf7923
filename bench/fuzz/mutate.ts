/**
 * Bodies of write requests that are nearly right: real ones, damaged in one of many ways.
 *
 * I1  Body `index` of a seed is always the same for the same `nowMs`: a failing one can be sent
 *     again alone.
 * I2  No body has a label `truth`, unless damage writes that very word: the series of the model
 *     (truth.ts) are left alone.
 *
 * Units: bytes; times are milliseconds since the epoch.
 */
import snappy from "snappyjs";
import { Prng } from "../../src/base/prng.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";

const KEPT_MESSAGES = 64;
const encoder = new WriteRequestEncoder();
const text = new TextEncoder();

type Bytes = Uint8Array;
type Damage = (bytes: Bytes, random: Prng) => Bytes;

function randomBytes(random: Prng, count: number): Bytes {
  return Uint8Array.from({ length: count }, () => random.below(256));
}

function joined(...parts: Bytes[]): Bytes {
  return new Uint8Array(Buffer.concat(parts));
}

function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

/** A field of bytes in protobuf. */
function field(number: number, content: Bytes): Bytes {
  return joined(varint(number * 8 + 2), varint(content.length), content);
}

function label(name: Bytes, value: Bytes): Bytes {
  return field(1, joined(field(1, name), field(2, value)));
}

/** What a Prometheus might send: some series with a sample each, some with more. */
export function realMessages(nowMs: number): Bytes[] {
  const random = new Prng(4);
  const messages: Bytes[] = [];
  for (let m = 0; m < KEPT_MESSAGES; m++) {
    encoder.clear();
    const series = 1 + random.below(m % 8 === 0 ? 200 : 20);
    for (let s = 0; s < series; s++) {
      encoder.beginSeries();
      encoder.label("__name__", `http_requests_total_${s % 7}`);
      encoder.label("instance", `10.0.0.${m}:9100`);
      encoder.label("job", "fuzz");
      encoder.label("path", `/api/${random.below(50)}/${s}`);
      const samples = m % 5 === 0 ? 10 : 1;
      for (let i = 0; i < samples; i++) {
        encoder.sample(nowMs - 600_000 + m * 1000 + i * 15, random.below(1000) / 7);
      }
      encoder.endSeries();
    }
    messages.push(encoder.finish());
  }
  return messages;
}

const BAD_TEXTS: readonly number[][] = [[0], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]];

const DAMAGES: readonly Damage[] = [
  // Flipped bits.
  (bytes, random) => {
    const copy = bytes.slice();
    for (let i = 1 + random.below(4); i > 0; i--) {
      const at = random.below(copy.length);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    return copy;
  },
  // Cut off, in varints too.
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  // Something in between, or gone.
  (bytes, random) => {
    const at = random.below(bytes.length);
    return joined(
      bytes.subarray(0, at),
      randomBytes(random, 1 + random.below(9)),
      bytes.subarray(at),
    );
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(9)));
  },
  // A part twice: duplicate labels, samples, series.
  (bytes, random) => {
    const from = random.below(bytes.length);
    const to = Math.min(bytes.length, from + 1 + random.below(60));
    return joined(bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to));
  },
  // A byte that may be a tag gets another wire type, or a length lies.
  (bytes, random) => {
    const copy = bytes.slice();
    const at = random.below(copy.length);
    copy[at] = random.below(2) === 0 ? ((copy[at] ?? 0) & 0xf8) | random.below(8) : 0x7f;
    return copy;
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    const lie = varint([127, 128, 65_535, 2 ** 31, 2 ** 32, 2 ** 45][random.below(6)] ?? 0);
    return joined(bytes.subarray(0, at), lie, bytes.subarray(at + 1));
  },
  // NUL and bytes that are no UTF-8 in the middle of a text.
  (bytes, random) => {
    const bad = BAD_TEXTS[random.below(BAD_TEXTS.length)] as number[];
    const copy = bytes.slice();
    if (copy.length > bad.length) copy.set(bad, random.below(copy.length - bad.length));
    return copy;
  },
  // Growing nests of groups that nobody knows.
  (bytes, random) => joined(bytes, new Uint8Array(1 + random.below(2000)).fill(0x7b)),
];

/** Whole messages of a kind that damage seldom makes. */
const SPECIALS: readonly ((random: Prng, nowMs: number) => Bytes)[] = [
  () => new Uint8Array(0),
  (random) => randomBytes(random, random.below(300)),
  // The same label twice, an empty name, an empty value, names out of order.
  (_random, nowMs) => seriesOf(nowMs, ["__name__", "a"], ["x", "1"], ["x", "2"]),
  (_random, nowMs) => seriesOf(nowMs, ["__name__", "a"], ["", "1"]),
  (_random, nowMs) => seriesOf(nowMs, ["x", "1"], ["__name__", "a"]),
  (_random, nowMs) => seriesOf(nowMs, ["__name__", "a\u0000b"], ["\u0000", "\ufffd"]),
  (_random, nowMs) => seriesOf(nowMs, ["__name__", "a"], ["long", "v".repeat(70_000)]),
  (random, nowMs) => manyLabels(random.below(3000), nowMs),
  (random) => seriesOf(random.float() * 2 ** 62, ["__name__", "a"]),
  (random) => seriesOf(-random.float() * 2 ** 62, ["__name__", "a"]),
];

function seriesOf(timeMs: number, ...labels: (readonly [string, string])[]): Bytes {
  const fields = labels.map(([name, value]) => label(text.encode(name), text.encode(value)));
  return seriesAround(timeMs, joined(...fields));
}

/** A series with one sample of value 0. */
function seriesAround(timeMs: number, labels: Bytes): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(timeMs)));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  const sample = field(2, Uint8Array.from([0x10, ...bytes, Number(rest)]));
  return field(1, joined(labels, sample));
}

/** A series of many short labels: {__name__="l", l0000000="v", …}. */
function manyLabels(count: number, nowMs: number): Bytes {
  const one = Buffer.from(label(text.encode("l0000000"), text.encode("v")));
  const labels = Buffer.alloc(one.length * count, one);
  const digits = one.indexOf("0000000");
  for (let i = 0; i < count; i++) {
    labels.write(String(i).padStart(7, "0"), i * one.length + digits, "latin1");
  }
  return seriesAround(nowMs, labels);
}

/** A body whose header declares 2 GiB. */
function bomb(random: Prng): Bytes {
  return joined(Uint8Array.from([0x80, 0x80, 0x80, 0x80, 0x08]), randomBytes(random, 200));
}

/** A million labels on one series. */
export function millionLabels(nowMs: number): Bytes {
  return snappy.compress(manyLabels(1_000_000, nowMs));
}

/** Body `index` of a seed. */
export function mutatedBody(
  seed: number,
  index: number,
  messages: readonly Bytes[],
  nowMs: number,
): Bytes {
  const random = new Prng(Math.imul(seed, 0x9e3779b1) ^ index);
  const kind = random.below(100);
  if (kind < 2) return bomb(random);
  if (kind < 12) {
    const special = SPECIALS[random.below(SPECIALS.length)] as (typeof SPECIALS)[number];
    return snappy.compress(special(random, nowMs));
  }
  let bytes = messages[random.below(messages.length)] as Bytes;
  const damage = () => {
    for (let i = 1 + random.below(2); i > 0; i--) {
      bytes = (DAMAGES[random.below(DAMAGES.length)] as Damage)(bytes, random);
    }
  };
  // Damage to the message is seen by the scanner, damage to the block by the decompressor.
  if (kind < 60) {
    damage();
    return snappy.compress(bytes);
  }
  bytes = snappy.compress(bytes);
  damage();
  return bytes;
}
