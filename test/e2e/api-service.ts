/**
 * A running Spandrel with a little data, asked over HTTP as Grafana and people ask it.
 *
 * The data, from FROM seconds on, every 15 s, 40 samples each: a gauge of two jobs, a counter with
 * an instance, a series of names that need quoting, one that has ended; metadata of two of them.
 * writeMany() adds a metric of many series with one sample each.
 *
 * I1  All of it lies in one window, and so do the tests: a series is one chunk.
 *
 * Units: seconds since the epoch unless …Ms.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchClock, MID_WINDOW_MS } from "../../bench/bench-clock.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { Program } from "./program.ts";

const SAMPLES = 40;
const STEP_MS = 15_000;

/** The service's clock: no end of a window is near, whenever the tests are run. */
export const clock = new BenchClock(MID_WINDOW_MS);
/** Time of the newest sample; a whole minute that has just passed. */
export const NEWEST = MID_WINDOW_MS / 1000 - 60;
/** Time of the first sample. */
export const FROM = NEWEST - ((SAMPLES - 1) * STEP_MS) / 1000;

type Row = readonly [labels: Readonly<Record<string, string>>, value: (i: number) => number];

const ROWS: readonly Row[] = [
  [{ __name__: "temperature", job: "a", room: "hall" }, (i) => i / 2],
  [{ __name__: "temperature", job: "b", room: "loft" }, (i) => 20 - i],
  [{ __name__: "requests_total", instance: "web:80", job: "a" }, (i) => i * 30],
  [{ __name__: "dotted.name", "lab.el": "v", job: "c" }, () => 7],
];

/** An answer of the API, or of a route that has no JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly json: any;
}

export class ApiService {
  origin = "";
  /** Where it stores its data. */
  readonly folder = mkdtempSync(join(tmpdir(), "spandrel-api-"));
  private program: Program | null = null;

  async start(...flags: string[]): Promise<void> {
    const usual = ["--web.listen-address=127.0.0.1:0", "--self-scrape.interval=0"];
    // Federation asks as of now: what was written is found however long the tests take.
    usual.push("--query.lookback-delta=1h", `--storage.path=${this.folder}`);
    const environment = { NODE_OPTIONS: clock.nodeOption };
    this.program = new Program(["serve", ...usual, ...flags], "main.ts", environment);
    this.origin = await this.program.ready();
  }

  /** Ends the process as SIGTERM does; the data stays for another start(). */
  async stop(): Promise<void> {
    await this.program?.stop("SIGTERM");
  }

  /** Ends the process as a loss of the machine does. */
  async kill(): Promise<void> {
    await this.program?.kill();
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async ask(path: string, options: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.origin + path, { redirect: "manual", ...options });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    const { status, headers } = response;
    return { status, headers, text, json: isJson ? JSON.parse(text) : null };
  }

  /** Asks /api/v1/…; `parameters` go into the URL. */
  api(route: string, parameters: Parameters = {}): Promise<Answer> {
    const query = new URLSearchParams(parameters as Record<string, string>);
    return this.ask(`/api/v1/${route}?${query}`);
  }

  /** Asks /api/v1/… by POST with a form. */
  form(route: string, parameters: Parameters): Promise<Answer> {
    const body = new URLSearchParams(parameters as Record<string, string>);
    return this.ask(`/api/v1/${route}`, { method: "POST", body });
  }

  async data(route: string, parameters: Parameters = {}): Promise<unknown> {
    const answer = await this.api(route, parameters);
    if (answer.status !== 200) throw new Error(`${route}: ${answer.status} ${answer.text}`);
    return answer.json.data;
  }

  /** Writes the rows, one request. */
  async write(): Promise<number> {
    const encoder = new WriteRequestEncoder();
    for (const [labels, value] of ROWS) {
      beginSeries(encoder, labels);
      for (let i = 0; i < SAMPLES; i++) encoder.sample(FROM * 1000 + i * STEP_MS, value(i));
      encoder.endSeries();
    }
    beginSeries(encoder, { __name__: "ended", job: "a" });
    encoder.sample(NEWEST * 1000 - STEP_MS, 1);
    encoder.staleMarker(NEWEST * 1000);
    encoder.endSeries();
    encoder.metadata(2, "temperature", "How warm it is.", "celsius");
    encoder.metadata(1, "requests_total", "Requests.", "");
    return this.send(encoder);
  }

  /** Writes `many{i="0"}` and so on. */
  writeMany(count: number): Promise<number> {
    const encoder = new WriteRequestEncoder();
    for (let i = 0; i < count; i++) {
      beginSeries(encoder, { __name__: "many", i: String(i) });
      encoder.sample(NEWEST * 1000, i);
      encoder.endSeries();
    }
    return this.send(encoder);
  }

  private async send(encoder: WriteRequestEncoder): Promise<number> {
    const body = new Uint8Array(literalSnappy(encoder.finish()));
    return (await this.ask("/api/v1/write", { method: "POST", body })).status;
  }
}

type Parameters = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

function beginSeries(encoder: WriteRequestEncoder, labels: Row[0]): void {
  encoder.beginSeries();
  for (const [name, text] of Object.entries(labels)) encoder.label(name, text);
}
