/**
 * Figures that a server tells of itself over HTTP, and files that it has written.
 *
 * Units: …Bytes bytes.
 */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "../query-timing.ts";

/** The sum of all series of a metric in the server's own exposition; 0 when it has none. */
export async function metricOf(port: number, name: string): Promise<number> {
  const text = await ask(port, "/metrics");
  let sum = 0;
  for (const line of text.split("\n")) {
    if (!line.startsWith(name) || !/^[ {]/.test(line.slice(name.length))) continue;
    sum += Number(line.slice(line.lastIndexOf(" ") + 1));
  }
  return sum;
}

interface ClassFigures {
  readonly slotBytes: number;
  readonly spanBytes: number;
  readonly slotsLive: number;
}

/** Live slices of Spandrel's heap: their slots, and with their share of what spans leave over. */
export async function liveSlotBytes(port: number): Promise<{ slots: number; withTails: number }> {
  const text = await ask(port, "/api/v1/status/heap");
  const { data } = JSON.parse(text) as { data: { classes: ClassFigures[]; liveBytes: number } };
  let tails = 0;
  for (const { slotBytes, spanBytes, slotsLive } of data.classes) {
    if (slotBytes === 0) continue;
    const slotsOfSpan = Math.floor(spanBytes / slotBytes);
    tails += slotsLive * (spanBytes / slotsOfSpan - slotBytes);
  }
  return { slots: data.liveBytes, withTails: data.liveBytes + tails };
}

/** Bytes of all files below a directory; files that vanish meanwhile count nothing. */
export function bytesBelow(directory: string): number {
  let bytes = 0;
  for (const path of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const stat = lstatSync(join(directory, path), { throwIfNoEntry: false });
    if (stat?.isFile()) bytes += stat.size;
  }
  return bytes;
}

/** Bytes and samples of the Prometheus blocks in a data directory. */
export function blocksIn(directory: string): { bytes: number; samples: number } {
  let bytes = 0;
  let samples = 0;
  for (const name of readdirSync(directory)) {
    if (!/^[0-9A-Z]{26}$/.test(name)) continue;
    const text = readFileSync(join(directory, name, "meta.json"), "utf8");
    const { stats } = JSON.parse(text) as { stats: { numSamples: number } };
    samples += stats.numSamples;
    bytes += bytesBelow(join(directory, name));
  }
  return { bytes, samples };
}

/** Samples that a server finds with times up to `endS`, `rangeS` back, asked name by name. */
export async function countSamples(port: number, endS: number, rangeS: number): Promise<number> {
  const range = `start=${endS - rangeS}&end=${endS}`;
  const names = JSON.parse(await ask(port, `/api/v1/label/__name__/values?${range}`)) as {
    data: string[];
  };
  let samples = 0;
  for (const name of names.data) {
    const query = `sum(count_over_time({__name__="${name}"}[${rangeS}s]))`;
    const parameters = new URLSearchParams({ query, time: String(endS) });
    const answer = JSON.parse(await ask(port, `/api/v1/query?${parameters.toString()}`)) as {
      data: { result: { value: [number, string] }[] };
    };
    samples += Number(answer.data.result[0]?.value[1] ?? 0);
  }
  return samples;
}
