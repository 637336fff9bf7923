/**
 * The servers that a test starts beside each other: Spandrel and its neighbours, each with a folder
 * of its own below one that goes with them.
 *
 * I1  A server's URL is given when it says that it is ready.
 *
 * Units: …Ms milliseconds.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { fetchText, RunningProcess } from "./running-process.ts";

const START_MS = 60_000;

export class StartedServers {
  readonly directory: string;
  private readonly running: RunningProcess[] = [];
  private readonly byUrl = new Map<string, RunningProcess>();

  constructor(name: string) {
    this.directory = mkdtempSync(join(tmpdir(), `spandrel-${name}-`));
  }

  /** Starts a built Spandrel, which stores nothing of its own; its URL. */
  async startSpandrel(...flags: string[]): Promise<string> {
    const store = this.folder("spandrel");
    return this.start(process.execPath, (address) => [
      ...["dist/main.js", "serve", `--web.listen-address=${address}`, "--self-scrape.interval=0"],
      ...[`--storage.path=${store}`, ...flags],
    ]);
  }

  /** Starts a Prometheus; its URL. */
  async startPrometheus(
    program: string,
    configuration: string,
    flags: readonly string[] = [],
    given: { readonly data?: string; readonly port?: number } = {},
  ): Promise<string> {
    const { data = this.folder("tsdb"), port } = given;
    const file = `${this.folder("prometheus")}.yml`;
    writeFileSync(file, configuration);
    const argsFor = (address: string) => [
      ...[`--config.file=${file}`, `--web.listen-address=${address}`],
      ...[`--storage.tsdb.path=${data}`, ...flags],
    ];
    return this.start(program, argsFor, port);
  }

  /** Starts a program that listens on the address it is told; its URL. */
  async start(
    program: string,
    argsFor: (address: string) => string[],
    port?: number,
  ): Promise<string> {
    const address = `127.0.0.1:${port ?? (await freePort())}`;
    const one = new RunningProcess(program, argsFor(address));
    this.running.push(one);
    await one.until("ready", START_MS, () => fetchText(`http://${address}/-/ready`));
    this.byUrl.set(`http://${address}`, one);
    return `http://${address}`;
  }

  /** Everything that the server with this URL has printed so far. */
  outputOf(url: string): string {
    return this.byUrl.get(url)?.output ?? "";
  }

  /** Tries until `attempt` gives something; fails with what the first server said. */
  async until<Result>(
    what: string,
    limitMs: number,
    attempt: () => Promise<Result | undefined>,
  ): Promise<Result> {
    const [first] = this.running;
    if (first === undefined) throw new Error("nothing was started");
    return first.until(what, limitMs, attempt);
  }

  /** Ends all of them, the last one first, and removes their data. */
  async end(): Promise<void> {
    for (const one of this.running.reverse()) await one.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A path below the directory that the next server has for itself. */
  folder(name: string): string {
    return join(this.directory, `${name}-${this.running.length}`);
  }
}
