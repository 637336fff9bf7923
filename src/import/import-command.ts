/**
 * `spandrel import`: blocks of Prometheus and OpenMetrics text, sent to a running server.
 *
 * A path is a block (a directory with meta.json), a directory of blocks, or a text file. Samples go
 * in through the same door as everybody's, so what is older than the store keeps, or older than the
 * newest sample of its series, is refused and told at the end.
 */
import type { Disk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import { readBlockMeta } from "../block/block-reader.ts";
import { blockSamples } from "./block-samples.ts";
import type { ImportConfig } from "./import-flags.ts";
import { openMetricsSamples } from "./openmetrics.ts";
import { SampleGatherer } from "./sample-series.ts";
import { SampleSender, type SendFigures, type WriteTarget } from "./send-samples.ts";

const WRITE_PATH = "/api/v1/write";

/** Imports every path. Gives the exit code: 1 when anything was refused. */
export async function runImport(
  config: ImportConfig,
  paths: readonly string[],
  disk: Disk,
  print: (line: string) => void,
): Promise<number> {
  if (paths.length === 0) {
    throw new TsdbError("CONFIG_INVALID", "import: name at least one block, directory or file");
  }
  const sender = new SampleSender(await targetOf(config, disk));
  for (const path of paths) await importPath(path, disk, sender, print);
  await sender.flush();
  print(summaryOf(sender.figures));
  return sender.figures.refusedCount === 0 ? 0 : 1;
}

async function importPath(
  path: string,
  disk: Disk,
  sender: SampleSender,
  print: (line: string) => void,
): Promise<void> {
  const names = await namesIn(disk, path);
  if (names === null) await importText(path, disk, sender);
  else if (names.includes("meta.json")) await importBlock(path, disk, sender, print);
  else {
    const blocks = await blocksIn(path, names, disk);
    if (blocks.length === 0) throw new TsdbError("BLOCK_CORRUPT", `${path} has no block in it`);
    for (const block of blocks) await importBlock(block, disk, sender, print);
  }
}

/** Names in a directory; null for what is none. */
function namesIn(disk: Disk, path: string): Promise<string[] | null> {
  return disk.list(path).catch(() => null);
}

/** The blocks of a directory, oldest first. */
async function blocksIn(path: string, names: readonly string[], disk: Disk): Promise<string[]> {
  const found: { directory: string; minTime: number }[] = [];
  for (const name of names) {
    const directory = `${path}/${name}`;
    const inside = await namesIn(disk, directory);
    if (!inside?.includes("meta.json") || name.includes(".")) continue;
    found.push({ directory, minTime: (await readBlockMeta(disk, directory)).minTime });
  }
  return found.sort((a, b) => a.minTime - b.minTime).map(({ directory }) => directory);
}

async function importBlock(
  directory: string,
  disk: Disk,
  sender: SampleSender,
  print: (line: string) => void,
): Promise<void> {
  const { ulid, minTime, maxTime } = await readBlockMeta(disk, directory);
  const [from, to] = [minTime, maxTime].map((timeMs) => new Date(timeMs).toISOString());
  print(`block ${ulid}, ${from} to ${to}`);
  let skipped = 0;
  for await (const { series, skippedChunks } of blockSamples(disk, directory)) {
    skipped += skippedChunks;
    await sender.send(series);
  }
  if (skipped > 0) print(`block ${ulid}: ${skipped} chunks of unknown encodings were left out`);
}

async function importText(path: string, disk: Disk, sender: SampleSender): Promise<void> {
  const text = new TextDecoder().decode(await disk.readFile(path));
  const gatherer = new SampleGatherer();
  try {
    for (const { labels, timeMs, value } of openMetricsSamples(text)) {
      gatherer.add(labels, timeMs, value);
    }
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    throw new TsdbError(error.code, `${path}: ${error.message}`);
  }
  for (const series of gatherer.series) await sender.send(series);
}

/** The write route of the server, and the header that the flags ask for. */
async function targetOf(config: ImportConfig, disk: Disk): Promise<WriteTarget> {
  let url: URL;
  try {
    url = new URL(config.url);
  } catch {
    throw new TsdbError("CONFIG_INVALID", `--url=${JSON.stringify(config.url)} is no URL`);
  }
  let authorization = "";
  if (url.username !== "") {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  if (config.bearerTokenFile !== "") {
    const token = new TextDecoder().decode(await disk.readFile(config.bearerTokenFile)).trim();
    authorization = `Bearer ${token}`;
  }
  url.username = "";
  url.password = "";
  if (url.pathname === "/") url.pathname = WRITE_PATH;
  return { url: url.href, authorization };
}

function summaryOf({ requestCount, sampleCount, refusedCount, firstRefusal }: SendFigures): string {
  const sent = `${sampleCount} samples sent in ${requestCount} requests`;
  if (refusedCount === 0) return `${sent}; all were accepted`;
  return `${sent}; samples of ${refusedCount} requests were refused, first: ${firstRefusal}`;
}
