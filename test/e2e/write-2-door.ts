/**
 * A running Spandrel that is sent remote write 2.0: requests made from labels, and what it answers.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { compress } from "snappyjs";
import { systemClock } from "../../src/base/clock.ts";
import { Program } from "./program.ts";

const proto = fileURLToPath(new URL("../../proto/", import.meta.url));
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => proto + target;
root.loadSync("write_v2.proto");
const requestType = root.lookupType("io.prometheus.write.v2.Request");

export const TYPE_2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata?: { readonly type?: number; readonly help?: string; readonly unit?: string };
  readonly exemplars?: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    readonly timestamp: number;
  }[];
  readonly [part: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The headers for samples, histograms and exemplars. */
  readonly written: readonly (string | null)[];
}

/** A message of 2.0, compressed. */
export function encoded(request: object): Uint8Array<ArrayBuffer> {
  const message = requestType.encode(requestType.fromObject(request)).finish();
  return new Uint8Array(compress(message));
}

/** A request whose texts are put into the table of symbols. */
export function bodyOf(series: readonly Series[]): Uint8Array<ArrayBuffer> {
  const symbols = [""];
  const refOf = (text = "") => {
    if (!symbols.includes(text)) symbols.push(text);
    return symbols.indexOf(text);
  };
  const refsOf = (labels: Readonly<Record<string, string>>) =>
    Object.entries(labels).flatMap(([name, value]) => [refOf(name), refOf(value)]);
  const timeseries = series.map(({ labels, metadata, exemplars, ...parts }) => ({
    labelsRefs: refsOf(labels),
    ...parts,
    ...(metadata === undefined
      ? {}
      : {
          metadata: {
            type: metadata.type ?? 0,
            helpRef: refOf(metadata.help),
            unitRef: refOf(metadata.unit),
          },
        }),
    ...(exemplars === undefined
      ? {}
      : {
          exemplars: exemplars.map(({ labels: own, ...rest }) => ({
            labelsRefs: refsOf(own),
            ...rest,
          })),
        }),
  }));
  return encoded({ symbols, timeseries });
}

export class Write2Door {
  server = "";
  private readonly directory = mkdtempSync(join(tmpdir(), "spandrel-write-2-"));
  private program: Program | null = null;
  private nextMs = systemClock.nowMs() - 60_000;

  async open(): Promise<void> {
    this.program = new Program([
      ...["serve", "--web.listen-address=127.0.0.1:0", `--storage.path=${this.directory}`],
      ...["--self-scrape.interval=0", "--log.format=json"],
    ]);
    this.server = await this.program.ready();
  }

  /** Kills the process and starts it again over the same directory. */
  async reopenAfterKill(): Promise<void> {
    await this.program?.stop("SIGKILL");
    await this.open();
  }

  async close(): Promise<void> {
    await this.program?.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A time later than all before it. */
  later(): number {
    this.nextMs += 10;
    return this.nextMs;
  }

  /** One sample at a time of its own. */
  samples(value = 1): { value: number; timestamp: number }[] {
    return [{ value, timestamp: this.later() }];
  }

  async send(
    body: Uint8Array<ArrayBuffer>,
    { type = TYPE_2, encoding = "snappy", version = "2.0.0" } = {},
  ): Promise<Answer> {
    const headers: Record<string, string> = { "content-type": type, "content-encoding": encoding };
    if (version !== "") headers["x-prometheus-remote-write-version"] = version;
    const answer = await fetch(`${this.server}/api/v1/write`, { method: "POST", headers, body });
    const written = (what: string) =>
      answer.headers.get(`x-prometheus-remote-write-${what}-written`);
    return {
      status: answer.status,
      text: await answer.text(),
      written: [written("samples"), written("histograms"), written("exemplars")],
    };
  }

  /** The `data` of an API answer. */
  async ask(path: string): Promise<unknown> {
    const answer = await fetch(`${this.server}/api/v1/${path}`);
    return ((await answer.json()) as { data: unknown }).data;
  }
}
