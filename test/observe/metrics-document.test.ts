import { expect, it } from "vitest";
import { GC_DURATION } from "../../src/observe/go-metrics.ts";
import { DEFINED_METRICS, Metrics } from "../../src/observe/metrics.ts";
import { RequestCounts } from "../../src/observe/request-counts.ts";
import { smallReading } from "../http/fake-reading.ts";

const HEAD = `# Metrics

What \`/metrics\` shows, in the text format 0.0.4. The \`go_…\` metrics have the names, types and
help texts of a Go program's, and tell of the simulated heap that holds the chunks, not of this
process. They are computed as Go's \`runtime/metrics\` does. Every value of one answer is of one
moment. This file is generated from the definitions in \`src/observe\`.
`;

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function definedRows(prefix: string): string[] {
  return DEFINED_METRICS.filter(({ name }) => name.startsWith(prefix)).map((definition) => {
    const { name, type, help, meaning, labelNames } = definition;
    const shown = labelNames.length === 0 ? name : `${name}{${labelNames.join(",")}}`;
    return row(`\`${shown}\``, type, help, meaning);
  });
}

it("docs/metrics.md is what the definitions generate", async () => {
  const build = { version: "", revision: "", nodeVersion: "" };
  const metrics = new Metrics(() => smallReading, new RequestCounts(), build);
  await metrics.render();
  const processRows = (await metrics.processMetrics()).map(({ name, type, help }) =>
    row(`\`${name}\``, type, help),
  );
  const { name, help, meaning } = GC_DURATION;
  const head = `${row("name", "type", "help", "here")}\n|---|---|---|---|`;
  const document = [
    HEAD,
    "## The simulated heap\n",
    head,
    row(`\`${name}\``, "summary", help, meaning),
    ...definedRows("go_"),
    "\n## The service\n",
    head,
    ...definedRows("spandrel_"),
    "\n## The process that runs it\n",
    `${row("name", "type", "help")}\n|---|---|---|`,
    ...processRows.sort(),
    "",
  ].join("\n");
  await expect(document).toMatchFileSnapshot("../../docs/metrics.md");
});
