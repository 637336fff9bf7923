/**
 * The crash drill: a real process under load is killed with SIGKILL at a random moment, started
 * again, and asked for everything that it ever acknowledged. Again and again on one data directory.
 *
 * What must hold after every start: no acknowledged sample is missing, none is there twice, none is
 * there that was not sent; then writing resumes.
 *
 * Units: …Ms milliseconds, …Seconds seconds.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Prng } from "../../src/base/prng.ts";
import { checkSenders } from "./crash-check.ts";
import { CrashProcess } from "./crash-process.ts";
import { CrashSender } from "./crash-sender.ts";

export interface CrashDrillOptions {
  readonly rounds: number;
  readonly seed: number;
  /** The program with its first arguments: what is killed. */
  readonly command: readonly string[];
  readonly log: (line: string) => void;
}

export interface CrashDrillResult {
  readonly rounds: number;
  readonly acknowledgedSamples: number;
  readonly checkedSamples: number;
  readonly longestStartSeconds: number;
}

const SENDERS = 4;
const LOAD_MS_MAX = 1200;
/** One round in so many ends in order. */
const ODD_ROUND = 10;
const SYNCS = ["always", "interval"] as const;
/** Snapshots come often, so that kills meet them. */
const FLAGS = ["--journal.max-replay-samples=1000", "--snapshot.interval=10s"];

class CrashDrill {
  private readonly options: CrashDrillOptions;
  private readonly random: Prng;
  private readonly directory = mkdtempSync(join(tmpdir(), "spandrel-crash-"));
  private readonly senders = Array.from({ length: SENDERS }, (_, i) => new CrashSender(i));
  private readonly process: CrashProcess;
  private readonly startedMs = Date.now();
  private checkedSamples = 0;

  constructor(options: CrashDrillOptions) {
    this.options = options;
    this.random = new Prng(options.seed);
    this.process = new CrashProcess(options.command, this.directory);
  }

  async run(): Promise<CrashDrillResult> {
    const { rounds, log } = this.options;
    try {
      for (let round = 0; round <= rounds; round++) {
        const sync = SYNCS[round % 2]!;
        const url = await this.process.start(`--journal.sync=${sync}`, ...FLAGS);
        this.checkLog();
        const samples = await checkSenders(url, this.senders, this.startedMs);
        this.checkedSamples += samples;
        log(`round ${round} (${sync}): ${samples} samples as acknowledged`);
        if (round < rounds) await this.loadAndKill(url);
      }
    } catch (error) {
      const output = this.process.output.slice(-4000);
      throw new Error(`${String(error)}\n${output}`, { cause: error });
    } finally {
      this.process.signal("SIGKILL");
      await this.process.end();
      if (process.env["CRASH_KEEP"] === undefined)
        rmSync(this.directory, { recursive: true, force: true });
    }
    const acknowledgedSamples = this.senders.reduce((sum, sender) => sum + sender.sampleCount, 0);
    const { longestStartSeconds } = this.process;
    return {
      rounds,
      acknowledgedSamples,
      checkedSamples: this.checkedSamples,
      longestStartSeconds,
    };
  }

  /** A kill damages nothing but, now and then, the write that was under way. */
  private checkLog(): void {
    for (const line of this.process.output.split("\n")) {
      const isTorn = line.includes("the journal ends within a record");
      if (line.includes("damaged") && !isTorn) throw new Error(line);
    }
  }

  private async loadAndKill(url: string): Promise<void> {
    const { random } = this;
    let isOver = false;
    const path = `${url}/api/v1/write`;
    const sending = this.senders.map((sender) => sender.send(path, () => isOver));
    await sleep(random.below(LOAD_MS_MAX));
    if (random.below(ODD_ROUND) === 0) {
      isOver = true;
      await Promise.all(sending);
      this.process.signal("SIGTERM");
      // Sometimes it is killed while it writes its last snapshot.
      if (random.below(2) === 0) await sleep(random.below(60));
      else await this.process.end();
    }
    this.process.signal("SIGKILL");
    await this.process.end();
    isOver = true;
    await Promise.all(sending);
  }
}

/** Runs the drill; rejects with what was wrong and the end of the process' log. */
export function runCrashDrill(options: CrashDrillOptions): Promise<CrashDrillResult> {
  return new CrashDrill(options).run();
}
