/**
 * AssemblyScript's built-in names as functions over a DataView, so that src/kernel/decode runs as
 * plain TypeScript: i64 is a BigInt of 64 bits. Import this before the code.
 */
const MEMORY_BYTES = 10 * 65536;

/** The memory that the code works in. */
export const plainMemory = new ArrayBuffer(MEMORY_BYTES);
const view = new DataView(plainMemory);

const signed = (value: number | bigint) => BigInt.asIntN(64, BigInt(value));

function leadingZeros(word: bigint): bigint {
  const text = BigInt.asUintN(64, word).toString(2);
  return word === 0n ? 64n : BigInt(64 - text.length);
}

Object.assign(globalThis, {
  i32: Object.assign((value: bigint) => Number(BigInt.asIntN(32, value)), {
    load: (at: number) => view.getInt32(at, true),
    store: (at: number, value: number) => view.setInt32(at, value, true),
    store8: (at: number, value: number) => view.setUint8(at, value),
  }),
  u64: (value: number | bigint) => BigInt.asUintN(64, BigInt(value)),
  i64: Object.assign(signed, {
    clz: leadingZeros,
    load: (at: number) => view.getBigInt64(at, true),
    store: (at: number, value: bigint) => view.setBigUint64(at, BigInt.asUintN(64, value), true),
  }),
  f64: Object.assign((value: number | bigint) => Number(value), {
    load: (at: number) => view.getFloat64(at, true),
    store: (at: number, value: number) => view.setFloat64(at, value, true),
  }),
  v128: {
    load: (at: number) => new Uint8Array(plainMemory.slice(at, at + 16)),
    store: (at: number, bytes: Uint8Array) => new Uint8Array(plainMemory, at, 16).set(bytes),
  },
  i8x16: {
    shuffle: (left: Uint8Array, right: Uint8Array, ...lanes: number[]) =>
      Uint8Array.from(lanes, (lane) => (lane < 16 ? left[lane]! : right[lane - 16]!)),
  },
});
