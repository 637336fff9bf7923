/**
 * The flags of a command in words: lines for --help and a table for docs/flags.md.
 */
import { environmentName, type FlagDefinition, type FlagTable } from "./flag-table.ts";

const LINE_COLUMNS = 96;
const INDENT = "      ";

/** How a flag is written: "--heap.gogc=PERCENT", "--[no-]web.enable-admin-api". */
function usageOf({ flag, kind }: FlagDefinition<unknown>): string {
  return kind.placeholder === "" ? `--[no-]${flag}` : `--${flag}=${kind.placeholder}`;
}

/** Breaks a text into lines that fit, each with the indent in front. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = INDENT;
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > LINE_COLUMNS && line !== INDENT) {
      lines.push(line.trimEnd());
      line = INDENT;
    }
    line += `${word} `;
  }
  lines.push(line.trimEnd());
  return lines;
}

/** The flags as --help shows them. */
export function flagHelp(table: FlagTable): string {
  const lines: string[] = [];
  for (const definition of Object.values(table)) {
    lines.push(`  ${usageOf(definition)}`);
    lines.push(...wrapped(definition.help));
    const { flag, kind } = definition;
    const fallback = definition.fallback || "none";
    lines.push(...wrapped(`Default ${fallback}. ${environmentName(flag)}. Want ${kind.allowed}.`));
  }
  return lines.join("\n");
}

/** The flags as a Markdown table. */
export function flagMarkdown(table: FlagTable): string {
  const rows = Object.values(table).map(({ flag, fallback, kind, help }) => {
    const shown = fallback === "" ? "" : `\`${fallback}\``;
    const cells = [`\`--${flag}\``, `\`${environmentName(flag)}\``, shown];
    return `| ${[...cells, kind.allowed, help].join(" | ")} |`;
  });
  const head = "| flag | environment | default | allowed | meaning |\n|---|---|---|---|---|";
  return [head, ...rows].join("\n");
}
