/**
 * The decode loop as a WebAssembly kernel: a XOR stream (docs/format/chunk.md) into two columns.
 *
 * The language is AssemblyScript, restricted to what is TypeScript too (assembly.d.ts says what its
 * built-in names are): the same text is compiled by `npm run compile:kernel` and run as it stands
 * by the tests, with BigInt for i64.
 *
 * Memory of the kernel, in bytes:
 *   INPUT   the stream from the byte of the first bit on, copied here by the caller
 *   TIMES   decoded times as 64-bit floats
 *   VALUES  decoded values as 64 raw bits, so that the payload of a NaN survives
 *
 * I1  The kernel knows no chunk and keeps nothing between two calls: what it reads of a chunk is
 *     what the caller copied and counted.
 * I2  It reads at most 16 bytes behind the stream, which INPUT has room for, and uses no bit of
 *     them.
 *
 * A value is one word; a XOR of `size` bits is shifted to its place. Codes "same distance, same
 * value" come in runs, so zero bits are counted and taken two at a time.
 *
 * Units: times are milliseconds; positions and sizes are bits.
 */

/** Where the stream lies. */
export const INPUT: i32 = 0;
/** Longest stream, bytes. */
export const INPUT_BYTES_MAX: i32 = 65536;
/** Where times go. */
export const TIMES: i32 = 81920;
/** Most samples in the columns. */
export const SAMPLES_MAX: i32 = 16384;
/** Where values go. */
export const VALUES: i32 = 212992;

const STALE: i64 = i64(0x7ff00000) * i64(0x100000000) + i64(2);

/** Turns every 8 bytes of the stream around: a word then has the stream's order of bits. */
function reverseWords(bytes: i32): void {
  for (let at = INPUT; at < INPUT + bytes + 16; at += 16) {
    const two = v128.load(at);
    const turned = i8x16.shuffle(two, two, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
    v128.store(at, turned);
  }
}

function left(word: i64, bits: i32): i64 {
  return i64(word << i64(bits));
}

function right(word: i64, bits: i32): i64 {
  return i64(u64(word) >> u64(bits));
}

/** The 64 bits from `position` on. */
function peek(position: i32): i64 {
  const at = INPUT + ((position >>> 6) << 3);
  const used = position & 63;
  return left(i64.load(at), used) | right(right(i64.load(at + 8), 1), 63 - used);
}

/** The signed number behind a field of `size` bits that starts `skipped` bits into `word`. */
function signedField(word: i64, skipped: i32, size: i32): i64 {
  const field = right(left(word, skipped), 64 - size);
  const half = left(i64(1), size - 1);
  return field > half ? field - left(half, 1) : field;
}

/** Bits of the time code that `word` starts with. */
function timeCodeBits(word: i64): i32 {
  const ones = i32(i64.clz(word ^ i64(-1)));
  if (ones === 0) return 1;
  if (ones === 1) return 16;
  if (ones === 2) return 20;
  return ones === 3 ? 24 : 68;
}

/** The second difference of times that a code of `bits` bits, not 1, at `position` stands for. */
function secondDifference(word: i64, bits: i32, position: i32): i64 {
  if (bits === 16) return signedField(word, 2, 14);
  if (bits === 20) return signedField(word, 3, 17);
  if (bits === 24) return signedField(word, 4, 20);
  return peek(position + 4);
}

/** Writes a sample to the columns, `out` bytes from their start. */
function put(out: i32, time: f64, value: i64): void {
  f64.store(TIMES + out, time);
  i64.store(VALUES + out, value);
}

/**
 * Decodes samples index .. count - 1 behind the state (see chunk/decoder-state.ts) and stores those
 * with from <= time <= to behind the first `stored` ones of the columns. With index 1 the sample in
 * front of it, whose time is `before` and whose value is the state's, comes first. `window` is the
 * XOR window: leading zeros, and its size times 256.
 *
 * Returns twice the number of samples in the columns, plus 1 when one of the values met was a
 * stale marker.
 */
export function decode(
  bytes: i32,
  start: i32,
  from: f64,
  to: f64,
  first: i32,
  count: i32,
  now: f64,
  before: f64,
  high: i32,
  low: i32,
  window: i32,
  stored: i32,
): i32 {
  reverseWords(bytes);
  const earliest = i64(from);
  const latest = i64(to);
  let position = start;
  let index = first;
  let time = i64(now);
  let delta = time - i64(before);
  let value = left(i64(high), 32) | right(left(i64(low), 32), 32);
  let leading = window & 255;
  let size = window >>> 8;
  let out = stored << 3;
  let stale: i32 = value === STALE ? 1 : 0;
  if (index === 1 && before >= from && before <= to) {
    put(out, before, value);
    out += 8;
  }
  while (index < count) {
    let word = peek(position);
    if (index > 1) {
      let same = i32(i64.clz(word)) >>> 1;
      if (same > 0) {
        if (same > count - index) same = count - index;
        index += same;
        position += same << 1;
        for (; same > 0; same--) {
          time = time + delta;
          if (time > latest) return (out >>> 3) * 2 + stale;
          put(out, f64(time), value);
          out += time >= earliest ? 8 : 0;
        }
        continue;
      }
      const bits = timeCodeBits(word);
      if (bits > 1) delta = delta + secondDifference(word, bits, position);
      time = time + delta;
      position += bits;
      word = bits > 24 ? peek(position) : left(word, bits);
    }
    if (time > latest) break;
    position += word >= i64(0) ? 1 : 2;
    if (word < i64(0)) {
      if (left(word, 1) < i64(0)) {
        leading = i32(right(word, 57)) & 31;
        size = ((i32(right(word, 51)) + 63) & 63) + 1;
        position += 11;
      }
      value = value ^ left(right(peek(position), 64 - size), 64 - size - leading);
      position += size;
      if (value === STALE) stale = 1;
    }
    put(out, f64(time), value);
    out += time >= earliest ? 8 : 0;
    index++;
  }
  return (out >>> 3) * 2 + stale;
}
