/**
 * A slow twin of the chunk codec: one string of 0 and 1, BigInt values, nothing kept between calls.
 *
 * The encoder is the standard one (a XOR window stays until a XOR does not fit in it), or the one
 * that opens windows again, told by a list of what was seen. The decoder takes any valid stream. A
 * sample is [time, value bits].
 */

export type NaiveSample = readonly [timeMs: number, valueBits: bigint];

const MASK_64 = (1n << 64n) - 1n;

/** The 64 bits of a number. */
export function bitsOf(value: number): bigint {
  return new BigUint64Array(new Float64Array([value]).buffer)[0] as bigint;
}

function binary(value: bigint, bits: number): string {
  return (value & ((1n << BigInt(bits)) - 1n)).toString(2).padStart(bits, "0");
}

function varint(value: bigint): string {
  let text = "";
  let rest = value;
  while (rest >= 128n) {
    text += binary((rest & 127n) | 128n, 8);
    rest >>= 7n;
  }
  return text + binary(rest, 8);
}

function timeCode(difference: bigint): string {
  if (difference === 0n) return "0";
  for (const [prefix, bits] of [
    ["10", 14],
    ["110", 17],
    ["1110", 20],
  ] as const) {
    const half = 1n << BigInt(bits - 1);
    if (difference > -half && difference <= half) return prefix + binary(difference, bits);
  }
  return `1111${binary(difference, 64)}`;
}

interface Window {
  readonly leading: number;
  readonly trailing: number;
}

function covers(window: Window, xor: Window): boolean {
  return xor.leading >= window.leading && xor.trailing >= window.trailing;
}

function union(windows: readonly Window[]): Window {
  return {
    leading: Math.min(...windows.map((window) => window.leading)),
    trailing: Math.min(...windows.map((window) => window.trailing)),
  };
}

function sizeOf(window: Window): number {
  return 64 - window.leading - window.trailing;
}

/** Which window each XOR is written in. */
class Windows {
  private window: Window | null = null;
  private seen: Window[] = [];
  private counted = 0;
  private wasted = 0;

  /** The standard choice: the window if the XOR fits, else the XOR's own. */
  standard(xor: Window): Window {
    if (!this.window || !covers(this.window, xor)) this.window = xor;
    return this.window;
  }

  /** The choice behind the first 120 samples. */
  reopening(xor: Window): Window {
    if (!this.window) return this.open(xor, []);
    if (!covers(this.window, xor)) {
      const both = union([this.window, xor]);
      return this.open(sizeOf(both) - sizeOf(xor) <= 4 ? both : xor, []);
    }
    if (this.counted === 12) {
      this.seen = [xor];
      this.wasted = 0;
      this.counted = 1;
      return this.window;
    }
    this.seen.push(xor);
    this.counted++;
    this.wasted += sizeOf(this.window) - sizeOf(union(this.seen));
    return this.wasted > 24 ? this.open(union(this.seen), [xor]) : this.window;
  }

  private open(window: Window, seen: Window[]): Window {
    this.window = window;
    this.seen = seen;
    this.counted = 0;
    this.wasted = 0;
    return window;
  }
}

function valueCode(xor: bigint, before: Window | null, window: Window): string {
  const bits = binary(xor, 64).slice(window.leading, 64 - window.trailing);
  const { leading, trailing } = window;
  if (before?.leading === leading && before.trailing === trailing) return `10${bits}`;
  return `11${binary(BigInt(leading), 5)}${binary(BigInt(bits.length), 6)}${bits}`;
}

/**
 * The stream of `samples`, sample count in front. The first `standardSamples` are encoded in the
 * standard way.
 */
export function naiveEncode(
  samples: readonly NaiveSample[],
  standardSamples = Number.POSITIVE_INFINITY,
): Uint8Array {
  let text = binary(BigInt(samples.length), 16);
  const windows = new Windows();
  let before: Window | null = null;
  samples.forEach(([time, bits], i) => {
    const at = (k: number) => BigInt((samples[k] as NaiveSample)[0]);
    const t = BigInt(time);
    if (i === 0) {
      text += varint(t >= 0n ? 2n * t : -2n * t - 1n) + binary(bits, 64);
      return;
    }
    text += i === 1 ? varint(t - at(0)) : timeCode(t - 2n * at(i - 1) + at(i - 2));
    const xor = bits ^ (samples[i - 1] as NaiveSample)[1];
    if (xor === 0n) {
      text += "0";
      return;
    }
    const digits = binary(xor, 64);
    const own = {
      leading: Math.min(31, digits.indexOf("1")),
      trailing: 63 - digits.lastIndexOf("1"),
    };
    const window: Window = i < standardSamples ? windows.standard(own) : windows.reopening(own);
    text += valueCode(xor, before, window);
    before = window;
  });
  const bytes = new Uint8Array(Math.ceil(text.length / 8));
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(text.slice(8 * i, 8 * i + 8).padEnd(8, "0"), 2);
  }
  return bytes;
}

/** The samples of a stream. */
export function naiveDecode(bytes: Uint8Array): NaiveSample[] {
  const text = Array.from(bytes, (byte) => binary(BigInt(byte), 8)).join("");
  let position = 0;
  const take = (bits: number): bigint => {
    position += bits;
    if (position > text.length) throw new RangeError("stream ends early");
    return bits === 0 ? 0n : BigInt(`0b${text.slice(position - bits, position)}`);
  };
  const takeVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = take(8);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return value;
    }
  };
  const takeDifference = (): bigint => {
    if (take(1) === 0n) return 0n;
    for (const bits of [14, 17, 20]) {
      if (take(1) !== 0n) continue;
      const field = take(bits);
      return field > 1n << BigInt(bits - 1) ? field - (1n << BigInt(bits)) : field;
    }
    return BigInt.asIntN(64, take(64));
  };
  const count = Number(take(16));
  const samples: NaiveSample[] = [];
  let [time, delta, value] = [0n, 0n, 0n];
  let [leading, size] = [0, 0];
  for (let i = 0; i < count; i++) {
    if (i === 0) {
      const zigzag = takeVarint();
      time = (zigzag & 1n) === 0n ? zigzag >> 1n : -(zigzag >> 1n) - 1n;
      value = take(64);
    } else {
      delta = i === 1 ? takeVarint() : delta + takeDifference();
      time += delta;
      if (take(1) === 1n) {
        if (take(1) === 1n) {
          leading = Number(take(5));
          size = Number(take(6)) || 64;
        }
        value ^= (take(size) << BigInt(64 - leading - size)) & MASK_64;
      }
    }
    samples.push([Number(time), value]);
  }
  return samples;
}
