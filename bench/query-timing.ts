/**
 * What a query costs a server: it is asked again and again, and its CPU time is divided.
 *
 * Units: …Ms milliseconds.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { cpuBetween, cpuOf } from "./process-figures.ts";
import type { BenchQuery } from "./query-list.ts";
import { median } from "./results.ts";
import type { ServerUnderTest } from "./server-under-test.ts";

/** A query is repeated for so long at least, and so often at most. */
const QUERY_MS = 400;
const REPETITIONS_MAX = 300;

export interface QueryTiming {
  readonly name: string;
  readonly cpuMs: number;
  readonly medianMs: number;
  readonly answer: string;
}

/** Asks for a path of the server and gives the answer's text; anything but 200 rejects. */
export async function ask(port: number, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text.slice(0, 200)}`);
  return text;
}

/** Asks once to warm up, then at least `repetitions` times and for QUERY_MS. */
export async function timeQuery(
  server: ServerUnderTest,
  query: BenchQuery,
  endS: number,
  repetitions: number,
): Promise<QueryTiming> {
  const path = query.path(endS);
  const answer = await ask(server.port, path);
  const wall: number[] = [];
  const start = performance.now();
  const before = cpuOf(server.pid);
  const enough = (): boolean => wall.length >= repetitions && performance.now() - start > QUERY_MS;
  while (!enough() && wall.length < REPETITIONS_MAX) {
    const asked = performance.now();
    await ask(server.port, path);
    wall.push(performance.now() - asked);
  }
  await sleep(20);
  const cpuMs = (cpuBetween(before, cpuOf(server.pid)) * 1000) / wall.length;
  return { name: query.name, cpuMs, medianMs: median(wall), answer };
}
