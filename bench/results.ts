/**
 * Results of benches: a table for the reader, a line of JSON for the record, and the machine both
 * were made on.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { arch, cpus, totalmem } from "node:os";
import { dirname } from "node:path";

export interface Machine {
  readonly at: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
}

/** What the figures of this moment were measured on. */
export function machine(): Machine {
  return {
    at: new Date().toISOString(),
    node: process.version,
    cpu: `${cpus()[0]?.model.trim() ?? "unknown"} (${arch()})`,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

/** Appends one line of JSON to `file`, unless it is "none". */
export function appendResult(file: string, result: object): void {
  if (file === "none") return;
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Rows with the same keys as a Markdown table with aligned columns. */
export function tableText(rows: readonly Readonly<Record<string, string>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map((name) =>
    Math.max(...rows.map((row) => row[name]!.length), name.length),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padStart(widths[i]!)).join(" | ")} |`;
  const body = rows.map((row) => line(names.map((name) => row[name]!)));
  return [line(names), line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}

/** Prints rows with the same keys as a Markdown table. */
export function printTable(rows: readonly Readonly<Record<string, string>>[]): void {
  console.log(tableText(rows));
}
