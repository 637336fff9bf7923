/**
 * A Spandrel that hands its windows over as blocks, and Prometheus servers over copies of them:
 * what such a server answers is what it decoded from our bytes.
 *
 * Units: …Ms milliseconds.
 */
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isUlid } from "../../src/block/ulid.ts";
import { StartedServers } from "./started-servers.ts";

const EXPORT_MS = 60_000;
const WINDOW_MS = 4 * 3600 * 1000;

/** Start of the window two windows ago: it is sealed. */
export const sealedStartMs = Math.floor(Date.now() / WINDOW_MS - 2) * WINDOW_MS;
export const sealedEndMs = sealedStartMs + WINDOW_MS;

export class ExportedBlocks {
  private readonly servers = new StartedServers("export");
  readonly directory = this.servers.directory;
  readonly blocks = join(this.directory, "blocks");

  /** Starts Spandrel; its URL. */
  startSpandrel(): Promise<string> {
    return this.servers.startSpandrel(`--export.blocks-path=${this.blocks}`);
  }

  /** Waits until a window has been handed over. */
  async exported(): Promise<void> {
    const isExported = async () => readdirSync(this.blocks).some(isUlid) || undefined;
    await this.servers.until("block", EXPORT_MS, isExported);
  }

  /** Starts a Prometheus over a copy of the blocks, since it writes into its directory; its URL. */
  startPrometheus(program: string, ...flags: string[]): Promise<string> {
    const data = this.servers.folder("blocks");
    cpSync(this.blocks, data, { recursive: true });
    const retention = "--storage.tsdb.retention.time=10y";
    return this.servers.startPrometheus(program, "{}\n", [retention, ...flags], { data });
  }

  /** Ends all of them and removes their data. */
  end(): Promise<void> {
    return this.servers.end();
  }
}
