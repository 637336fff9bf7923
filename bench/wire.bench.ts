/**
 * Wire bench: what one sample costs on its way from a request body to the columns of a batch.
 *
 * Bodies are those of the load generator: 12 labels and 300 bytes of label text per series, 2,000
 * series of one sample per request, 393 bytes decoded and 43 compressed per sample. CPU time, best
 * of the rounds. One case per process, since the compiler's state matters: cases are run in child
 * processes.
 *
 *   npm run bench:wire
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { uncompress } from "snappyjs";
import { ManualClock } from "../src/base/clock.ts";
import { Prng } from "../src/base/prng.ts";
import { MetadataStore } from "../src/engine/metadata-store.ts";
import { Store } from "../src/engine/store.ts";
import { Kernel } from "../src/kernel/kernel.ts";
import { Intake } from "../src/wire/intake.ts";
import { SnappyDecoder } from "../src/wire/snappy-decoder.ts";
import { WriteRequest2 } from "../src/wire/write-request-2.ts";
import { STORE_SETTINGS } from "./filled-store.ts";
import { Cluster } from "./load/cluster.ts";
import { generateRequests, type LoadRequest, type StreamProtocol } from "./load/request-stream.ts";
import { appendResult, machine, printTable } from "./results.ts";

const LIMIT_BYTES = 32 * 2 ** 20;
const ROUNDS = 15;

const END_MS = Date.UTC(2026, 10, 23);

function requests(protocol: StreamProtocol): LoadRequest[] {
  const random = new Prng(1);
  const all: LoadRequest[] = [];
  const cluster = new Cluster(10_000, 15_000, random);
  const endMs = END_MS;
  const size = { cycles: 12, queues: 4, samplesPerRequest: 2000 };
  const settings = { ...size, intervalMs: 15_000, endMs, protocol };
  generateRequests(cluster, random, settings, (request) => all.push(request));
  return all;
}

const decoder = new SnappyDecoder();

/** A store whose series are those of the requests. */
function filledStore(all: readonly LoadRequest[], isTwo: boolean): Store {
  const store = new Store(STORE_SETTINGS, new ManualClock(END_MS));
  const metadata = new MetadataStore();
  for (const { body } of all) {
    const { intake } = store;
    const batch = isTwo ? intake.read2(body, LIMIT_BYTES) : intake.read(body, LIMIT_BYTES);
    store.write(batch);
    metadata.apply(batch, () => undefined);
  }
  return store;
}

const CASES: Readonly<Record<string, (all: readonly LoadRequest[]) => () => void>> = {
  "snappyjs uncompress": (all) => () => {
    for (const { body } of all) uncompress(body, LIMIT_BYTES);
  },
  "snappy, TypeScript": (all) => () => {
    for (const { body } of all) decoder.decode(body, LIMIT_BYTES);
  },
  "snappy, kernel": (all) => {
    const intake = new Intake(new Kernel());
    return () => {
      for (const { body } of all) intake.decode(body, LIMIT_BYTES);
    };
  },
  "snappy + scan, no series known": (all) => {
    const intake = new Intake(new Kernel());
    return () => {
      for (const { body } of all) intake.read(body, LIMIT_BYTES);
    };
  },
  "snappy + scan + recognition": (all) => {
    const { intake } = filledStore(all, false);
    return () => {
      for (const { body } of all) intake.read(body, LIMIT_BYTES);
    };
  },
  "2.0: snappy, kernel": (all) => {
    const intake = new Intake(new Kernel());
    return () => {
      for (const { body } of all) intake.decode(body, LIMIT_BYTES);
    };
  },
  "2.0: all, no series known": (all) => {
    const intake = new Intake(new Kernel());
    return () => {
      for (const { body } of all) intake.read2(body, LIMIT_BYTES);
    };
  },
  "2.0: all + recognition": recognised2,
  "2.0 with metadata: all + recognition": recognised2,
  "2.0: careful layout alone": (all) => {
    const careful = new WriteRequest2();
    const bodies = all.map(({ body }) => decoder.decode(body, LIMIT_BYTES).slice());
    return () => {
      for (const body of bodies) careful.layOut(body, LIMIT_BYTES);
    };
  },
};

function recognised2(all: readonly LoadRequest[]): () => void {
  const { intake } = filledStore(all, true);
  return () => {
    for (const { body } of all) intake.read2(body, LIMIT_BYTES);
  };
}

function protocolOf(name: string): StreamProtocol {
  if (!name.startsWith("2.0")) return "1";
  return name.startsWith("2.0 with") ? "2-metadata" : "2";
}

/** Nanoseconds of CPU per sample, the best of all rounds. */
function measure(name: string): number {
  const all = requests(protocolOf(name));
  const samples = all.reduce((sum, request) => sum + request.sampleCount, 0);
  const round = CASES[name]!(all);
  let best = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const before = process.cpuUsage();
    round();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / samples);
  }
  return best;
}

const [chosen] = process.argv.slice(2);
if (chosen !== undefined) {
  console.log(measure(chosen));
} else {
  const rows = Object.keys(CASES).map((name) => {
    const self = fileURLToPath(import.meta.url);
    const child = spawnSync(process.execPath, ["--import", "tsx", self, name], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return { case: name, "ns CPU/sample": Number(child.stdout).toFixed(0) };
  });
  printTable(rows);
  const file = fileURLToPath(new URL("results/wire.jsonl", import.meta.url));
  appendResult(file, { ...machine(), rows });
}
