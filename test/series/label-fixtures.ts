/** Label sets as bytes, the way a sender writes them. */
const encoder = new TextEncoder();

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

function field(tag: number, bytes: Uint8Array | number[]): number[] {
  return [tag, ...varint(bytes.length), ...bytes];
}

/** Label fields in the given order. */
export function labelBytes(pairs: readonly (readonly [string, string])[]): Uint8Array {
  return Uint8Array.from(
    pairs.flatMap(([name, value]) =>
      field(0x0a, [...field(0x0a, encoder.encode(name)), ...field(0x12, encoder.encode(value))]),
    ),
  );
}
