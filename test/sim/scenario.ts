/**
 * One simulated life of a store: requests, late and repeated ones, window turns, snapshots,
 * deletions, failing disks, stops, kills and losses of power; at the end the disk is stopped at an
 * operation of its own, and what comes back is compared with what was sent.
 *
 * Everything follows from the seed. Units: …Ms milliseconds.
 */
import type { Disk } from "../../src/base/disk.ts";
import { type DiskOperation, type FaultCode, MemoryDisk } from "../../src/base/memory-disk.ts";
import { Prng } from "../../src/base/prng.ts";
import type { EngineSettings } from "../../src/engine/engine.ts";
import { settled } from "./manual-timers.ts";
import { type Sample, SimulatedNode } from "./simulated-node.ts";

export interface ScenarioOptions {
  readonly seed: number;
  readonly sync: EngineSettings["journalSync"];
  /** What ends it. */
  readonly loss: "kill" | "power";
  /** Steps before the end. */
  readonly steps: number;
  /** The disk operation that finds the machine down; all of them when absent. */
  readonly crashAt?: number;
  /** Makes what the engine sees of the disk: to plant a bug. */
  readonly see?: (disk: MemoryDisk) => Disk;
}

export interface ScenarioResult {
  /** What is wrong, or null. */
  readonly fault: string | null;
  /** Disk operations of the whole life. */
  readonly operations: number;
  readonly samples: number;
}

const SERIES = ["a", "b", "c", "e", "f", "g"];
const DELETED_SERIES = ["d0", "d1"];
const LATE_MS_MAX = 4 * 60_000;
const FAULT_OPERATIONS: readonly DiskOperation[] = ["append", "sync", "open", "rename", "remove"];
const FAULT_CODES: readonly FaultCode[] = ["EIO", "ENOSPC", "EROFS"];

class Scenario {
  readonly node: SimulatedNode;
  private readonly options: ScenarioOptions;
  private readonly random: Prng;
  private readonly unanswered: Sample[][] = [];
  private count = 0;

  constructor(options: ScenarioOptions) {
    this.options = options;
    this.random = new Prng(options.seed);
    const disk = new MemoryDisk(options.seed + 1);
    this.node = new SimulatedNode(disk, options.sync, options.see?.(disk));
    if (options.crashAt !== undefined) disk.crashAt = options.crashAt;
  }

  async run(): Promise<ScenarioResult> {
    const { node, options } = this;
    await node.start();
    for (let step = 0; step < options.steps && node.fault === null; step++) {
      if (node.disk.operationCount >= (options.crashAt ?? Number.POSITIVE_INFINITY)) break;
      if (node.engine === null) break;
      await this.step();
    }
    const operations = node.disk.operationCount;
    let fault = node.fault ?? (await this.crash(options.loss));
    if (fault === null) fault = await this.goOn();
    return { fault, operations, samples: this.count };
  }

  private async step(): Promise<void> {
    const { random, node } = this;
    const dice = random.below(100);
    if (dice < 55) await this.write();
    else if (dice < 62) await this.repeat();
    else if (dice < 84) await this.passTime();
    else if (dice < 90) void node.engine!.snapshot().catch(() => {});
    else if (dice < 92) void node.delete(DELETED_SERIES[random.below(2)]!);
    else if (dice < 93) void node.engine!.cleanTombstones().catch(() => {});
    else if (dice < 96) this.armFault();
    else if (dice < 98) await this.stop();
    else await this.crashOnTheWay();
    if (random.below(2) === 0) await settled();
  }

  /** One to three requests at once, some of them not waited for. */
  private async write(): Promise<void> {
    const sends: Promise<void>[] = [];
    for (let left = 1 + this.random.below(3); left > 0; left--) sends.push(this.sendOne());
    if (this.random.below(3) > 0) await Promise.all(sends);
    this.node.clock.advance(1 + this.random.below(900));
  }

