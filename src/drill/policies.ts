/**
 * Restore policies: CAPACITY+ORDER, with "+copy" when each chunk is first read into a temporary
 * buffer of its length, and "+compact" when the heap is compacted from then on, as
 * --heap.compact-threshold does it.
 *
 * Capacity is what a restored slice is made with (src/chunk/chunk-state.ts), order is that of the
 * chunks in the snapshot, and so of their allocation (src/journal/chunk-orders.ts).
 */
import type { CapacityPolicy } from "../chunk/chunk-restore.ts";
import type { SnapshotOrder } from "../journal/snapshot-format.ts";

export interface Policy {
  readonly capacity: CapacityPolicy;
  readonly order: SnapshotOrder;
  /** Whether a temporary buffer lives while a chunk is restored. */
  readonly copies: boolean;
  /** Whether sparse spans are emptied from the restart on. */
  readonly compacts: boolean;
}

/** What packing must save before the heap is compacted: percent of heap_inuse. */
export const COMPACT_PERCENT = 2;

export const CAPACITIES: readonly CapacityPolicy[] = ["exact", "grow", "oneshot", "class"];
export const ORDERS: readonly SnapshotOrder[] = ["time", "series", "shuffled"];
const COPY = "copy";
const COMPACT = "+compact";

/** The incident, its cures one by one, what Spandrel does, and the incident compacted. */
export const DEFAULT_POLICIES =
  "exact+shuffled,exact+time,exact+time+copy,grow+time,class+shuffled,class+time," +
  "exact+shuffled+compact";

/** The name of a policy as it is written on the command line. */
export function policyName({ capacity, order, copies, compacts }: Policy): string {
  return `${capacity}+${order}${copies ? `+${COPY}` : ""}${compacts ? COMPACT : ""}`;
}

/** Every way to restore; nothing is compacted. */
export function allPolicies(): Policy[] {
  const compacts = false;
  return CAPACITIES.flatMap((capacity) =>
    ORDERS.flatMap((order) =>
      [false, true].map((copies) => ({ capacity, order, copies, compacts })),
    ),
  );
}

/** The policies of a list such as "exact+shuffled,class+time", or of "all"; undefined if none. */
export function parsePolicies(text: string): readonly Policy[] | undefined {
  if (text === "all") return allPolicies();
  const plain = allPolicies();
  const compacted = plain.map((policy) => ({ ...policy, compacts: true }));
  const byName = new Map([...plain, ...compacted].map((policy) => [policyName(policy), policy]));
  const found = text.split(",").map((name) => byName.get(name.trim()));
  const known = found.filter((policy) => policy !== undefined);
  return known.length === found.length ? [...new Set(known)] : undefined;
}
