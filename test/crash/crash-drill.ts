/**
 * The crash drill: a real process under load is killed with SIGKILL at a random moment, started
 * again, and asked for everything that it ever acknowledged. Again and again on one data directory.
 *
 * What must hold after every start: no acknowledged sample is missing, none is there twice, none is
 * there that was not sent; then writing resumes.
 *
 * Units: …Ms milliseconds, …Seconds seconds.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Prng } from "../../src/base/prng.ts";
import { CrashSender, valueOf } from "./crash-sender.ts";

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
const READY_MS = 60_000;
/** A round in so many ends in order, or is followed by no load at all. */
const ODD_ROUND = 10;
const SYNCS = ["always", "interval"] as const;

interface QuerySeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

class CrashDrill {
  private readonly options: CrashDrillOptions;
  private readonly random: Prng;
  private readonly directory = mkdtempSync(join(tmpdir(), "spandrel-crash-"));
  private readonly senders = Array.from({ length: SENDERS }, (_, i) => new CrashSender(i));
  private child: ChildProcess | null = null;
  private output = "";
  private checkedSamples = 0;
  private longestStartSeconds = 0;
  private readonly startedMs = Date.now();

  constructor(options: CrashDrillOptions) {
    this.options = options;
    this.random = new Prng(options.seed);
  }

  async run(): Promise<CrashDrillResult> {
    const { rounds, log } = this.options;
    try {
      for (let round = 0; round <= rounds; round++) {
        const sync = SYNCS[round % 2]!;
        const url = await this.start(sync);
        const samples = await this.check(url);
        log(`round ${round} (${sync}): ${samples} samples as acknowledged`);
        if (round < rounds) await this.loadAndKill(url);
      }
    } catch (error) {
      throw new Error(`${String(error)}\n${this.output.slice(-4000)}`, { cause: error });
    } finally {
      this.child?.kill("SIGKILL");
      rmSync(this.directory, { recursive: true, force: true });
    }
    const acknowledgedSamples = this.senders.reduce(
      (sum, sender) => sum + sender.acknowledged.length * sender.seriesCount,
      0,
    );
    const { checkedSamples, longestStartSeconds } = this;
    return { rounds, acknowledgedSamples, checkedSamples, longestStartSeconds };
  }

  /** Starts the process and gives its address when it is ready. */
  private async start(sync: string): Promise<string> {
    const [program = "", ...first] = this.options.command;
    const flags = [
      "serve",
      "--web.listen-address=127.0.0.1:0",
      `--storage.path=${this.directory}`,
      `--journal.sync=${sync}`,
      "--journal.max-replay-samples=1000",
      "--snapshot.interval=10s",
      "--log.format=json",
    ];
    const startMs = performance.now();
    this.output = "";
    this.child = spawn(program, [...first, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on("data", (part) => {
        this.output += String(part);
      });
    }
    for (;;) {
      if (this.child.exitCode !== null) throw new Error("the process ended while it started");
      if (performance.now() - startMs > READY_MS) throw new Error("the process is not ready");
      const page = /"page":"([^"]+)"/.exec(this.output)?.[1];
      const answer = page === undefined ? null : await fetch(`${page}/-/ready`).catch(() => null);
      if (answer?.ok) {
        const seconds = (performance.now() - startMs) / 1000;
        this.longestStartSeconds = Math.max(this.longestStartSeconds, seconds);
        return page!;
      }
      await sleep(20);
    }
  }

  private async loadAndKill(url: string): Promise<void> {
    const { random } = this;
    const child = this.child!;
    const gone = new Promise((resolve) => child.once("close", resolve));
    let isOver = false;
    const path = `${url}/api/v1/write`;
    const sending = this.senders.map((sender) => sender.send(path, () => isOver));
    await sleep(random.below(LOAD_MS_MAX));
    if (random.below(ODD_ROUND) === 0) {
      isOver = true;
      await Promise.all(sending);
      child.kill("SIGTERM");
      // Sometimes it is killed while it writes its last snapshot.
      if (random.below(2) === 0) await sleep(random.below(60)).then(() => child.kill("SIGKILL"));
    } else child.kill("SIGKILL");
    await gone;
    isOver = true;
    await Promise.all(sending);
  }

  /** Compares everything stored with everything sent; gives the number of samples. */
  private async check(url: string): Promise<number> {
    let samples = 0;
    const seconds = Math.ceil((Date.now() - this.startedMs) / 1000) + 5;
    for (const [number, sender] of this.senders.entries()) {
      const query = `crash{sender="${number}"}[${seconds}s]`;
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data } = (await answer.json()) as { data: { result: QuerySeries[] } };
      const acknowledged = sender.acknowledged.length;
      if (acknowledged > 0 && data.result.length !== sender.seriesCount) {
        throw new Error(`${data.result.length} series of sender ${number} are there`);
      }
      for (const series of data.result) samples += checkSeries(number, sender, series);
    }
    this.checkedSamples += samples;
    return samples;
  }
}

/** Throws when a series has not exactly what it must and may have; gives its samples. */
function checkSeries(number: number, sender: CrashSender, series: QuerySeries): number {
  const name = `sender ${number}, series ${series.metric["series"]}`;
  const found = new Set<number>();
  for (const [seconds, text] of series.values) {
    const timeMs = Math.round(seconds * 1000);
    if (found.has(timeMs)) throw new Error(`${name}: ${timeMs} is there twice`);
    found.add(timeMs);
    const value = valueOf(number, Number(series.metric["series"]), timeMs);
    if (Number(text) !== value) throw new Error(`${name}: ${timeMs} is ${text}; want ${value}`);
  }
  for (const timeMs of sender.acknowledged) {
    if (!found.delete(timeMs))
      throw new Error(`${name}: ${timeMs} was acknowledged and is missing`);
  }
  for (const timeMs of found) {
    if (!sender.unanswered.has(timeMs)) throw new Error(`${name}: ${timeMs} was never sent`);
  }
  return series.values.length;
}

/** Runs the drill; rejects with what was wrong and the end of the process' log. */
export function runCrashDrill(options: CrashDrillOptions): Promise<CrashDrillResult> {
  return new CrashDrill(options).run();
}
