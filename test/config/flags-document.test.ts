import { expect, it } from "vitest";
import { flagHelp, flagMarkdown } from "../../src/config/flag-text.ts";
import { SERVE_FLAGS } from "../../src/config/serve-flags.ts";
import { DRILL_FLAGS } from "../../src/drill/drill-flags.ts";
import { IMPORT_FLAGS } from "../../src/import/import-flags.ts";

const HEAD = `# Flags

Each setting is a flag of the command line and an environment variable; the flag wins. A flag is
written \`--flag=value\` or \`--flag value\`, a yes or no as \`--flag\` or \`--no-flag\`.
Durations are Prometheus durations (\`15s\`, \`4h\`, \`1h30m\`), sizes count by 1024
(\`512MiB\`). An unknown flag or a value outside its bounds ends the program with exit code 2.
This file is generated from the tables in \`src/config/serve-flags.ts\`,
\`src/drill/drill-flags.ts\` and \`src/import/import-flags.ts\`.

## spandrel serve
`;

it("docs/flags.md is what the flag tables generate", async () => {
  const drill = `## spandrel drill\n\n${flagMarkdown(DRILL_FLAGS)}`;
  const imports = `## spandrel import\n\n${flagMarkdown(IMPORT_FLAGS)}`;
  const document = `${HEAD}\n${flagMarkdown(SERVE_FLAGS)}\n\n${drill}\n\n${imports}\n`;
  await expect(document).toMatchFileSnapshot("../../docs/flags.md");
});

it("--help names every flag, its default and its environment variable", () => {
  const help = flagHelp(SERVE_FLAGS);
  expect(help).toContain("  --heap.gogc=PERCENT\n");
  expect(help).toContain("  --[no-]web.enable-admin-api\n");
  expect(help).toContain("Default 20. SPANDREL_HEAP_GOGC. Want a whole number from 1 to 100000");
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(96);
});
