/**
 * A command of the command line, and the way from arguments to one.
 *
 * `spandrel [COMMAND] [flags] [words]`: a command's name may be several words ("heap replay"), the
 * longest that fits wins, and no name means the default command. Exit codes: 0 done, 1 failed,
 * 2 refused (bad flag, value or command).
 */
import { TsdbError } from "../base/errors.ts";
import type { ConfigOf, FlagTable } from "../config/flag-table.ts";
import { flagHelp } from "../config/flag-text.ts";
import { type Environment, readCommandLine } from "../config/read-flags.ts";

/** What a command is made of. `words` names the arguments that are no flags, "" for none. */
export interface CommandParts<Table extends FlagTable> {
  readonly name: string;
  readonly summary: string;
  readonly words: string;
  readonly flags: Table;
  /** Does the work and gives the exit code. */
  run(config: ConfigOf<Table>, words: readonly string[]): Promise<number>;
}

/** A command, its flags' types forgotten. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly words: string;
  readonly flags: FlagTable;
  execute(args: readonly string[], environment: Environment): Promise<number>;
}

/** Where text for people goes. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
}

const EXIT_FAILED = 1;
const EXIT_REFUSED = 2;

/** Makes a command of its parts. */
export function command<Table extends FlagTable>(parts: CommandParts<Table>): Command {
  const { name, summary, words, flags } = parts;
  return {
    name,
    summary,
    words,
    flags,
    execute(args, environment) {
      const read = readCommandLine(flags, args, environment);
      if (words === "" && read.words.length > 0) {
        throw new TsdbError("CONFIG_INVALID", `unknown argument ${JSON.stringify(read.words[0])}`);
      }
      return parts.run(read.config, read.words);
    },
  };
}

/** The command that the arguments name, and the arguments behind its name. */
function findCommand(
  commands: readonly Command[],
  args: readonly string[],
): { found: Command; rest: readonly string[] } {
  let best: Command | undefined;
  for (const candidate of commands) {
    const size = candidate.name.split(" ").length;
    const fits = args.slice(0, size).join(" ") === candidate.name;
    if (fits && size > (best?.name.split(" ").length ?? 0)) best = candidate;
  }
  if (best) return { found: best, rest: args.slice(best.name.split(" ").length) };
  const first = args[0];
  if (first !== undefined && !first.startsWith("-")) {
    const names = commands.map(({ name }) => name).join(", ");
    throw new TsdbError("CONFIG_INVALID", `unknown command ${first}: want one of ${names}`);
  }
  return { found: commands[0] as Command, rest: args };
}

/** The text of `spandrel --help`. */
function overview(commands: readonly Command[]): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(18)}${summary}`);
  return [
    "Usage: spandrel [COMMAND] [flags]",
    "",
    `Commands (default ${commands[0]?.name}):`,
    ...lines,
    "",
    "spandrel COMMAND --help shows the flags of a command; spandrel --version the version.",
  ].join("\n");
}

/** The text of `spandrel COMMAND --help`. */
function commandHelp({ name, summary, words, flags }: Command): string {
  const usage = `Usage: spandrel ${name} [flags]${words === "" ? "" : ` ${words}`}`;
  return [usage, "", summary, "", "Flags:", flagHelp(flags)].join("\n");
}

/** Runs what the arguments ask for and gives the exit code; the first command is the default. */
export async function runCommandLine(
  commands: readonly Command[],
  version: string,
  args: readonly string[],
  environment: Environment,
  terminal: Terminal,
): Promise<number> {
  try {
    const wantsHelp = args.includes("--help") || args.includes("-h");
    if (args[0] === "--version") terminal.out(`spandrel ${version}`);
    else if (wantsHelp && (args[0] ?? "").startsWith("-")) terminal.out(overview(commands));
    else {
      const { found, rest } = findCommand(commands, args);
      if (!wantsHelp) return await found.execute(rest, environment);
      terminal.out(commandHelp(found));
    }
    return 0;
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    terminal.error(`spandrel: ${error.message}`);
    return error.code === "CONFIG_INVALID" ? EXIT_REFUSED : EXIT_FAILED;
  }
}
