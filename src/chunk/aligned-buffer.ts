/**
 * Shared buffers for records that are one cache line long.
 *
 * A SharedArrayBuffer starts 16 bytes behind a line, so that every 64-byte record lies on two; the
 * memory of WebAssembly starts on a page. With 100,000 chunks that is a tenth of the cost of an
 * append. It reserves address space in large pieces, so small buffers do without.
 *
 * Units: bytes.
 */

const WASM_PAGE_BYTES = 65536;
/** Below this records fit in the cache anyway. */
const ALIGNED_BYTES_MIN = 1 << 20;
const WASM_PAGES_MAX = 65536;

declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
}

/** A shared buffer of at least `bytes`, full of zeros; on a page when it is 1 MiB or more. */
export function alignedSharedBuffer(bytes: number): SharedArrayBuffer {
  const pages = Math.ceil(bytes / WASM_PAGE_BYTES);
  if (bytes < ALIGNED_BYTES_MIN || pages > WASM_PAGES_MAX) return new SharedArrayBuffer(bytes);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer;
}
