/**
 * The modelled cluster: nodes with pods, and the scrape targets and series that come of them.
 *
 * Each node adds four kinds of target: its node exporter, its cAdvisor (all containers of its
 * pods), a share of kube-state-metrics, and its application pods. Nodes are added until there are
 * as many series as asked for; the last target is cut short.
 *
 * I1  The same seed and series count give the same cluster, byte for byte.
 * I2  Series of a target are consecutive; labels are in canonical form (sorted, no empty values).
 *
 * Units: offsets are milliseconds into the scrape interval; label fields are protobuf bytes.
 */
import type { Prng } from "../../src/base/prng.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import {
  BUCKET_BOUNDS,
  CONTAINER,
  type Family,
  NODE,
  POD_STATE,
  PROCESS,
  ROUTE,
  ROUTE_HISTOGRAM,
  ROUTES,
} from "./metric-families.ts";
import { type ValueKind, ValueModel } from "./value-model.ts";

type LabelRecord = Readonly<Record<string, string>>;

/** One scrape target: consecutive series that share their scrapes. */
export interface Target {
  readonly firstSeries: number;
  readonly endSeries: number;
  readonly offsetMs: number;
}

interface Pod {
  readonly namespace: string;
  readonly app: string;
  readonly name: string;
  readonly address: string;
}

const PODS_PER_NODE = 28;
const APPLICATION_PODS_PER_NODE = 10;
const NAMESPACES = ["billing", "checkout", "identity", "ledger", "search", "shipping"];
const APPS = ["api", "consumer", "gateway", "scheduler", "worker"];
/** The label that the scraper gives every series. */
const EXTERNAL: LabelRecord = { cluster: "prod-eu-central-1" };

export class Cluster {
  readonly targets: Target[] = [];
  readonly intervalMs: number;
  readonly values: ValueModel;
  /** Bytes and number of all label texts (names and values), for the facts of a stream. */
  labelTextBytes = 0;
  labelCount = 0;
  private readonly random: Prng;
  private readonly seriesMax: number;
  private readonly fields = new WriteRequestEncoder();
  private readonly fieldsEnd: Uint32Array;
  private fieldBytes = new Uint8Array(0);

  /** A cluster of exactly `seriesCount` series, scraped every `intervalMs`. */
  constructor(seriesCount: number, intervalMs: number, random: Prng) {
    this.random = random;
    this.seriesMax = seriesCount;
    this.intervalMs = intervalMs;
    this.values = new ValueModel(seriesCount, random);
    this.fieldsEnd = new Uint32Array(seriesCount);
    for (let node = 0; !this.isFull; node++) this.addNode(node);
    this.fieldBytes = this.fields.finish();
  }

  get seriesCount(): number {
    return this.values.seriesCount;
  }

  /** The encoded Label fields of a series. */
  labelFieldsOf(series: number): Uint8Array {
    const from = series === 0 ? 0 : this.fieldsEnd[series - 1]!;
    return this.fieldBytes.subarray(from, this.fieldsEnd[series]!);
  }

  private get isFull(): boolean {
    return this.values.seriesCount === this.seriesMax;
  }

  private addNode(index: number): void {
    const address = `10.24.${Math.floor(index / 200)}.${(index % 200) + 10}`;
    const node = `ip-${address.replaceAll(".", "-")}.eu-central-1.compute.internal`;
    const pods = Array.from({ length: PODS_PER_NODE }, (_, i) => this.drawPod(index, i));
    this.addNodeExporter(node, address);
    this.addContainers(node, address, pods);
    this.addPodStates(node, pods);
    for (const pod of pods.slice(0, APPLICATION_PODS_PER_NODE)) this.addApplication(node, pod);
  }

  private drawPod(node: number, index: number): Pod {
    const namespace = NAMESPACES[this.random.below(NAMESPACES.length)]!;
    const app = `${namespace}-${APPS[this.random.below(APPS.length)]!}`;
    const name = `${app}-${this.hex(9)}-${this.hex(5)}`;
    return { namespace, app, name, address: `10.96.${node % 250}.${index + 2}` };
  }

  private addNodeExporter(node: string, address: string): void {
    const base = {
      ...EXTERNAL,
      container: "node-exporter",
      endpoint: "https-metrics",
      instance: `${address}:9100`,
      job: "node-exporter",
      namespace: "observability",
      node,
      pod: `node-exporter-${this.hex(5)}`,
      service: "node-exporter",
    };
    this.target(() => {
      this.addFamilies(NODE, base);
      this.addFamilies(PROCESS, base);
    });
  }

