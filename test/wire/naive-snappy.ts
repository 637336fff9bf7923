/**
 * Naive twin of the snappy decoder: byte by byte, straight from the format description.
 *
 * Also builds bodies out of elements, so that tests can say exactly which elements they mean.
 */

/** One element of a snappy block. `kind` of a copy is its tag: 1, 2 or 3. */
export type Element =
  | { readonly literal: Uint8Array; readonly lengthBytes?: number }
  | { readonly kind: 1 | 2 | 3; readonly bytes: number; readonly back: number };

/** The decoded bytes, or null for any body that is not one complete snappy block. */
export function naiveUncompress(body: Uint8Array): Uint8Array | null {
  const [length, headerBytes] = uvarint(body);
  if (headerBytes === 0) return null;
  const output: number[] = [];
  let at = headerBytes;
  while (at < body.length) {
    const tag = body[at++]!;
    if ((tag & 3) === 0) {
      let bytes = (tag >>> 2) + 1;
      if (bytes > 60) {
        const lengthBytes = bytes - 60;
        if (at + lengthBytes > body.length) return null;
        bytes = littleEndian(body, at, lengthBytes) + 1;
        at += lengthBytes;
      }
      if (at + bytes > body.length || output.length + bytes > length) return null;
      for (let i = 0; i < bytes; i++) output.push(body[at++]!);
    } else {
      const offsetBytes = [0, 1, 2, 4][tag & 3]!;
      if (at + offsetBytes > body.length) return null;
      const bytes = (tag & 3) === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
      const high = (tag & 3) === 1 ? (tag >>> 5) * 256 : 0;
      const back = high + littleEndian(body, at, offsetBytes);
      at += offsetBytes;
      if (back === 0 || back > output.length || output.length + bytes > length) return null;
      for (let i = 0; i < bytes; i++) output.push(output[output.length - back]!);
    }
  }
  return output.length === length ? Uint8Array.from(output) : null;
}

/** The body that declares `length` and holds `elements`. */
export function bodyOfElements(length: number, elements: readonly Element[]): Uint8Array {
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  for (const element of elements) {
    if ("literal" in element) pushLiteral(bytes, element.literal, element.lengthBytes ?? 0);
    else pushCopy(bytes, element.kind, element.bytes, element.back);
  }
  return Uint8Array.from(bytes);
}

function pushLiteral(bytes: number[], literal: Uint8Array, lengthBytes: number): void {
  if (lengthBytes === 0) {
    bytes.push((literal.length - 1) << 2);
  } else {
    bytes.push((59 + lengthBytes) << 2);
    pushLittleEndian(bytes, literal.length - 1, lengthBytes);
  }
  bytes.push(...literal);
}

function pushCopy(bytes: number[], kind: 1 | 2 | 3, length: number, back: number): void {
  if (kind === 1) {
    bytes.push(1 | ((length - 4) << 2) | ((back >>> 8) << 5), back & 255);
  } else {
    bytes.push(kind | ((length - 1) << 2));
    pushLittleEndian(bytes, back, kind === 2 ? 2 : 4);
  }
}

function pushLittleEndian(bytes: number[], value: number, count: number): void {
  for (let i = 0; i < count; i++) bytes.push(Math.floor(value / 256 ** i) % 256);
}

function littleEndian(body: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value += body[at + i]! * 256 ** i;
  return value;
}

/** Value and bytes of the leading varint; 0 bytes when it is cut off or passes 32 bits. */
function uvarint(body: Uint8Array): [value: number, bytes: number] {
  let value = 0;
  for (let i = 0; i < 5 && i < body.length; i++) {
    value += (body[i]! & 127) * 128 ** i;
    if (body[i]! < 128) return value < 2 ** 32 ? [value, i + 1] : [0, 0];
  }
  return [0, 0];
}
