/**
 * Where the parts of the service report what happened: fields for machines, a text for people.
 *
 * A pino logger is one; inner code knows only this much of it.
 */

type LogCall = (fields: Readonly<Record<string, unknown>>, text: string) => void;

export interface Log {
  readonly debug: LogCall;
  readonly info: LogCall;
  readonly warn: LogCall;
  readonly error: LogCall;
}

function nothing(): void {}

/** A log that keeps nothing, for tests and simulations. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
