/**
 * Kernel: one shared memory and the WebAssembly code that works in it, on the way of every sample.
 *
 * The memory holds a request's body, decoded and scanned, and behind it the label bytes of every
 * series (layout.ts says where), so that one pass decides which series a sample belongs to. What
 * the code is and why it is not plain TypeScript: docs/adr/0012-kernel-in-webassembly.md.
 *
 * I1  Memory grows without moving; views of it stay valid for what they cover. `words` and `bytes`
 *     are replaced when it grows.
 * I2  One request at a time: input, output and columns are overwritten by the next.
 *
 * Units: addresses and bytes.
 */
import { assert } from "../base/assert.ts";
import { FIRST_KEY, OUTPUT, SLACK_BYTES, STATE } from "./code/layout.ts";
import { KERNEL_CODE } from "./kernel-code.ts";

const MEMORY_BYTES_MAX = 2 ** 32;
const PAGE_BYTES = 65536;
const STEP_BYTES = 4 << 20;
const STATE_WORDS = 16;

/** The functions of src/kernel/code/kernel.ts. */
export interface KernelFunctions {
  expand(from: number, bodyEnd: number, outFrom: number, outEnd: number): number;
  scan(entriesMax: number): number;
  layOut(): number;
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
}

export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(delta: number): number;
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
  /** The state words of a scan, see layout.ts. */
  readonly state: Uint32Array;
  private readonly memory: SharedMemory;
  private mapped = 0;
  private current: Uint8Array | null = null;
  private wholeBytes: Buffer;
  private wholeWords: Uint32Array;

  /** `functionsOf` is for tests, which run the same code as plain TypeScript. */
  constructor(functionsOf: (memory: SharedMemory) => KernelFunctions = compiledFunctions) {
    const maximum = MEMORY_BYTES_MAX / PAGE_BYTES;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
    this.wholeBytes = Buffer.alloc(0);
    this.wholeWords = new Uint32Array(0);
    this.ensure(FIRST_KEY);
    this.functions = functionsOf(this.memory);
    this.state = new Uint32Array(this.memory.buffer, STATE, STATE_WORDS);
  }

  /** All of the memory as bytes; see I1. */
  get bytes(): Buffer {
    return this.wholeBytes;
  }

  /** All of the memory as words: the word at address A is words[A / 4]. */
  get words(): Uint32Array {
    return this.wholeWords;
  }

  /** The bytes at OUTPUT while they are a request's: a view that only this request has. */
  get decoded(): Uint8Array | null {
    return this.current;
  }

  /** Says that the `length` bytes at OUTPUT are a request's now; gives the view of them. */
  setDecoded(length: number): Uint8Array {
    this.current = this.wholeBytes.subarray(OUTPUT, OUTPUT + length);
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

  /** Makes every address below `end` readable and writable. */
  ensure(end: number): void {
    if (end + SLACK_BYTES <= this.mapped) return;
    const want = Math.ceil((end + SLACK_BYTES) / STEP_BYTES) * STEP_BYTES;
    assert(want <= MEMORY_BYTES_MAX, "label text passes 4 GiB");
    const have = this.memory.buffer.byteLength;
    this.memory.grow((want - have) / PAGE_BYTES);
    this.mapped = want;
    this.wholeBytes = Buffer.from(this.memory.buffer);
    this.wholeWords = new Uint32Array(this.memory.buffer);
  }
}
