/**
 * Flags as data: a command's table gives each setting its flag, kind, default and explanation, and
 * everything else (parsing, environment names, --help, docs/flags.md) is derived from it.
 *
 * I1  A default is a text that its own kind reads; the tests read every one.
 * I2  The environment name is SPANDREL_ and the flag in capitals, dots and dashes as underscores.
 */
import type { ValueKind } from "./value-kinds.ts";

/** One setting of a command. */
export interface FlagDefinition<Value> {
  /** Name without the dashes, such as "heap.gogc". */
  readonly flag: string;
  readonly kind: ValueKind<Value>;
  readonly fallback: string;
  /** What it does, in one sentence. */
  readonly help: string;
}

/** The settings of a command by the name that code knows them under. */
export type FlagTable = { readonly [setting: string]: FlagDefinition<unknown> };

/** The values that a table describes. */
export type ConfigOf<Table extends FlagTable> = {
  readonly [Setting in keyof Table]: Table[Setting] extends FlagDefinition<infer Value>
    ? Value
    : never;
};

/** Describes one setting; the value's type comes from the kind. */
export function flag<Value>(
  name: string,
  kind: ValueKind<Value>,
  fallback: string,
  help: string,
): FlagDefinition<Value> {
  return { flag: name, kind, fallback, help };
}

/** Environment name of a flag: "web.listen-address" is SPANDREL_WEB_LISTEN_ADDRESS. */
export function environmentName(flagName: string): string {
  return `SPANDREL_${flagName.toUpperCase().replace(/[.-]/g, "_")}`;
}

/** The values of a config as texts by flag, as /api/v1/status/flags shows them. */
export function shownFlags<Table extends FlagTable>(
  table: Table,
  config: ConfigOf<Table>,
): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [setting, definition] of Object.entries(table)) {
    shown[definition.flag] = definition.kind.show(config[setting]);
  }
  return shown;
}
