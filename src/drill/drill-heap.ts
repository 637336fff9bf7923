/**
 * The heap of a drill: Go's, with every collection swept at once, and a log of what was done.
 *
 * A real collector sweeps beside the program, as fast as it happens to run. Here a cycle that
 * starts within an allocation or on its timer is swept before anything else happens, so that the
 * same operations give the same heap anywhere, real Go included (runtime.GC() sweeps at once too).
 *
 * I1  Between calls no span waits to be swept.
 * I2  With a log the heap behaves exactly as without.
 */
import type { Clock } from "../base/clock.ts";
import type { HeapAddress } from "../base/units.ts";
import { GoHeap } from "../heap/go-heap.ts";
import { rulesOfGoVersion } from "../heap/go-rules.ts";
import { HeapMemory } from "../heap/heap-memory.ts";
import type { OperationLog } from "./operation-log.ts";
import type { Scenario } from "./scenario.ts";

export class DrillHeap extends GoHeap {
  private readonly log: OperationLog | null;

  constructor(scenario: Scenario, clock: Clock, log: OperationLog | null) {
    super({
      rules: rulesOfGoVersion(scenario.goVersion),
      gogcPercent: scenario.gogcPercent,
      limitBytes: 0,
      memory: new HeapMemory(),
      clock,
    });
    this.log = log;
  }

  override allocate(capacity: number): HeapAddress {
    const cycles = this.cycleCount;
    const address = super.allocate(capacity);
    this.log?.allocated(address, capacity);
    if (this.cycleCount !== cycles) this.sweepAtOnce();
    return address;
  }

  override allocateMany(capacity: number, count: number, into: Float64Array): void {
    for (let i = 0; i < count; i++) into[i] = this.allocate(capacity);
  }

  override drop(address: HeapAddress, capacity: number): void {
    super.drop(address, capacity);
    this.log?.dropped(address);
  }

  override grownCapacity(capacity: number, needed: number): number {
    this.log?.asked(capacity, needed);
    return super.grownCapacity(capacity, needed);
  }

  override collect(): void {
    super.collect();
    this.log?.collected();
  }

  override startCollection(): boolean {
    const started = super.startCollection();
    if (started) this.sweepAtOnce();
    return started;
  }

  override background(): boolean {
    const cycles = this.cycleCount;
    const isBusy = super.background(Number.POSITIVE_INFINITY);
    if (this.cycleCount !== cycles) this.log?.collected();
    return isBusy;
  }

  private sweepAtOnce(): void {
    this.sweeper.finish();
    this.log?.collected();
  }
}
