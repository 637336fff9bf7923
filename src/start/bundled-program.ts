/**
 * The program in one piece: dist/program.cjs is src/program.ts with every module that it loads, and
 * dist/program.cache is what V8 compiled of it when it was built.
 *
 * A thousand files cost most of a second to find, read and compile, which a restart waits for; the
 * piece costs a tenth of that (docs/adr/0018-the-program-in-one-piece.md).
 *
 * I1  The cache is only good for the V8 and the flags that made it. V8 checks that itself; without
 *     it, or with a wrong one, everything works and starts later.
 * I2  The text is ASCII, so that its characters are its bytes.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { constants, Script } from "node:vm";

/** What the program's module exports. */
export interface Program {
  /** Runs what the arguments ask for; resolves with the exit code. */
  runProgram(args: readonly string[]): Promise<number>;
}

/** The program as a script that has not run. */
export interface BundledProgram {
  readonly script: Script;
  /** Runs the script: to be called once. */
  load(): Program;
}

type Wrapper = (
  exports: Partial<Program>,
  require: NodeJS.Require,
  module: { exports: Partial<Program> },
  fileName: string,
  directory: string,
) => void;

const DIRECTORY = join(import.meta.dirname, "..");
const FILE = join(DIRECTORY, "program.cjs");
/** Where the compiled code lies. */
export const CACHE_FILE = join(DIRECTORY, "program.cache");

function contentOf(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

/** The program in one piece; null when the build has not made it. */
export function bundledProgram(): BundledProgram | null {
  const text = contentOf(FILE)?.toString("latin1") ?? null;
  if (text === null) return null;
  const cachedData = contentOf(CACHE_FILE) ?? undefined;
  const script = new Script(text, {
    filename: FILE,
    ...(cachedData === undefined ? {} : { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const load = () => {
    const module: { exports: Partial<Program> } = { exports: {} };
    const wrapper = script.runInThisContext() as Wrapper;
    wrapper(module.exports, createRequire(FILE), module, FILE, DIRECTORY);
    return module.exports as Program;
  };
  return { script, load };
}
