/**
 * A Spandrel and a Prometheus that scrapes itself and Spandrel every second and remote-writes all
 * of it to Spandrel: the main job, with the real thing at the other end.
 *
 * Units: …Ms milliseconds, …Seconds seconds since the epoch.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { fetchText, RunningProcess } from "./running-process.ts";

const START_MS = 60_000;
/** How long samples may be on their way on a busy machine, and how often one looks for them. */
const ARRIVAL_MS = 120_000;
const LOOK_MS = 1000;

/** One series' samples as both servers answer them: time in seconds and the value's text. */
export type Samples = Map<string, Map<number, string>>;

interface MatrixReply {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      /** Absent in series of native histograms. */
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

export class PrometheusPair {
  readonly directory = mkdtempSync(join(tmpdir(), "spandrel-pair-"));
  spandrelPort = 0;
  prometheusPort = 0;
  private spandrel: RunningProcess | null = null;
  private prometheus: RunningProcess | null = null;

  /** Starts Spandrel, on the same port and data as before if it ran already. */
  async startSpandrel(...flags: string[]): Promise<void> {
    if (this.spandrelPort === 0) this.spandrelPort = await freePort();
    this.spandrel = new RunningProcess(process.execPath, [
      "dist/main.js",
      "serve",
      `--web.listen-address=127.0.0.1:${this.spandrelPort}`,
      `--storage.path=${join(this.directory, "spandrel")}`,
      "--web.enable-admin-api",
      ...flags,
    ]);
    await this.spandrel.until("ready", START_MS, () => fetchText(this.spandrelUrl("/-/ready")));
  }

  /** Ends Spandrel; its exit code, null when a signal ended it. */
  async stopSpandrel(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    return (await this.spandrel?.stop(signal)) ?? null;
  }

  async startPrometheus(): Promise<void> {
    this.prometheusPort = await freePort();
    const config = join(this.directory, "prometheus.yml");
    writeFileSync(config, this.configuration());
    this.prometheus = new RunningProcess("prometheus", [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(this.directory, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${this.prometheusPort}`,
    ]);
    await this.prometheus.until("ready", START_MS, () => fetchText(this.prometheusUrl("/-/ready")));
  }

  /** Ends both and removes their data. */
  async end(): Promise<void> {
    await this.prometheus?.stop();
    await this.spandrel?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  spandrelUrl(path: string): string {
    return `http://127.0.0.1:${this.spandrelPort}${path}`;
  }

  prometheusUrl(path: string): string {
    return `http://127.0.0.1:${this.prometheusPort}${path}`;
  }

  /** What Spandrel printed since it was started last. */
  get spandrelOutput(): string {
    return this.spandrel?.output ?? "";
  }

  private configuration(): string {
    return [
      "global: { scrape_interval: 1s }",
      "scrape_configs:",
      "  - job_name: prometheus",
      `    static_configs: [{ targets: ["127.0.0.1:${this.prometheusPort}"] }]`,
      "  - job_name: spandrel",
      `    static_configs: [{ targets: ["127.0.0.1:${this.spandrelPort}"] }]`,
      "remote_write:",
      `  - url: ${this.spandrelUrl("/api/v1/write")}`,
      "    queue_config: { max_backoff: 1s, batch_send_deadline: 1s }",
      "",
    ].join("\n");
  }
}

/** Every sample with fromSeconds < time <= toSeconds that a server has for a selector. */
export async function samplesBetween(
  apiUrl: string,
  selector: string,
  fromSeconds: number,
  toSeconds: number,
): Promise<Samples> {
  const range = Math.ceil(toSeconds - fromSeconds) + 1;
  const query = new URLSearchParams({ query: `${selector}[${range}s]`, time: String(toSeconds) });
  const text = await fetchText(`${apiUrl}/api/v1/query?${query}`);
  if (text === undefined) throw new Error(`${apiUrl} did not answer ${query}`);
  const samples: Samples = new Map();
  for (const { metric, values = [] } of (JSON.parse(text) as MatrixReply).data.result) {
    const kept = values.filter(([time]) => time > fromSeconds && time <= toSeconds);
    const key = JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (kept.length > 0) samples.set(key, new Map(kept));
  }
  return samples;
}

/** Series and samples of `expected` that `actual` lacks or has otherwise, in words. */
export function differences(expected: Samples, actual: Samples): string[] {
  const found: string[] = [];
  for (const [series, values] of expected) {
    const own = actual.get(series);
    if (!own) found.push(`missing series ${series}`);
    for (const [time, value] of own ? values : []) {
      if (own?.get(time) !== value) found.push(`${series} at ${time}: ${own?.get(time)}, ${value}`);
    }
  }
  return found;
}

/** What two servers have of the same stretch of time. */
export interface BothSamples {
  readonly reference: Samples;
  readonly own: Samples;
}

/**
 * Reads both until they have the same, or time is up; the last reading. The first one too may still
 * be at storing what it scraped last.
 */
export async function onceArrived(read: () => Promise<BothSamples>): Promise<BothSamples> {
  let both = await read();
  for (let waitedMs = 0; waitedMs < ARRIVAL_MS; waitedMs += LOOK_MS) {
    const { reference, own } = both;
    if (differences(reference, own).length + differences(own, reference).length === 0) break;
    await sleep(LOOK_MS);
    both = await read();
  }
  return both;
}

/** Number of samples in all. */
export function sampleCount(samples: Samples): number {
  let count = 0;
  for (const values of samples.values()) count += values.size;
  return count;
}
