/**
 * Scale bench: what spreading series over nodes costs in balance, in moves and in failures. A
 * simulation from a seed, no clock and no network: it backs the arithmetic of docs/scale.md.
 *
 * Series come from scrape targets whose sizes are lognormal, as those of a cluster are. They are
 * spread by each way that the configurations of deploy/cluster know, over nodes in three zones.
 *
 *   npm run bench:scale                    appends to bench/results/scale.jsonl
 *   npm run bench:scale -- --results none
 *
 * Units: counts of series; loads are as a multiple of the mean; shares are of all series.
 */
import { parseArgs } from "node:util";
import { type ClusterNode, shardPlan } from "../deploy/cluster/source/shard-plan.ts";
import { Prng } from "../src/base/prng.ts";
import { appendResult, printTable } from "./results.ts";

const SEED = 20_261_125;
const TARGETS = 4000;
const SERIES_OF_TARGET = 500;
/** Deviation of the logarithm of a target's series. */
const TARGET_SIGMA = 1;
const ZONES = 3;
const COPIES = 2;
const NODE_COUNTS = [3, 6, 12, 24, 48];
const SHARDS_OF_NODE = 64;

type Placement = (key: number) => readonly number[];

/** A way to spread series: by what, and onto which nodes. */
interface Way {
  readonly name: string;
  readonly byTarget: boolean;
  readonly place: (nodes: number) => Placement;
}

const zoneOf = (node: number) => node % ZONES;

function clusterOf(count: number): (ClusterNode & { index: number })[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    name: `spandrel-${index}`,
    zone: `zone-${zoneOf(index)}`,
  }));
}

/** Hash modulo nodes, the copy on the next node: what one writes down first. */
function modulo(nodes: number): Placement {
  return (key) => {
    const first = key % nodes;
    return Array.from({ length: COPIES }, (_, copy) => (first + copy) % nodes);
  };
}

/** The plan of deploy/cluster with a number of shards. */
function planned(shards: number): Way["place"] {
  return (nodes) => {
    const plan = shardPlan(clusterOf(nodes), shards, COPIES).map((owners) =>
      owners.map(({ index }) => index),
    );
    return (key) => plan[key % shards]!;
  };
}

const largest = Math.max(...NODE_COUNTS) * SHARDS_OF_NODE;
const WAYS: readonly Way[] = [
  { name: "series, modulo nodes", byTarget: false, place: modulo },
  { name: "series, 256 shards", byTarget: false, place: planned(256) },
  { name: `series, ${largest} shards`, byTarget: false, place: planned(largest) },
  { name: "targets, modulo nodes", byTarget: true, place: modulo },
  { name: `targets, ${largest} shards`, byTarget: true, place: planned(largest) },
];

/** What is spread: keys that were hashed already, with the series that each stands for. */
interface Spread {
  readonly keys: Uint32Array;
  readonly series: Uint32Array;
  readonly total: number;
}

function drawTargets(random: Prng): Uint32Array {
  return Uint32Array.from({ length: TARGETS }, () => {
    const normal =
      Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
    return Math.max(1, Math.round(SERIES_OF_TARGET * Math.exp(TARGET_SIGMA * normal)));
  });
}

function spreadOf(sizes: Uint32Array, byTarget: boolean, random: Prng): Spread {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const series = byTarget ? sizes : new Uint32Array(total).fill(1);
  return { keys: Uint32Array.from(series, () => random.uint32()), series, total };
}

/** Series of each node, those on `lost` nodes taken by nobody. */
function loadsOf({ keys, series }: Spread, place: Placement, nodes: number): Float64Array {
  const loads = new Float64Array(nodes);
  keys.forEach((key, i) => {
    for (const node of place(key)) loads[node] = loads[node]! + series[i]!;
  });
  return loads;
}

/** Share of the copies that change their node. */
function movedShare({ keys, series, total }: Spread, before: Placement, after: Placement): number {
  let moved = 0;
  keys.forEach((key, i) => {
    const old = before(key);
    for (const node of after(key)) if (!old.includes(node)) moved += series[i]!;
  });
  return moved / (total * COPIES);
}

/** Share of the series whose every copy is on a node of the zone. */
function lostShare({ keys, series, total }: Spread, place: Placement, zone: number): number {
  let lost = 0;
  keys.forEach((key, i) => {
    if (place(key).every((node) => zoneOf(node) === zone)) lost += series[i]!;
  });
  return lost / total;
}

/** Share of the series that any two nodes that fail together take with them, at worst. */
function worstPairShare({ keys, series, total }: Spread, place: Placement, nodes: number): number {
  const pairs = new Float64Array(nodes * nodes);
  keys.forEach((key, i) => {
    const [a = 0, b = 0] = place(key);
    const at = Math.min(a, b) * nodes + Math.max(a, b);
    pairs[at] = pairs[at]! + series[i]!;
  });
  return Math.max(...pairs) / total;
}

function measure(way: Way, nodes: number, spread: Spread) {
  const place = way.place(nodes);
  const loads = loadsOf(spread, place, nodes);
  const mean = (spread.total * COPIES) / nodes;
  const zones = Array.from({ length: ZONES }, (_, zone) => lostShare(spread, place, zone));
  return {
    way: way.name,
    nodes,
    highestLoad: Math.max(...loads) / mean,
    lowestLoad: Math.min(...loads) / mean,
    movedByOneMore: movedShare(spread, place, way.place(nodes + 1)),
    leastToMove: 1 / (nodes + 1),
    lostWithZone: Math.max(...zones),
    lostWithTwoNodes: worstPairShare(spread, place, nodes),
  };
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.01 && share > 0 ? 2 : 1)} %`;

const options = { results: { type: "string", default: "bench/results/scale.jsonl" } } as const;
const { values } = parseArgs({ options });
const sizes = drawTargets(new Prng(SEED));
const rows = WAYS.flatMap((way) => {
  const spread = spreadOf(sizes, way.byTarget, new Prng(SEED + 1));
  return NODE_COUNTS.map((nodes) => measure(way, nodes, spread));
});
printTable(
  rows.map((row) => ({
    "spread by": row.way,
    nodes: String(row.nodes),
    "highest load": row.highestLoad.toFixed(3),
    "lowest load": row.lowestLoad.toFixed(3),
    "moved by one more": percent(row.movedByOneMore),
    "least possible": percent(row.leastToMove),
    "lost with a zone": percent(row.lostWithZone),
    "lost with two nodes": percent(row.lostWithTwoNodes),
  })),
);
const series = sizes.reduce((sum, size) => sum + size, 0);
appendResult(values.results, { seed: SEED, targets: TARGETS, series, copies: COPIES, rows });
