/**
 * A Spandrel that hands its windows over as blocks, and Prometheus servers over copies of them:
 * what such a server answers is what it decoded from our bytes.
 *
 * Units: …Ms milliseconds.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { fetchText, RunningProcess } from "./running-process.ts";

const START_MS = 60_000;
const EXPORT_MS = 60_000;
const WINDOW_MS = 4 * 3600 * 1000;

/** Start of the window two windows ago: it is sealed. */
export const sealedStartMs = Math.floor(Date.now() / WINDOW_MS - 2) * WINDOW_MS;
export const sealedEndMs = sealedStartMs + WINDOW_MS;

export class ExportedBlocks {
  readonly directory = mkdtempSync(join(tmpdir(), "spandrel-export-"));
  readonly blocks = join(this.directory, "blocks");
  private readonly running: RunningProcess[] = [];

  /** Starts Spandrel; its URL. */
  async startSpandrel(): Promise<string> {
    return this.start(process.execPath, (address) => [
      ...["dist/main.js", "serve", `--web.listen-address=${address}`, "--self-scrape.interval=0"],
      ...[`--storage.path=${this.directory}/store`, `--export.blocks-path=${this.blocks}`],
    ]);
  }

  /** Waits until a window has been handed over. */
  async exported(): Promise<void> {
    const isExported = async () => readdirSync(this.blocks).includes("exported.json") || undefined;
    await this.running[0]?.until("block", EXPORT_MS, isExported);
  }

  /** Starts a Prometheus over a copy of the blocks, since it writes into its directory; its URL. */
  async startPrometheus(program: string, ...flags: string[]): Promise<string> {
    const name = `tsdb-${this.running.length}`;
    cpSync(this.blocks, join(this.directory, name), { recursive: true });
    const configuration = join(this.directory, "prometheus.yml");
    writeFileSync(configuration, "{}\n");
    return this.start(program, (address) => [
      ...[`--config.file=${configuration}`, `--web.listen-address=${address}`, ...flags],
      ...[`--storage.tsdb.path=${this.directory}/${name}`, "--storage.tsdb.retention.time=10y"],
    ]);
  }

  /** Ends all of them and removes their data. */
  async end(): Promise<void> {
    for (const one of this.running.reverse()) await one.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async start(program: string, argsFor: (address: string) => string[]): Promise<string> {
    const address = `127.0.0.1:${await freePort()}`;
    const one = new RunningProcess(program, argsFor(address));
    this.running.push(one);
    await one.until("ready", START_MS, () => fetchText(`http://${address}/-/ready`));
    return `http://${address}`;
  }
}
