/**
 * Report: the table of what was measured, as Markdown with what it was measured on, and as a line
 * of JSON for each row.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { appendResult, machine, tableText } from "../results.ts";
import { SERVER_NAMES, type ServerName } from "../server-commands.ts";
import type { Measurement, Measurements } from "./measurements.ts";
import { ALL_QUERIES, Cells, queryCpuMs, type Row, verdict } from "./rows.ts";

const FAILURE_COLUMNS = 200;

/** A value with the row's digits; a failure when there is one instead. */
function cellText(row: Row, cells: Cells, server: ServerName): string {
  const value = row.value(cells, server);
  if (value !== undefined) return value.toFixed(row.digits);
  return row.needs.some((need) => cells.failureOf(need, server) !== "") ? "failed" : "-";
}

function bound(row: Row, value: number | null): string {
  if (value === null) return "-";
  return `${row.worse === "high" ? "<=" : ">="} ${value}`;
}

function rowsTable(rows: readonly Row[], cells: Cells): string {
  return tableText(
    rows.map((row) => ({
      row: row.id,
      what: row.title,
      Prometheus: cellText(row, cells, "prometheus"),
      VictoriaMetrics: cellText(row, cells, "victoria-metrics"),
      Spandrel: cellText(row, cells, "spandrel"),
      goal: bound(row, row.goal),
      stretch: bound(row, row.stretch),
      reached: verdict(row, row.value(cells, "spandrel")),
    })),
  );
}

function queriesTable(cells: Cells): string {
  const text = (server: ServerName, query: string): string =>
    queryCpuMs(cells, server, query)?.toFixed(1) ?? "-";
  return tableText(
    ALL_QUERIES.map((query) => {
      const [own, other] = [
        queryCpuMs(cells, "spandrel", query),
        queryCpuMs(cells, "prometheus", query),
      ];
      return {
        "query, CPU ms": query,
        Prometheus: text("prometheus", query),
        VictoriaMetrics: text("victoria-metrics", query),
        Spandrel: text("spandrel", query),
        "of Prometheus": own !== undefined && other ? (own / other).toFixed(2) : "-",
      };
    }),
  );
}

function failures(rows: readonly Row[], cells: Cells): string[] {
  return rows.flatMap((row) =>
    row.needs.flatMap((need) =>
      SERVER_NAMES.flatMap((server) => {
        const error = cells.failureOf(need, server).split("\n", 2).join(" ");
        return error === "" ? [] : [`- ${row.id}, ${server}: ${error.slice(0, FAILURE_COLUMNS)}`];
      }),
    ),
  );
}

/** Dates, machine and versions, as sentences. */
function circumstances(list: readonly Measurement[]): string {
  const dates = [...new Set(list.map(({ at }) => at.slice(0, 10)))].toSorted();
  const machines = [
    ...new Set(
      list.map((one) => `${one.cpu}, ${one.cores} cores, ${one.memoryGiB} GiB, Node ${one.node}`),
    ),
  ];
  const versions = [...new Set(list.map(({ server, version }) => `${server} ${version}`.trim()))];
  return (
    `Measured ${dates.join(", ")} on ${machines.join("; ")}. Versions: ${versions.join(", ")}.\n` +
    "CPU is that of the server's process. A cell is the median of the runs, and of loads that end" +
    " 10 and 230 minutes into a window the worse; waits are wall time."
  );
}

/** The whole report. */
export function reportText(
  measurements: Measurements,
  rows: readonly Row[],
  command: string,
): string {
  const cells = new Cells(measurements);
  const failed = failures(rows, cells);
  const parts = [`# Beside Prometheus and VictoriaMetrics`, `\`${command}\``];
  parts.push(circumstances(measurements.list), rowsTable(rows, cells));
  if (rows.some(({ id }) => id.startsWith("queries"))) parts.push(queriesTable(cells));
  if (failed.length > 0) parts.push(`Failed:\n\n${failed.join("\n")}`);
  return `${parts.join("\n\n")}\n`;
}

/** Keeps the report as Markdown, and a line for each row. */
export function keepReport(
  measurements: Measurements,
  rows: readonly Row[],
  text: string,
  files: { readonly markdown: string; readonly rows: string },
): void {
  mkdirSync(dirname(files.markdown), { recursive: true });
  writeFileSync(files.markdown, text);
  const cells = new Cells(measurements);
  for (const row of rows) {
    const values = SERVER_NAMES.map((server) => [server, row.value(cells, server) ?? null]);
    const { id, title, goal, stretch } = row;
    const reached = verdict(row, row.value(cells, "spandrel"));
    const own = { table: measurements.name, row: id, title, ...Object.fromEntries(values) };
    appendResult(files.rows, { ...machine(), ...own, goal, stretch, reached });
  }
}
