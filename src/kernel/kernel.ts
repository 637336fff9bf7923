/**
 * Kernel: one shared memory and the WebAssembly code that works in it, on the way of every sample.
 *
 * The memory holds a request's body, decoded and scanned, and behind it the label bytes of every
 * series and the states of all chunks (layout.ts says where), so that one pass decides which series
 * a sample belongs to and another one stores it. What the code is and why it is not plain
 * TypeScript: docs/adr/0012-kernel-in-webassembly.md and 0028-samples-stored-in-webassembly.md.
 *
 * I1  All of the memory is there from the start; what was never written costs nothing.
 * I2  One request at a time: input, output and columns are overwritten by the next.
 *
 * Units: addresses and bytes.
 */
import { assert } from "../base/assert.ts";
import { APPEND_FROM_MS, KEYS_END, OUTPUT, SLACK_BYTES, STATE } from "./code/layout.ts";
import { KERNEL_CODE } from "./kernel-code.ts";

const MEMORY_BYTES_MAX = 2 ** 32;
const PAGE_BYTES = 65536;
const STATE_WORDS = 64;
const STATE_TIMES = 3;

/** The functions of src/kernel/code/kernel.ts. */
export interface KernelFunctions {
  expand(from: number, bodyEnd: number, outFrom: number, outEnd: number): number;
  scan(entriesMax: number): number;
  append(): void;
  layOut(): number;
  scan2(entriesMax: number): number;
  keepFamily(from: number, end: number, seed: number): void;
  forgetFamily(from: number, end: number, seed: number): void;
  plainLabelsEnd(from: number, end: number): number;
  equalBytes(left: number, right: number, bytes: number): number;
  hashBytes(from: number, to: number, seed: number): number;
  sharedPrefix(left: number, right: number, most: number): number;
  sharedSuffix(leftEnd: number, rightEnd: number, most: number): number;
  copyBytes(to: number, from: number, bytes: number): void;
  joinFields(list: number, count: number, table: number, to: number): number;
  splitLabels(from: number, to: number, seed: number): number;
  findKey(hash: number, at: number, length: number): number;
  reserveKeys(keys: number): void;
  addKey(hash: number, at: number, length: number, series: number): number;
  addWrittenKey(hash: number, length: number, series: number): number;
  dropKey(key: number): void;
  makeSeries(seed: number): number;
  endRuns(): void;
  fillFirst(capacity: number): void;
}

export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

declare const WebAssembly: {
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => SharedMemory;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (code: object, imports: object) => { readonly exports: unknown };
};

let compiled: object | null = null;

/** Functions over `memory`, compiled. */
export function compiledFunctions(memory: SharedMemory): KernelFunctions {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_CODE, "base64"));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as KernelFunctions;
}

export class Kernel {
  readonly functions: KernelFunctions;
  /** The words from STATE on and the times from APPEND_FROM_MS on, see layout.ts. */
  readonly state: Uint32Array;
  readonly stateTimes: Float64Array;
  /** All of the memory as bytes, and as words: the word at address A is words[A / 4]. */
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  private readonly memory: SharedMemory;
  private current: Uint8Array | null = null;

  /** `functionsOf` is for tests, which run the same code as plain TypeScript. */
  constructor(functionsOf: (memory: SharedMemory) => KernelFunctions = compiledFunctions) {
    const pages = MEMORY_BYTES_MAX / PAGE_BYTES;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.bytes = Buffer.from(this.memory.buffer);
    this.words = new Uint32Array(this.memory.buffer);
    this.functions = functionsOf(this.memory);
    this.state = this.wordsAt(STATE, STATE_WORDS);
    this.stateTimes = this.doublesAt(APPEND_FROM_MS, STATE_TIMES);
  }

  /** The bytes at OUTPUT while they are a request's: a view that only this request has. */
  get decoded(): Uint8Array | null {
    return this.current;
  }

  /** Says that the `length` bytes at OUTPUT are a request's now; gives the view of them. */
  setDecoded(length: number): Uint8Array {
    this.current = this.bytes.subarray(OUTPUT, OUTPUT + length);
    return this.current;
  }

  /** A column of `length` words at `address`, good for ever. */
  wordsAt(address: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, address, length);
  }

  /** A column of `length` doubles at `address`, good for ever. */
  doublesAt(address: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, length);
  }

  /** Says that keys lie up to `end`. */
  ensure(end: number): void {
    assert(end + SLACK_BYTES <= KEYS_END, "label bytes of series pass 1.4 GiB");
  }
}
