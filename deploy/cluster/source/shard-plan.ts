/**
 * Which nodes hold which shard: rendezvous hashing over a fixed number of shards.
 *
 * A series belongs to a shard by its labels (hashmod, in whatever sends it), a shard to its owners
 * by this plan. A plain "hash modulo nodes" would move nearly every series when a node is added.
 *
 * I1  A shard's owners are different nodes, and of different zones while there are enough zones.
 * I2  Each node scores each shard by itself, so a node that comes takes its share from all others,
 *     and one that goes leaves its share to all others; nothing else moves.
 */

export interface ClusterNode {
  readonly name: string;
  /** What fails together: a zone, a rack, a machine. */
  readonly zone: string;
}

/** A number from 0 to 2^32 - 1 that is as good as drawn: FNV-1a, then murmur3's last steps. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The nodes that hold a shard, the first choice first. */
export function ownersOf<Node extends ClusterNode>(
  shard: number,
  nodes: readonly Node[],
  copies: number,
): Node[] {
  const scored = nodes.map((node) => ({ node, score: hashOf(`${node.name}/${shard}`) }));
  scored.sort((a, b) => b.score - a.score || (a.node.name < b.node.name ? -1 : 1));
  const owners: Node[] = [];
  const zones = new Set<string>();
  for (const { node } of scored) {
    if (owners.length === copies) return owners;
    if (zones.has(node.zone)) continue;
    zones.add(node.zone);
    owners.push(node);
  }
  const others = scored.map(({ node }) => node).filter((node) => !owners.includes(node));
  return [...owners, ...others].slice(0, copies);
}

/** The owners of every shard. */
export function shardPlan<Node extends ClusterNode>(
  nodes: readonly Node[],
  shards: number,
  copies: number,
): Node[][] {
  return Array.from({ length: shards }, (_, shard) => ownersOf(shard, nodes, copies));
}

/** The shards of a node, ascending. */
export function shardsOf(plan: readonly (readonly ClusterNode[])[], name: string): number[] {
  return plan.flatMap((owners, shard) =>
    owners.some((owner) => owner.name === name) ? [shard] : [],
  );
}
