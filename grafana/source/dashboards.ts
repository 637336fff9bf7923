/**
 * Every dashboard, as the JSON that is committed beside this folder and provisioned into Grafana.
 *
 * `npx vitest run test/grafana -u` writes the files; the same test compares them without `-u`.
 */
import type { Board } from "./board.ts";
import { HEAP_FRAGMENTATION } from "./heap-fragmentation.ts";
import { RESTART_DRILL } from "./restart-drill.ts";
import { SPANDREL_SERVICE } from "./spandrel-service.ts";

export const DASHBOARDS: readonly Board[] = [HEAP_FRAGMENTATION, SPANDREL_SERVICE, RESTART_DRILL];

/** The file of a dashboard, from the project's root. */
export function fileOf({ uid }: Board): string {
  return `grafana/dashboards/${uid}.json`;
}

/** Its text. */
export function textOf(dashboard: Board): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