  private async sendOne(): Promise<void> {
    const { random, node } = this;
    const samples: Sample[] = [];
    for (const series of SERIES) {
      if (random.below(3) === 0) continue;
      const lateMs = random.below(8) === 0 ? random.below(LATE_MS_MAX) : 0;
      samples.push(sampleOf(series, node.clock.nowMs() - lateMs));
    }
    for (const series of DELETED_SERIES) {
      if (random.below(3) === 0) samples.push(sampleOf(series, node.clock.nowMs()));
    }
    node.clock.advance(1);
    this.count += samples.length;
    if (!(await node.send(samples))) this.unanswered.push(samples);
  }

  /** Sends again what was not acknowledged, as senders do. */
  private async repeat(): Promise<void> {
    const samples = this.unanswered.shift();
    if (samples === undefined) return;
    const known = samples.filter(([series]) => SERIES.includes(series));
    const kept = known.filter(([, timeMs]) => timeMs > this.node.clock.nowMs() - LATE_MS_MAX);
    if (kept.length > 0 && !(await this.node.send(kept))) this.unanswered.push(kept);
  }

  private async passTime(): Promise<void> {
    const { random, node } = this;
    const ms = random.below(12) === 0 ? random.below(11 * 60_000) : random.below(3000);
    node.clock.advance(ms);
    await node.timers.advance(ms);
  }

  private armFault(): void {
    const { random } = this;
    this.node.disk.fail({
      code: FAULT_CODES[random.below(FAULT_CODES.length)]!,
      operation: FAULT_OPERATIONS[random.below(FAULT_OPERATIONS.length)]!,
      skip: random.below(4),
      times: 1 + random.below(4),
    });
  }

  private async stop(): Promise<void> {
    const { node } = this;
    await node.engine!.close().catch(() => {});
    const fault = await this.crash("kill");
    if (fault !== null) node.fault = fault;
  }

  private async crashOnTheWay(): Promise<void> {
    const loss = this.random.below(2) === 0 ? "kill" : "power";
    const fault = await this.crash(loss);
    if (fault !== null) this.node.fault = `on the way (${loss}): ${fault}`;
  }

  /** Ends the process, starts it again and compares; what is wrong in words, or null. */
  private async crash(loss: "kill" | "power"): Promise<string | null> {
    const { node } = this;
    const { crashAt } = node.disk;
    const isYetToCome = node.disk.operationCount < crashAt;
    await node.vanish(loss);
    if (isYetToCome) node.disk.crashAt = crashAt;
    node.clock.advance(1000);
    const hasStarted = await node.start();
    // A start that the machine went down in counts as another crash.
    if (node.disk.operationCount > node.disk.crashAt) return this.crash(loss);
    if (!hasStarted) return "the store does not start";
    const found = node.found();
    const sinceMs = node.engine!.store.head.oldestStartMs;
    const least = loss === "kill" ? "acknowledged" : "durable";
    const fault = node.sent.faultOf(found, least, sinceMs);
    // A start syncs what it has read, unless that is left to the system or fails.
    const isSynced = this.options.sync !== "off" && node.isWritable;
    node.sent.settle(found, loss === "power" || isSynced);
    this.unanswered.length = 0;
    return fault;
  }

  /** After the last crash writing resumes, and survives a kill. */
  private async goOn(): Promise<string | null> {
    const { node } = this;
    node.disk.crashAt = Number.POSITIVE_INFINITY;
    if (node.engine === null && !(await node.start())) return "the store does not start again";
    for (let i = 0; i < 3; i++) await this.sendOne();
    return this.crash("kill");
  }
}

function sampleOf(series: string, timeMs: number): Sample {
  // The value follows from series and time: a repeated sample has the same bits.
  return [series, timeMs, (timeMs % 1000) / 7 + series.charCodeAt(0)];
}

/** Lives one life; what was wrong with it, if anything. */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const scenario = new Scenario(options);
  try {
    return await scenario.run();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { fault: text, operations: scenario.node.disk.operationCount, samples: 0 };
  }
}
