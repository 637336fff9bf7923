/** The test scripts of a folder. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ScriptFile } from "../../src/promql/promqltest-command.ts";

/** The scripts of this project. */
export const OWN_FOLDER = join(import.meta.dirname, "scripts");

/** The folder with Prometheus' scripts: below SPANDREL_SHARED, or `shared` beside the project. */
export const SHARED_FOLDER = join(
  process.env["SPANDREL_SHARED"] ?? join(process.cwd(), "..", "shared"),
  "promqltest",
);

/** All files of a folder that end in .test; none when it is not there. */
export function scriptFiles(folder: string): ScriptFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".test"))
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
}
