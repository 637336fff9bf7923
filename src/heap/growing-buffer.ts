/**
 * One shared buffer that grows without moving what is in it.
 *
 * I1  Every byte once readable keeps its value when the buffer grows.
 * I2  `buffer` is replaced on growth; old views stay valid for what they cover but see no new
 *     bytes, so owners make their views again whenever `ensure` says so.
 *
 * A small buffer is a plain SharedArrayBuffer and is copied to grow. From 1 MiB on it is a shared
 * WebAssembly.Memory, whose growth copies nothing and whose new pages cost real memory only when
 * written: a table of a million spans doubles in microseconds, not in tens of milliseconds.
 *
 * Units: bytes.
 */
import { assert } from "../base/assert.ts";

interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(delta: number): number;
}

declare const WebAssembly: {
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => SharedMemory;
};

/** Most bytes that one buffer can have. */
export const GROWING_BUFFER_BYTES_MAX = 2 ** 32;
const WASM_PAGE_BYTES = 65536;
const WASM_PAGES_MAX = GROWING_BUFFER_BYTES_MAX / WASM_PAGE_BYTES;
const SMALL_BYTES_MAX = 1 << 20;
const FIRST_BYTES = 4096;

export class GrowingBuffer {
  /** The bytes; see I2. */
  buffer: SharedArrayBuffer;
  /** Length of `buffer`, which costs a call into V8 to ask for. */
  private haveBytes = 0;
  private memory: SharedMemory | null = null;

  /** Starts with no bytes; `direct` skips the small copied stage. */
  constructor(direct = false) {
    this.buffer = new SharedArrayBuffer(0);
    if (direct) this.switchToMemory();
  }

  /** Makes bytes 0..bytes-1 exist, zero when new. True when `buffer` was replaced. */
  ensure(bytes: number): boolean {
    const have = this.haveBytes;
    if (bytes <= have) return false;
    assert(bytes <= GROWING_BUFFER_BYTES_MAX, "a growing buffer ends at 4 GiB");
    if (this.memory === null && bytes <= SMALL_BYTES_MAX) {
      this.copyTo(new SharedArrayBuffer(Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(bytes)))));
      return true;
    }
    if (this.memory === null) this.switchToMemory();
    this.growMemory(Math.max(bytes, Math.min(have * 1.25, GROWING_BUFFER_BYTES_MAX)));
    return true;
  }

  /** Makes exactly the 64 KiB pages exist that hold bytes 0..bytes-1. */
  ensureExactly(bytes: number): void {
    assert(this.memory !== null, "exact growth is for direct buffers");
    if (bytes > this.haveBytes) this.growMemory(bytes);
  }

  /** A copy of the bytes, free to grow on its own. */
  clone(): GrowingBuffer {
    const copy = new GrowingBuffer();
    copy.ensure(this.haveBytes);
    new Uint8Array(copy.buffer).set(new Uint8Array(this.buffer));
    return copy;
  }

  private switchToMemory(): void {
    const old = this.buffer;
    this.memory = new WebAssembly.Memory({ initial: 0, maximum: WASM_PAGES_MAX, shared: true });
    if (old.byteLength > 0) this.growMemory(old.byteLength);
    this.exchange(this.memory.buffer);
    new Uint8Array(this.buffer).set(new Uint8Array(old));
  }

  private growMemory(bytes: number): void {
    const memory = this.memory!;
    const have = memory.buffer.byteLength / WASM_PAGE_BYTES;
    const want = Math.ceil(bytes / WASM_PAGE_BYTES);
    assert(memory.grow(want - have) === have, "memory grew from an unexpected size");
    this.exchange(memory.buffer);
  }

  private copyTo(next: SharedArrayBuffer): void {
    new Uint8Array(next).set(new Uint8Array(this.buffer));
    this.exchange(next);
  }

  private exchange(next: SharedArrayBuffer): void {
    this.buffer = next;
    this.haveBytes = next.byteLength;
  }
}