  private addContainers(node: string, address: string, pods: readonly Pod[]): void {
    const base = {
      ...EXTERNAL,
      endpoint: "https-metrics",
      instance: `${address}:10250`,
      job: "kubelet",
      metrics_path: "/metrics/cadvisor",
      node,
    };
    this.target(() => {
      for (const { namespace, app, name } of pods) {
        for (const container of ["main", "envoy"]) {
          const image =
            container === "main"
              ? `registry.example.com/${namespace}/${app}:2026.11.${namespace.length}`
              : "registry.example.com/mesh/envoy-sidecar:1.34.2";
          this.addFamilies(CONTAINER, { ...base, namespace, pod: name, container, image });
        }
      }
    });
  }

  private addPodStates(node: string, pods: readonly Pod[]): void {
    const base = {
      ...EXTERNAL,
      endpoint: "http",
      instance: "10.96.7.31:8080",
      job: "kube-state-metrics",
      service: "kube-state-metrics",
    };
    this.target(() => {
      for (const { namespace, name } of pods) {
        const uid = `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`;
        this.addFamilies(POD_STATE, { ...base, namespace, node, pod: name, uid });
      }
    });
  }

  private addApplication(node: string, pod: Pod): void {
    const base = {
      ...EXTERNAL,
      container: "main",
      endpoint: "http-metrics",
      instance: `${pod.address}:9090`,
      job: `${pod.namespace}/${pod.app}`,
      namespace: pod.namespace,
      node,
      pod: pod.name,
      service: pod.app,
    };
    this.target(() => {
      for (const route of ROUTES) {
        this.addHistogram({ ...base, ...route, code: "200" });
        this.addFamilies(ROUTE, { ...base, ...route });
      }
      this.addFamilies(PROCESS, base);
    });
  }

  /** Adds the target whose series `addSeries` adds; its scrapes start at an own offset. */
  private target(addSeries: () => void): void {
    const firstSeries = this.values.seriesCount;
    addSeries();
    const endSeries = this.values.seriesCount;
    if (endSeries === firstSeries) return;
    this.targets.push({ firstSeries, endSeries, offsetMs: this.random.below(this.intervalMs) });
  }

  private addFamilies(families: readonly Family[], base: LabelRecord): void {
    for (const family of families) {
      for (const name of family.names) {
        for (const labels of combinations(family.labels)) {
          if (this.isFull) return;
          this.values.add(family.kind, this.startOf(family), this.rateOf(family), family.grain);
          this.addLabels({ ...base, ...labels, __name__: name });
        }
      }
    }
  }

  private addHistogram(base: LabelRecord): void {
    const histogram = this.values.addHistogram(10 ** (this.random.float() * 3 - 1.5));
    const add = (name: string, kind: ValueKind, rank: number, labels: LabelRecord): void => {
      if (this.isFull) return;
      this.values.addPart(histogram, kind, rank);
      this.addLabels({ ...base, ...labels, __name__: ROUTE_HISTOGRAM + name });
    };
    for (const [rank, le] of BUCKET_BOUNDS.entries()) add("_bucket", "bucket", rank, { le });
    add("_sum", "histogram-sum", 0, {});
    add("_count", "histogram-count", 0, {});
  }

  /** A first value up to the family's, on its grain. Flags and small constants start as given. */
  private startOf(family: Family): number {
    if (family.kind === "flag" || family.start <= 1) return family.start;
    const start = family.start * (0.2 + 0.8 * this.random.float());
    if (family.grain === 0) return start;
    if (family.grain >= 1) return Math.floor(start / family.grain) * family.grain;
    return Math.round(start / family.grain) / Math.round(1 / family.grain);
  }

  private rateOf(family: Family): number {
    return family.kind === "flag" ? family.rate : family.rate * (0.3 + 1.4 * this.random.float());
  }

  private addLabels(labels: LabelRecord): void {
    const series = this.values.seriesCount - 1;
    for (const name of Object.keys(labels).sort()) {
      const value = labels[name]!;
      this.fields.label(name, value);
      this.labelTextBytes += name.length + value.length;
      this.labelCount++;
    }
    this.fieldsEnd[series] = this.fields.length;
  }

  private hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.random.below(16).toString(16);
    return text;
  }
}

/** All combinations of label values, the first label turning slowest. */
function combinations(labels: Readonly<Record<string, readonly string[]>>): LabelRecord[] {
  let all: LabelRecord[] = [{}];
  for (const [name, values] of Object.entries(labels)) {
    all = all.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
  }
  return all;
}
