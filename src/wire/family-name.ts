/**
 * The metric family of a series. Remote write 2.0 says of each series what kind of metric it is of,
 * and a histogram's series are named after the family with an ending; 1.0 and Prometheus' metadata
 * go by the family.
 *
 * Units: offsets are bytes.
 */

const encoder = new TextEncoder();
const endings = (...texts: string[]) => texts.map((text) => encoder.encode(text));

/** Endings by MetricType: 3 histogram, 4 gauge histogram, 5 summary. */
const ENDINGS: readonly (readonly Uint8Array[] | undefined)[] = [
  ...[undefined, undefined, undefined],
  endings("_bucket", "_count", "_sum"),
  endings("_bucket", "_gcount", "_gsum"),
  endings("_count", "_sum"),
];

/** Where the family's name ends in the name of a series of floats, which is in [from, to). */
export function familyNameEnd(bytes: Uint8Array, from: number, to: number, type: number): number {
  for (const ending of ENDINGS[type] ?? []) {
    const start = to - ending.length;
    if (start > from && ending.every((byte, at) => bytes[start + at] === byte)) return start;
  }
  return to;
}
