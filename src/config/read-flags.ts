/**
 * From a command line and an environment to typed values, by a flag table.
 *
 * A flag on the command line wins over the environment, which wins over the default. Accepted:
 * --flag=value, --flag value, --flag and --no-flag for a yes or no. Anything else is refused with
 * the flag, the value and what is allowed (TsdbError CONFIG_INVALID).
 */
import { parseArgs } from "node:util";
import { TsdbError } from "../base/errors.ts";
import {
  type ConfigOf,
  environmentName,
  type FlagDefinition,
  type FlagTable,
} from "./flag-table.ts";
import { yesOrNo } from "./value-kinds.ts";

/** The environment as a process has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command line says: typed settings and the words that are no flags. */
export interface ReadCommandLine<Table extends FlagTable> {
  readonly config: ConfigOf<Table>;
  readonly words: readonly string[];
}

function refuse(text: string): never {
  throw new TsdbError("CONFIG_INVALID", text);
}

/** Reads one value, or refuses it by the name that it was given under. */
function readValue(definition: FlagDefinition<unknown>, givenAs: string, value: string): unknown {
  const read = definition.kind.read(value);
  if (read === undefined) {
    refuse(`${givenAs}=${JSON.stringify(value)} is not allowed: want ${definition.kind.allowed}`);
  }
  return read;
}

/** Letters that two names share at their start. */
function sharedStart(left: string, right: string): number {
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared++;
  return shared;
}

/** Refuses an unknown flag, naming the known one that starts most like it. */
function refuseUnknown(name: string, known: readonly string[]): never {
  const ranked = [...known].sort((a, b) => sharedStart(b, name) - sharedStart(a, name));
  const nearest = ranked[0] === undefined ? "" : `; the nearest is --${ranked[0]}`;
  refuse(`unknown flag --${name}${nearest} (see --help for all)`);
}

/** Splits the command line into flag texts by flag name and other words. */
function splitArguments(
  flags: ReadonlyMap<string, FlagDefinition<unknown>>,
  args: readonly string[],
): { given: Map<string, string>; words: string[] } {
  const options: Record<string, { type: "string" | "boolean" }> = {};
  for (const [name, { kind }] of flags) {
    options[name] = { type: kind === yesOrNo ? "boolean" : "string" };
  }
  const parsed = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given = new Map<string, string>();
  for (const token of parsed.tokens) {
    if (token.kind !== "option") continue;
    const { name, value } = positiveForm(flags, token.name, token.value);
    if (!flags.has(name)) refuseUnknown(token.name, [...flags.keys()]);
    if (value === undefined) refuse(`--${name} needs a value: ${flags.get(name)?.kind.allowed}`);
    const earlier = given.get(name);
    if (earlier !== undefined && !flags.get(name)?.kind.joins) refuse(`--${name} is given twice`);
    given.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return { given, words: parsed.positionals };
}

/** Turns --flag and --no-flag of a yes or no into a text. */
function positiveForm(
  flags: ReadonlyMap<string, FlagDefinition<unknown>>,
  name: string,
  value: string | undefined,
): { name: string; value: string | undefined } {
  if (value !== undefined) return { name, value };
  if (flags.get(name)?.kind === yesOrNo) return { name, value: "true" };
  const plain = name.replace(/^no-/, "");
  if (plain !== name && flags.get(plain)?.kind === yesOrNo) return { name: plain, value: "false" };
  return { name, value };
}

/** Reads a command's arguments and the environment into its settings. */
export function readCommandLine<Table extends FlagTable>(
  table: Table,
  args: readonly string[],
  environment: Environment,
): ReadCommandLine<Table> {
  const flags = new Map(Object.values(table).map((definition) => [definition.flag, definition]));
  const { given, words } = splitArguments(flags, args);
  const config: Record<string, unknown> = {};
  for (const [setting, definition] of Object.entries(table)) {
    const name = definition.flag;
    const variable = environmentName(name);
    const fromFlag = given.get(name);
    const fromEnvironment = environment[variable];
    if (fromFlag !== undefined) config[setting] = readValue(definition, `--${name}`, fromFlag);
    else if (fromEnvironment) config[setting] = readValue(definition, variable, fromEnvironment);
    else config[setting] = readValue(definition, `--${name}`, definition.fallback);
  }
  return { config: config as ConfigOf<Table>, words };
}
