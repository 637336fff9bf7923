/**
 * How an answer is packed, by the header Accept-Encoding (RFC 9110, 12.5.3).
 *
 * I1  The packing with the highest quality wins, among equals the one named first; a star stands
 *     for those that are not named. One of quality 0 is never used.
 */

/** The packings that there are, in the order in which a star takes them. */
const PACKINGS = ["gzip", "deflate"] as const;

export type Packing = (typeof PACKINGS)[number];

/** The packing for a reader with this header, or null for none. */
export function acceptedPacking(header: string): Packing | null {
  const qualities = new Map<string, number>();
  for (const range of header.toLowerCase().split(",")) {
    const [coding = "", ...parameters] = range.split(";").map((part) => part.trim());
    const quality = parameters.find((text) => text.startsWith("q="))?.slice(2) ?? "1";
    const name = coding === "x-gzip" ? "gzip" : coding;
    if (!qualities.has(name)) qualities.set(name, Number(quality) || 0);
  }
  const star = qualities.get("*") ?? 0;
  for (const packing of PACKINGS) if (!qualities.has(packing)) qualities.set(packing, star);
  let best: Packing | null = null;
  let bestQuality = 0;
  for (const [name, quality] of qualities) {
    const packing = PACKINGS.find((one) => one === name);
    if (packing === undefined || quality <= bestQuality) continue;
    best = packing;
    bestQuality = quality;
  }
  return best;
}
