/**
 * The measured traces and answers of real Go, when they are there.
 *
 * They lie in the folder that SPANDREL_SHARED names, or in `shared` beside the project; without
 * them the tests that need them are skipped and say so.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

const shared = process.env["SPANDREL_SHARED"] ?? resolve(import.meta.dirname, "../../../shared");
const folder = join(shared, "oracle");

export const oracleIsAbsent = !existsSync(join(folder, "traces"));
export const oracleNote = oracleIsAbsent ? " (skipped: no measured traces here)" : "";

export const RESTORE_POLICIES = [
  "copy-random",
  "copy-time",
  "direct-random",
  "direct-time",
  "exact-random",
  "exact-time",
  "grow-random",
  "grow-time",
  "lockstep-time",
  "oneshot-random",
  "oneshot-time",
];

function bytesOf(path: string): Uint8Array {
  return gunzipSync(readFileSync(join(folder, path)));
}

const traces = new Map<string, Uint8Array>();

export function traceBytes(name: string): Uint8Array {
  const bytes = traces.get(name) ?? bytesOf(`traces/${name}.trace.gz`);
  traces.set(name, bytes);
  return bytes;
}

/** A measured answer as text, or null when there is none. */
export function expectedText(version: string, name: string): string | null {
  const path = `expected/go${version}/${name}.gz`;
  if (!existsSync(join(folder, path))) return null;
  return Buffer.from(bytesOf(path)).toString();
}

/** A table of the oracle, without its header line. */
export function tableRows(name: string): string[][] {
  const lines = readFileSync(join(folder, name), "utf8").trim().split("\n").slice(1);
  return lines.map((line) => line.split(","));
}
