/**
 * Names and help texts of client_golang's Go collector, from the shared reference where there is
 * one: the folder that SPANDREL_SHARED names, or `shared` beside the project.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Help by name, or null without the reference. */
export function goMetricTable(): Map<string, string> | null {
  const folder = process.env["SPANDREL_SHARED"] ?? join(process.cwd(), "..", "shared");
  const path = join(folder, "go-heap.md");
  if (!existsSync(path)) return null;
  const table = new Map<string, string>();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const row = /^\| (go_[a-z_]+)(?: \([^|]*\))? \| (.*) \|$/.exec(line);
    if (row) table.set(row[1] as string, row[2] as string);
  }
  return table;
}
