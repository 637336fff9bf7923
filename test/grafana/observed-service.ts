/**
 * A running Spandrel that has scraped itself for a while and lived through what dashboards show:
 * writes, queries good and bad, a snapshot, a compaction, a restart drill, the curves of a drill.
 *
 * Units: …Ms milliseconds, …Seconds seconds since the epoch.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sendCurves } from "../../src/drill/remote-write.ts";
import { smallDrill } from "../drill/small-drill.ts";
import { Program } from "../e2e/program.ts";

/** Scrapes, a second apart, behind the last event: rates need two. */
const SCRAPES = 4;
/** Points of a range: fewer than a query may have, however long the test goes on. */
const POINTS = 2000;

/** What a query found. */
export interface FoundSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

interface Reply {
  readonly status: string;
  readonly error?: string;
  readonly data: unknown;
}

export class ObservedService {
  private readonly folder = mkdtempSync(join(tmpdir(), "spandrel-grafana-"));
  private readonly program = new Program([
    "serve",
    "--web.listen-address=127.0.0.1:0",
    "--web.enable-admin-api",
    "--self-scrape.interval=1s",
    `--storage.path=${this.folder}`,
  ]);
  private origin = "";
  private startSeconds = 0;

  /** Its address as the label `instance` has it. */
  get instance(): string {
    return new URL(this.origin).host;
  }

  async start(): Promise<void> {
    this.origin = await this.program.ready();
    this.startSeconds = Math.floor(Date.now() / 1000);
    await this.scrapes(1);
    await this.query("up", false);
    await fetch(`${this.origin}/api/v1/query?query=sum(`);
    await this.post("/api/v1/admin/drill/restart?capacity=exact&order=shuffled");
    await this.post("/api/v1/admin/heap/compact");
    const result = await smallDrill("exact+shuffled,class+time", { seriesCount: 20, hours: 50 });
    await sendCurves(`${this.origin}/api/v1/write`, result, Date.now(), 30_000);
    await this.query("up", true);
    await this.collection();
    await this.scrapes(SCRAPES);
  }

  async stop(): Promise<void> {
    await this.program.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Series of an expression, now or since the start: whatever happened is in that range. */
  async query(expr: string, isInstant: boolean): Promise<FoundSeries[]> {
    const nowSeconds = Date.now() / 1000;
    const time = isInstant ? { time: `${nowSeconds}` } : this.range(nowSeconds);
    const path = isInstant ? "query" : "query_range";
    const body = new URLSearchParams({ query: expr, ...time });
    const { result } = (await this.ask(`/api/v1/${path}`, { method: "POST", body })) as {
      result: (FoundSeries & { value?: readonly [number, string] })[];
    };
    return result.map(({ metric, value, values }) => ({ metric, values: values ?? [value!] }));
  }

  private range(nowSeconds: number): Record<string, string> {
    const step = Math.ceil((nowSeconds - this.startSeconds) / POINTS);
    return { start: `${this.startSeconds}`, end: `${nowSeconds}`, step: `${step}` };
  }

  /** Values of a label among some series, as Grafana asks for those of a variable. */
  async labelValues(label: string, series: string): Promise<string[]> {
    const matching = new URLSearchParams({ "match[]": series });
    return (await this.ask(`/api/v1/label/${label}/values?${matching}`)) as string[];
  }

  private async ask(path: string, init: RequestInit = {}): Promise<unknown> {
    const reply = (await (await fetch(this.origin + path, init)).json()) as Reply;
    if (reply.status !== "success") throw new Error(`${path}: ${reply.error}`);
    return reply.data;
  }

  private post(path: string): Promise<unknown> {
    return this.ask(path, { method: "POST" });
  }

  /** Makes work until V8 has collected and a scrape has seen it: nothing is counted before. */
  private async collection(): Promise<void> {
    while ((await this.query("nodejs_gc_duration_seconds_count", true)).length === 0) {
      await this.query('{__name__=~".+"}', false);
    }
  }

  /** Waits for that many scrapes from now on. */
  private async scrapes(count: number): Promise<void> {
    const from = Date.now() / 1000;
    for (;;) {
      const [up] = await this.query('up{job="spandrel-self"}[1m]', true);
      if ((up?.values ?? []).filter(([time]) => time > from).length >= count) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
