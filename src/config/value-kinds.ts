/**
 * The kinds of value a flag can have: how a text is read, how a value is shown, what is allowed.
 *
 * I1  read(text) gives the value, or undefined for a text that is not allowed; it never throws.
 * I2  read(show(value)) equals value, so that /api/v1/status/flags can be fed back.
 *
 * Units: durations are milliseconds, sizes are bytes.
 */
import { formatDuration, parseDuration } from "../base/duration.ts";

/** One kind of value. `allowed` is a phrase for the error text and the documentation. */
export interface ValueKind<Value> {
  read(text: string): Value | undefined;
  show(value: Value): string;
  readonly allowed: string;
  /** How the value is named in --help, "" for a flag without one. */
  readonly placeholder: string;
  /** Whether the flag may be given several times: the texts are joined by commas. */
  readonly joins?: boolean;
}

const BYTE_UNITS: readonly (readonly [string, number])[] = [
  ["TiB", 2 ** 40],
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
  ["B", 1],
];

/** Bytes of a text like "512MiB", "1.5GiB" or "1024"; KB, MB … count by 1024, as in Prometheus. */
function readBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]i?B|B)?$/.exec(text);
  if (match === null) return undefined;
  const unit = (match[2] ?? "B").replace(/^([KMGT])B$/, "$1iB");
  const factor = BYTE_UNITS.find(([name]) => name === unit)?.[1] ?? 1;
  const bytes = Number(match[1]) * factor;
  return Number.isInteger(bytes) ? bytes : undefined;
}

/** Writes bytes in the largest unit that divides them. */
export function showBytes(bytes: number): string {
  if (bytes === 0) return "0";
  const [name, factor] = BYTE_UNITS.find(([, size]) => bytes % size === 0) ?? ["B", 1];
  return `${bytes / factor}${name}`;
}

/** Lets a value through when it lies in [min, max]. */
function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

/** A Prometheus duration between two bounds, in ms; with `zeroMeans`, 0 is allowed as well. */
export function duration(minMs: number, maxMs: number, zeroMeans?: string): ValueKind<number> {
  const range = `a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  return {
    read: (text) => {
      const durationMs = parseDuration(text) ?? undefined;
      return durationMs === 0 && zeroMeans !== undefined ? 0 : within(durationMs, minMs, maxMs);
    },
    show: formatDuration,
    allowed: `${range} such as 15s, 4h or 1h30m${zeroMeans ? `; 0 = ${zeroMeans}` : ""}`,
    placeholder: "DURATION",
  };
}

/** A size in bytes between two bounds; with `zeroMeans`, 0 is allowed as well. */
export function byteSize(min: number, max: number, zeroMeans?: string): ValueKind<number> {
  const range = `a size from ${showBytes(min)} to ${showBytes(max)}`;
  return {
    read: (text) => {
      const bytes = readBytes(text);
      return bytes === 0 && zeroMeans !== undefined ? 0 : within(bytes, min, max);
    },
    show: showBytes,
    allowed: `${range} such as 512MiB or 2GiB${zeroMeans ? `; 0 = ${zeroMeans}` : ""}`,
    placeholder: "BYTES",
  };
}

/** A number written in decimal digits only. */
function readDigits(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** A whole number between two bounds. */
export function wholeNumber(min: number, max: number): ValueKind<number> {
  return {
    read: (text) => within(readDigits(text), min, max),
    show: String,
    allowed: `a whole number from ${min} to ${max}`,
    placeholder: "NUMBER",
  };
}

/** A kind of number that is never 0, with 0 allowed as well. */
export function orNone(kind: ValueKind<number>, zeroMeans: string): ValueKind<number> {
  return {
    ...kind,
    read: (value) => (value === "0" ? 0 : kind.read(value)),
    allowed: `${kind.allowed}; 0 = ${zeroMeans}`,
  };
}

/** A number, with or without decimals, between two bounds. */
export function decimalNumber(min: number, max: number): ValueKind<number> {
  return {
    read: (text) => within(/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined, min, max),
    show: String,
    allowed: `a number from ${min} to ${max}`,
    placeholder: "NUMBER",
  };
}

/** A percentage as GOGC has it: a whole number, or "off" (null). */
export function percentOrOff(max: number): ValueKind<number | null> {
  return {
    read: (text) => (text === "off" ? null : within(readDigits(text), 1, max)),
    show: (value) => (value === null ? "off" : String(value)),
    allowed: `a whole number from 1 to ${max}, or off`,
    placeholder: "PERCENT",
  };
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): ValueKind<Word> {
  return {
    read: (text) => words.find((word) => word === text),
    show: (word) => word,
    allowed: `one of ${words.join(", ")}`,
    placeholder: "WORD",
  };
}

/** Any of a few words, none by default; each may be given for itself. */
export function anyOf<const Word extends string>(
  words: readonly Word[],
): ValueKind<readonly Word[]> {
  const isKnown = (word: string): word is Word => (words as readonly string[]).includes(word);
  return {
    read: (value) => {
      const given = value === "" ? [] : value.split(",");
      return given.every(isKnown) ? given : undefined;
    },
    show: (given) => given.join(","),
    allowed: `any of ${words.join(", ")}, with commas between`,
    placeholder: "WORDS",
    joins: true,
  };
}

/** Any text that is not empty. */
export function text(placeholder: string, what: string): ValueKind<string> {
  return {
    read: (value) => (value === "" ? undefined : value),
    show: (value) => value,
    allowed: what,
    placeholder,
  };
}

/** Any text; none by default. */
export function optionalText(placeholder: string, what: string): ValueKind<string> {
  return { read: (value) => value, show: (value) => value, allowed: what, placeholder };
}

/** Any texts without commas, none by default; each may be given for itself. */
export function textList(placeholder: string, what: string): ValueKind<readonly string[]> {
  return {
    read: (value) => {
      const given = value === "" ? [] : value.split(",").map((part) => part.trim());
      return given.includes("") ? undefined : given;
    },
    show: (given) => given.join(","),
    allowed: what,
    placeholder,
    joins: true,
  };
}

/** Labels as name=value, separated by commas; the flag may be given several times. */
export const labelPairs: ValueKind<Readonly<Record<string, string>>> = {
  read: readLabelPairs,
  show: (labels) =>
    Object.entries(labels)
      .map((pair) => pair.join("="))
      .join(","),
  allowed: "labels as name=value, separated by commas",
  placeholder: "NAME=VALUE",
  joins: true,
};

function readLabelPairs(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const part of text.split(",")) {
    if (part === "") continue;
    const [, name = "", value = ""] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    if (name === "" || name in labels) return undefined;
    labels[name] = value;
  }
  return labels;
}

/** Yes or no: --flag, --no-flag, or true and false in the environment. */
export const yesOrNo: ValueKind<boolean> = {
  read: (value) => (value === "true" ? true : value === "false" ? false : undefined),
  show: String,
  allowed: "true or false",
  placeholder: "",
};

/** Where to listen: host and port; an empty host is every address, port 0 picks a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65_535;

/** Host and port of "127.0.0.1:9201", "[::1]:9201", ":9201". */
export const listenAddress: ValueKind<ListenAddress> = {
  read: (value) => {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(value);
    if (match === null || Number(match[3]) > PORT_MAX) return undefined;
    return { host: match[1] ?? match[2] ?? "", port: Number(match[3]) };
  },
  show: ({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`,
  allowed: "HOST:PORT such as 127.0.0.1:9201 or [::1]:9201; port 0 picks a free one",
  placeholder: "HOST:PORT",
};
