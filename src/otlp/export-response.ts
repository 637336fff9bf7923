/**
 * The answer of OTLP to a request of which something was left out: ExportMetricsServiceResponse
 * with partial_success. A request that was stored whole is answered with no body at all.
 */
import { WireBytes } from "../wire/wire-bytes.ts";
import type { LeftOut } from "./translate-metrics.ts";

/** Reasons that are spelled out. */
const REASONS_MAX = 10;
const TAG_1 = 0x0a;
const TAG_2 = 0x12;
const REJECTED_TAG = 0x08;

/** What was left out: how many points, and why. */
export interface PartialSuccess {
  readonly rejectedPoints: number;
  readonly text: string;
}

/** Sums up what was left out; null when nothing was. */
export function partialSuccess(leftOut: Iterable<LeftOut>): PartialSuccess | null {
  const reasons = [...leftOut];
  if (reasons.length === 0) return null;
  const lines = reasons.slice(0, REASONS_MAX).map(({ reason, points }) => {
    return `${reason} (${points} ${points === 1 ? "point" : "points"})`;
  });
  if (reasons.length > REASONS_MAX) lines.push(`${reasons.length - REASONS_MAX} more reasons`);
  const rejectedPoints = reasons.reduce((sum, { points }) => sum + points, 0);
  return { rejectedPoints, text: lines.join("; ") };
}

/** The response in protobuf. */
export function responseProtobuf({ rejectedPoints, text }: PartialSuccess): Uint8Array {
  const inner = new WireBytes();
  if (rejectedPoints > 0) inner.number(REJECTED_TAG, rejectedPoints);
  const bytes = new TextEncoder().encode(text);
  inner.field(TAG_2, bytes, 0, bytes.length);
  const outer = new WireBytes();
  outer.field(TAG_1, inner.written(), 0, inner.length);
  return outer.written().slice();
}

/** The response in JSON; 64-bit numbers are texts there. */
export function responseJson({ rejectedPoints, text }: PartialSuccess): string {
  const partial = { rejectedDataPoints: String(rejectedPoints), errorMessage: text };
  return JSON.stringify({ partialSuccess: partial });
}
