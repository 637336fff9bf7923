/**
 * A small store of two snapshots and a journal on a simulated disk, and starts from copies of that
 * disk that something was done to.
 */
import { expect } from "vitest";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { settled } from "../sim/manual-timers.ts";
import { type Sample, SimulatedNode } from "../sim/simulated-node.ts";

export const JOURNAL = "/data/journal";
export const SNAPSHOTS = "/data/snapshots";
const SERIES = ["a", "b"];
/** Requests before, between and behind the two snapshots; the last are in the journal alone. */
const REQUESTS = [1, 1, 2];
/** Samples of a request. */
export const REQUEST_SAMPLES = SERIES.length;
/** Samples of all requests. */
export const ALL_SAMPLES = REQUESTS.reduce((sum, count) => sum + count) * REQUEST_SAMPLES;

/** What a start found. */
export interface Found {
  readonly samples: number;
  /** Damaged places that were told of. */
  readonly damages: number;
}

export class DamagedStore {
  /** Every file of snapshots and journal. */
  readonly names: readonly string[];
  private readonly node: SimulatedNode;

  private constructor(node: SimulatedNode, names: readonly string[]) {
    this.node = node;
    this.names = names;
  }

  /** Writes the store; its process was killed then. */
  static async written(): Promise<DamagedStore> {
    const node = new SimulatedNode(new MemoryDisk(1), "always");
    expect(await node.start()).toBe(true);
    for (const [turn, count] of REQUESTS.entries()) {
      if (turn > 0) await node.engine!.snapshot();
      for (let i = 0; i < count; i++) {
        node.clock.advance(1000);
        const timeMs = node.clock.nowMs();
        await node.send(SERIES.map((series): Sample => [series, timeMs, timeMs % 977]));
      }
    }
    await settled();
    await node.vanish("kill");
    const names = [
      ...(await node.disk.list(JOURNAL)).map((name) => `${JOURNAL}/${name}`),
      ...(await node.disk.list(SNAPSHOTS)).map((name) => `${SNAPSHOTS}/${name}`),
    ];
    return new DamagedStore(node, names);
  }

  /** A disk with all files. */
  disk(): MemoryDisk {
    return this.node.disk.copy();
  }

  lengthOf(name: string): Promise<number> {
    return this.node.disk.size(name);
  }

  /** Starts from a disk; fails when it does not, or has what was not sent. */
  async start(disk: MemoryDisk): Promise<Found> {
    const node = new SimulatedNode(disk, "always");
    node.clock.advance(this.node.clock.nowMs() - node.clock.nowMs());
    expect(await node.start()).toBe(true);
    const found = node.found();
    expect(this.node.sent.faultOf(found, "durable", Number.POSITIVE_INFINITY)).toBeNull();
    const { persistence } = node.engine!;
    const damages =
      persistence.journal.replayed.damage.length + (persistence.restored?.damage.length ?? 0);
    node.timers.clear();
    const samples = [...found.values()].reduce((sum, times) => sum + times.size, 0);
    return { samples, damages };
  }
}
