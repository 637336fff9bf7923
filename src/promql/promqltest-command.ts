/** The command `promqltest FILE…`: runs test scripts and says how many of their evals pass. */
import { runScript } from "./promqltest/run-script.ts";

/** Differences shown for each file. */
const SHOWN_MAX = 20;

export interface ScriptFile {
  readonly name: string;
  readonly text: string;
}

/** Runs one file; returns passed and total, or null when its text is wrong. */
function runFile(
  { name, text }: ScriptFile,
  write: (line: string) => void,
): { passed: number; total: number } | null {
  try {
    const outcomes = runScript(text);
    const failed = outcomes.filter(({ difference }) => difference !== null);
    const passed = outcomes.length - failed.length;
    write(`${name}: ${passed}/${outcomes.length} passed`);
    for (const { line, expression, difference } of failed.slice(0, SHOWN_MAX)) {
      write(`  line ${line}: ${expression}`);
      write(`    ${difference}`);
    }
    if (failed.length > SHOWN_MAX) write(`  ${failed.length - SHOWN_MAX} more`);
    return { passed, total: outcomes.length };
  } catch (error) {
    write(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** Runs all files; the exit code is 0 only when every eval passed. */
export function run(files: readonly ScriptFile[], write: (line: string) => void): number {
  let passed = 0;
  let total = 0;
  let broken = 0;
  for (const file of files) {
    const counts = runFile(file, write);
    if (!counts) broken++;
    passed += counts?.passed ?? 0;
    total += counts?.total ?? 0;
  }
  if (files.length > 1) write(`all files: ${passed}/${total} passed`);
  return broken === 0 && passed === total ? 0 : 1;
}
