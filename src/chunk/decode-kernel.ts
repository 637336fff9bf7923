/**
 * The WebAssembly kernel (src/kernel/decode) behind the interface of this layer: decodes streams as
 * xor-decoder.ts does, and computes rates over what it has decoded.
 * Why: docs/adr/0016-queries-on-the-main-thread-in-slices.md.
 *
 * I1  The stream is copied into the kernel's own memory, so one instance serves every region of the
 *     heap, and what is decoded is what was captured.
 * I2  A stream that is too long for that memory is decoded by xor-decoder.ts.
 * I3  Results are copied out before the next call; nobody else sees the kernel's memory.
 *
 * Units: times are milliseconds; positions are bits from the start of the stream.
 */
import { DECODE_CODE } from "../kernel/decode-code.ts";
import type { DecoderState } from "./decoder-state.ts";
import { NOT_IN_KERNEL, type RateRequest, type RateResult } from "./rate-request.ts";
import type { SampleColumns } from "./sample-columns.ts";
import { decodeSamples } from "./xor-decoder.ts";

interface Constant {
  readonly value: number;
}

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly INPUT: Constant;
  readonly INPUT_BYTES_MAX: Constant;
  readonly TIMES: Constant;
  readonly VALUES: Constant;
  readonly SAMPLES_MAX: Constant;
  readonly ENDS: Constant;
  readonly RATES: Constant;
  readonly KINDS: Constant;
  readonly STEPS_MAX: Constant;
  decode(
    bytes: number,
    start: number,
    from: number,
    to: number,
    first: number,
    count: number,
    now: number,
    before: number,
    high: number,
    low: number,
    window: number,
    stored: number,
  ): number;
  dropStale(count: number): number;
  rates(
    count: number,
    steps: number,
    range: number,
    rateSeconds: number,
    isCounter: number,
  ): number;
}

declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const code = new WebAssembly.Module(Buffer.from(DECODE_CODE, "base64"));
const kernel = new WebAssembly.Instance(code).exports as Kernel;
const { buffer } = kernel.memory;
const INPUT_BYTES_MAX = kernel.INPUT_BYTES_MAX.value;
const SAMPLES_MAX = kernel.SAMPLES_MAX.value;
const STEPS_MAX = kernel.STEPS_MAX.value;
const input = new Uint8Array(buffer, kernel.INPUT.value, INPUT_BYTES_MAX);
const times = new Float64Array(buffer, kernel.TIMES.value, SAMPLES_MAX);
const values = new Float64Array(buffer, kernel.VALUES.value, SAMPLES_MAX);
const bits = new Uint32Array(buffer, kernel.VALUES.value, 2 * SAMPLES_MAX);
const ends = new Float64Array(buffer, kernel.ENDS.value, STEPS_MAX);
const rates = new Float64Array(buffer, kernel.RATES.value, STEPS_MAX);
const kinds = new Uint8Array(buffer, kernel.KINDS.value, STEPS_MAX);

const TIME_MAX = Number.MAX_SAFE_INTEGER;
/** Samples in all windows of a series that are looked at in one go: 2 ms at most. */
const WINDOW_SAMPLES_MAX = 1_000_000;
/** Up to here a loop over bytes is faster than a call that copies. */
const SHORT_BYTES = 48;

/** A stream as a reader captured it. */
export interface CapturedStream {
  /** Region of the heap, and where in it the stream starts. */
  bytes: Uint8Array;
  start: number;
  byteLength: number;
  count: number;
}

function copyInput(bytes: Uint8Array, from: number, length: number): void {
  if (length > SHORT_BYTES) {
    input.set(bytes.subarray(from, from + length));
    return;
  }
  for (let i = 0; i < length; i++) input[i] = bytes[from + i]!;
}

function fitsKernel(stream: CapturedStream, state: DecoderState, stored: number): boolean {
  const samples = stored + stream.count - state.index + 1;
  return stream.byteLength - (state.position >>> 3) <= INPUT_BYTES_MAX && samples <= SAMPLES_MAX;
}

/**
 * Decodes a stream that fits behind the first `stored` samples in the kernel's columns. Returns
 * twice the number of samples there then, plus 1 when there may be a stale marker among the new.
 */
