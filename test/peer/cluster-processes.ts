/**
 * A cluster as deploy/cluster describes it, from real programs on loopback ports: Spandrel nodes, a
 * vmagent that writes each shard to two of them and keeps its queues on disk, a Prometheus without
 * samples of its own that reads from all. Beside it one Spandrel that gets everything.
 *
 * Units: …Ms milliseconds.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AddressedNode,
  type ClusterSettings,
  clusterFiles,
  EXAMPLE,
  vmagentFlags,
} from "../../deploy/cluster/source/cluster-configs.ts";
import { freePort } from "./free-port.ts";
import { fetchText, RunningProcess } from "./running-process.ts";

const START_MS = 60_000;
/** Within it a node takes a backlog beside what is new. */
const LATE_WINDOW = "10m";

/** The sum of a metric's values over its label sets, from a page of metrics; NaN without any. */
export async function metricSum(url: string, name: string): Promise<number> {
  const lines = ((await fetchText(`${url}/metrics`)) ?? "").split("\n");
  const own = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  if (own.length === 0) return Number.NaN;
  return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

async function newNode(number: number): Promise<AddressedNode> {
  const address = `127.0.0.1:${await freePort()}`;
  return { name: `spandrel-${number}`, zone: `zone-${number}`, address };
}

export class ClusterProcesses {
  readonly directory = mkdtempSync(join(tmpdir(), "spandrel-cluster-"));
  settings: ClusterSettings = { ...EXAMPLE, nodes: [] };
  /** Addresses without a path. */
  bigUrl = "";
  vmagentUrl = "";
  prometheusUrl = "";
  private readonly running = new Map<string, RunningProcess>();
  private readonly config = join(this.directory, "config");

  get nodes(): readonly AddressedNode[] {
    return this.settings.nodes;
  }

  nodeUrl(name: string): string {
    return `http://${this.nodes.find((node) => node.name === name)?.address}`;
  }

  pidOf(name: string): number {
    return this.running.get(name)?.child.pid as number;
  }

  /** What a process printed since it was started last. */
  outputOf(name: string): string {
    return this.running.get(name)?.output ?? "";
  }

  /** Starts everything, the nodes first. */
  async start(nodeCount: number): Promise<void> {
    const nodes: AddressedNode[] = [];
    for (let i = 1; i <= nodeCount; i++) {
      nodes.push(await newNode(i));
    }
    mkdirSync(this.config);
    this.configure(nodes);
    this.bigUrl = `http://127.0.0.1:${await freePort()}`;
    await Promise.all([
      ...nodes.map(({ name }) => this.startNode(name)),
      this.startSpandrel("big", this.bigUrl),
    ]);
    const vmagent = `127.0.0.1:${await freePort()}`;
    this.vmagentUrl = await this.startVmagent("vmagent", this.senderFlags(), vmagent);
    await this.startPrometheus(join(this.config, "prometheus-read.yml"));
  }

  /** One node more, as docs/scale.md says: files made again, vmagent restarted with them. */
  async addNode(): Promise<AddressedNode> {
    const added = await newNode(this.nodes.length + 1);
    this.configure([...this.nodes, added]);
    await this.startNode(added.name);
    this.running.get("prometheus")?.child.kill("SIGHUP");
    await this.running.get("vmagent")?.stop();
    const address = this.vmagentUrl.slice("http://".length);
    await this.startVmagent("vmagent", this.senderFlags(), address);
    return added;
  }

  /** Starts a node on its address and data; done when it is ready. */
  startNode(name: string): Promise<void> {
    return this.startSpandrel(name, this.nodeUrl(name));
  }

  /** Ends a process at once and without a word to it. */
  async kill(name: string): Promise<void> {
    await this.running.get(name)?.stop("SIGKILL");
  }

  /** Starts a vmagent; its address without a path. */
  async startVmagent(name: string, flags: readonly string[], address: string): Promise<string> {
    const queues = `-remoteWrite.tmpDataPath=${join(this.directory, `${name}-queues`)}`;
    const url = `http://${address}`;
    const all = [`-httpListenAddr=${address}`, queues, ...flags];
    await this.run(name, "vmagent", all, `${url}/health`);
    return url;
  }

  /** Ends all processes, senders first, and removes their data. */
  async end(): Promise<void> {
    for (const one of [...this.running.values()].reverse()) await one.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private configure(nodes: readonly AddressedNode[]): void {
    this.settings = { ...EXAMPLE, nodes };
    for (const [name, text] of clusterFiles(this.settings, this.config)) {
      writeFileSync(join(this.config, name), text);
    }
  }

  private senderFlags(): string[] {
    return vmagentFlags(this.settings, this.config);
  }

  private async startSpandrel(name: string, url: string): Promise<void> {
    const flags = [
      `--web.listen-address=${url.slice("http://".length)}`,
      `--storage.path=${join(this.directory, name)}`,
      `--storage.out-of-order-window=${LATE_WINDOW}`,
      "--self-scrape.interval=0",
    ];
    await this.run(name, process.execPath, ["dist/main.js", "serve", ...flags], `${url}/-/ready`);
  }

  private async startPrometheus(config: string): Promise<void> {
    const address = `127.0.0.1:${await freePort()}`;
    this.prometheusUrl = `http://${address}`;
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(this.directory, "prometheus")}`,
      `--web.listen-address=${address}`,
    ];
    await this.run("prometheus", "prometheus", flags, `${this.prometheusUrl}/-/ready`);
  }

  private async run(
    name: string,
    program: string,
    flags: readonly string[],
    readyUrl: string,
  ): Promise<void> {
    const one = new RunningProcess(program, flags);
    this.running.set(name, one);
    await one.until(`${name} ready`, START_MS, () => fetchText(readyUrl));
  }
}
