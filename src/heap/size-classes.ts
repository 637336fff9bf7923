/**
 * Go's size classes: which slot size serves a request, and how many pages its spans have.
 *
 * I1  Class 0 is the large objects; classes 1..67 rise in slot size. Class 1 (8 bytes) cannot be
 *     reached by a byte slice but keeps its number, as in the runtime.
 * I2  The class of a request is the smallest one whose slot size is at least the request.
 *
 * Source: the runtime's generated table (sizeclasses.go), Go 1.16 and later; Go 1.15 has no
 * 24-byte class, which a profile marks as skipped rather than renumbered.
 *
 * Units: sizes are bytes, spans are 8 KiB pages.
 */
import { assert } from "../base/assert.ts";

export const CLASS_COUNT = 68;
export const LARGE_CLASS = 0;
export const TINY_CLASS = 2;
/** Requests below this share 16-byte blocks. */
export const TINY_BYTES = 16;
/** Class 3: the one that Go 1.15 lacks. */
export const CLASS_24_BYTES = 3;

/** Slot size and span pages, class by class from 1. */
// biome-ignore format: a table reads best as one
const TABLE: readonly (readonly [number, number])[] = [
  [8, 1], [16, 1], [24, 1], [32, 1], [48, 1], [64, 1], [80, 1], [96, 1], [112, 1], [128, 1],
  [144, 1], [160, 1], [176, 1], [192, 1], [208, 1], [224, 1], [240, 1], [256, 1], [288, 1],
  [320, 1], [352, 1], [384, 1], [416, 1], [448, 1], [480, 1], [512, 1], [576, 1], [640, 1],
  [704, 1], [768, 1], [896, 1], [1024, 1], [1152, 1], [1280, 1], [1408, 2], [1536, 1], [1792, 2],
  [2048, 1], [2304, 2], [2688, 1], [3072, 3], [3200, 2], [3456, 3], [4096, 1], [4864, 3],
  [5376, 2], [6144, 3], [6528, 4], [6784, 5], [6912, 6], [8192, 1], [9472, 7], [9728, 6],
  [10240, 5], [10880, 4], [12288, 3], [13568, 5], [14336, 7], [16384, 2], [18432, 9], [19072, 7],
  [20480, 5], [21760, 8], [24576, 3], [27264, 10], [28672, 7], [32768, 4],
];

assert(TABLE.length === CLASS_COUNT - 1, "the class table has 67 rows");

/** Slot size by class; 0 for class 0. */
export const SLOT_BYTES = Float64Array.from([0, ...TABLE.map(([size]) => size)]);
/**
 * By what an offset in a span is multiplied, and cut off, for the slot it lies in: a division takes
 * several times as long. Exact, as the offset has 17 bits and this 32. Source: class_to_divmagic.
 */
export const SLOTS_PER_BYTE = Float64Array.from([
  0,
  ...TABLE.map(([size]) => Math.ceil(2 ** 32 / size) / 2 ** 32),
]);
/** Span pages by class; 0 for class 0. */
export const SPAN_PAGES = Uint32Array.from([0, ...TABLE.map(([, pages]) => pages)]);
/** Largest slot size of all classes. */
export const SLOT_BYTES_MAX = 32768;

/** Class of every 8-byte step up to the largest slot; index = ceil(request / 8). */
export function classLookup(withoutClass: number): Uint8Array {
  const lookup = new Uint8Array(SLOT_BYTES_MAX / 8 + 1);
  let sizeClass = 1;
  for (let step = 0; step < lookup.length; step++) {
    while (SLOT_BYTES[sizeClass]! < step * 8 || sizeClass === withoutClass) sizeClass++;
    lookup[step] = sizeClass;
  }
  return lookup;
}
