/**
 * The files of a cluster, made from its list of nodes: what vmagent and Prometheus need to write
 * each shard to its two nodes, and what Prometheus needs to read from all of them.
 */
import { stringify } from "yaml";
import { type ClusterNode, shardPlan, shardsOf } from "./shard-plan.ts";

export interface AddressedNode extends ClusterNode {
  /** HOST:PORT */
  readonly address: string;
}

export interface ClusterSettings {
  readonly nodes: readonly AddressedNode[];
  readonly shards: number;
  readonly copies: number;
  /** Labels by which series are spread; the more values they have together, the more evenly. */
  readonly shardLabels: readonly string[];
}

/** The cluster whose files are committed. */
export const EXAMPLE: ClusterSettings = {
  nodes: [1, 2, 3].map((i) => ({
    name: `spandrel-${i}`,
    zone: `zone-${i}`,
    address: `spandrel-${i}:9201`,
  })),
  shards: 256,
  copies: 2,
  shardLabels: ["__name__", "job", "instance"],
};

const SHARD_LABEL = "__tmp_shard";
const MADE = "# Made by deploy/cluster/source/write-cluster.ts; docs/scale.md says how.\n";

interface RelabelRule {
  readonly action: string;
  readonly source_labels?: readonly string[];
  readonly target_label?: string;
  readonly modulus?: number;
  readonly regex?: string;
}

/** Relabelling that lets through what a node holds. */
export function relabelRules(settings: ClusterSettings, name: string): RelabelRule[] {
  const { copies, nodes, shardLabels, shards } = settings;
  const kept = shardsOf(shardPlan(nodes, shards, copies), name);
  return [
    {
      action: "hashmod",
      source_labels: shardLabels,
      target_label: SHARD_LABEL,
      modulus: shards,
    },
    { action: "keep", source_labels: [SHARD_LABEL], regex: kept.join("|") },
    { action: "labeldrop", regex: SHARD_LABEL },
  ];
}

const yaml = (value: unknown) =>
  MADE + stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

function scrapeOf({ nodes }: ClusterSettings) {
  const targets = nodes.map(({ address }) => address);
  return [{ job_name: "spandrel", static_configs: [{ targets }] }];
}

/** Reads go to every node; Prometheus puts the copies of a series together. */
function remoteRead({ nodes }: ClusterSettings) {
  return nodes.map(({ name, address }) => ({
    name,
    url: `http://${address}/api/v1/read`,
    read_recent: true,
    remote_timeout: "30s",
  }));
}

function remoteWrite(settings: ClusterSettings) {
  return settings.nodes.map(({ name, address }) => ({
    name,
    url: `http://${address}/api/v1/write`,
    write_relabel_configs: relabelRules(settings, name),
    queue_config: { retry_on_http_429: true },
  }));
}

/** Prometheus as the place where queries are asked, and nothing else. */
function readingPrometheus(settings: ClusterSettings): string {
  return yaml({
    global: { scrape_interval: "15s", scrape_timeout: "10s" },
    remote_read: remoteRead(settings),
  });
}

/** Prometheus that scrapes, writes and reads by itself. */
function wholePrometheus(settings: ClusterSettings): string {
  return yaml({
    global: { scrape_interval: "15s", scrape_timeout: "10s" },
    scrape_configs: scrapeOf(settings),
    remote_write: remoteWrite(settings),
    remote_read: remoteRead(settings),
  });
}

/** The flags of vmagent, one a line: each node's address with the shards that it is sent. */
export function vmagentFlags({ nodes }: ClusterSettings, folder: string): string[] {
  const each = nodes.flatMap(({ name, address }) => [
    `-remoteWrite.url=http://${address}/api/v1/write`,
    `-remoteWrite.urlRelabelConfig=${folder}/${name}.yml`,
  ]);
  return [...each, "-remoteWrite.queues=1", "-remoteWrite.maxDiskUsagePerURL=10GB"];
}

/** The flags for vmagent 1.93 and newer, which shards by itself. */
export function shardingFlags({ nodes, copies }: ClusterSettings): string[] {
  return [
    ...nodes.map(({ address }) => `-remoteWrite.url=http://${address}/api/v1/write`),
    "-remoteWrite.shardByURL",
    `-remoteWrite.shardByURLReplicas=${copies}`,
    "-remoteWrite.queues=1",
    "-remoteWrite.maxDiskUsagePerURL=10GB",
  ];
}

/** Every file by its name. */
export function clusterFiles(
  settings: ClusterSettings,
  folder = "/etc/cluster",
): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name } of settings.nodes) {
    files.set(`${name}.yml`, yaml(relabelRules(settings, name)));
  }
  files.set("vmagent.flags", `${vmagentFlags(settings, folder).join("\n")}\n`);
  files.set("vmagent-sharding.flags", `${shardingFlags(settings).join("\n")}\n`);
  files.set(
    "scrape.yml",
    yaml({ global: { scrape_interval: "15s" }, scrape_configs: scrapeOf(settings) }),
  );
  files.set("prometheus-read.yml", readingPrometheus(settings));
  files.set("prometheus-alone.yml", wholePrometheus(settings));
  return files;
}