function decodeInto(
  stored: number,
  stream: CapturedStream,
  state: DecoderState,
  fromMs: number,
  toMs: number,
): number {
  const skipped = state.position >>> 3;
  const length = stream.byteLength - skipped;
  copyInput(stream.bytes, stream.start + skipped, length);
  return kernel.decode(
    length,
    state.position & 7,
    Math.max(fromMs, -TIME_MAX),
    Math.min(toMs, TIME_MAX),
    state.index,
    stream.count,
    state.time,
    state.previous,
    state.high | 0,
    state.low | 0,
    state.leading | (state.size << 8),
    stored,
  );
}

/**
 * Decodes a stream from a state on and appends the samples with fromMs <= time <= toMs to `into`.
 * In a state behind sample 0 that sample is among them.
 */
export function decodeStream(
  stream: CapturedStream,
  state: DecoderState,
  fromMs: number,
  toMs: number,
  into: SampleColumns,
): void {
  if (!fitsKernel(stream, state, 0)) {
    decodePlainly(stream, state, fromMs, toMs, into);
    return;
  }
  const packed = decodeInto(0, stream, state, fromMs, toMs);
  into.append(times, values, packed >>> 1, (packed & 1) === 1);
}

/** The same for the newest of the samples; returns whether there is one. */
export function decodeNewestOf(
  stream: CapturedStream,
  state: DecoderState,
  fromMs: number,
  toMs: number,
  into: SampleColumns,
): boolean {
  if (!fitsKernel(stream, state, 0)) {
    const before = into.length;
    decodePlainly(stream, state, fromMs, toMs, into);
    if (into.length === before) return false;
    into.keepLast(before);
    return true;
  }
  const last = (decodeInto(0, stream, state, fromMs, toMs) >>> 1) - 1;
  if (last < 0) return false;
  into.reserve(1);
  into.push(times[last]!, bits[2 * last + 1]!, bits[2 * last]!);
  return true;
}

/** Rates of one series whose chunks are decoded one after the other. */
export class KernelRates {
  private readonly request: RateRequest;
  private count = 0;
  private mayBeStale = false;

  constructor(request: RateRequest) {
    this.request = request;
  }

  /** Whether the kernel has room for so many steps. */
  get fits(): boolean {
    return this.request.ends.length <= STEPS_MAX;
  }

  /** Begins a series. Until finish() no other use of the kernel may come between. */
  begin(): void {
    this.count = 0;
    this.mayBeStale = false;
  }

  /** Decodes one more chunk of the series; false when it does not fit. */
  add(stream: CapturedStream, state: DecoderState, fromMs: number, toMs: number): boolean {
    if (!fitsKernel(stream, state, this.count)) return false;
    const packed = decodeInto(this.count, stream, state, fromMs, toMs);
    this.count = packed >>> 1;
    if ((packed & 1) === 1) this.mayBeStale = true;
    return true;
  }

  /**
   * Writes a result for every step; returns the number of samples looked at, or NOT_IN_KERNEL when
   * that may take so long that it must be done in portions.
   */
  finish(into: RateResult): number {
    if (this.mayBeStale) this.count = kernel.dropStale(this.count);
    if (this.windowSamples() > WINDOW_SAMPLES_MAX) return NOT_IN_KERNEL;
    const { request } = this;
    const steps = request.ends.length;
    if (windowsOf !== request) {
      ends.set(request.ends);
      windowsOf = request;
    }
    const counter = request.isCounter ? 1 : 0;
    const found =
      this.count < 2
        ? 0
        : kernel.rates(this.count, steps, request.rangeMs, request.rateSeconds, counter);
    if (found === 0) {
      into.kinds.fill(0);
      return this.count;
    }
    into.values.set(steps === STEPS_MAX ? rates : rates.subarray(0, steps));
    into.kinds.set(kinds.subarray(0, steps));
    return this.count;
  }

  /** About how many samples all windows have, each of which may be a reset to be added. */
  private windowSamples(): number {
    const { request, count } = this;
    if (!request.isCounter || count < 2) return 0;
    const share = Math.min(1, request.rangeMs / (times[count - 1]! - times[0]!));
    return share * count * request.ends.length;
  }
}

/** The request whose windows are in the kernel's memory. */
let windowsOf: RateRequest | null = null;

function decodePlainly(
  { bytes, start, count }: CapturedStream,
  state: DecoderState,
  fromMs: number,
  toMs: number,
  into: SampleColumns,
): void {
  into.reserve(count - state.index + 1);
  const { index, previous } = state;
  if (index === 1 && previous >= fromMs && previous <= toMs) {
    into.push(previous, state.high, state.low);
  }
  decodeSamples(bytes, start, count, state, fromMs, toMs, into);
}
