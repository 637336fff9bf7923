/**
 * Reading a mapping of a configuration file strictly: every key is known, every value has its type.
 *
 * I1  A key that nobody asked for is refused by its full name, as "tls_server_config.cert_fil".
 * I2  No text of a value stands in an error unless the value is one of a few words: it may be a
 *     secret.
 */
import { TsdbError } from "../base/errors.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** The error of a configuration file that cannot be used. */
export function configFault(text: string): TsdbError {
  return new TsdbError("CONFIG_INVALID", text);
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One mapping, read key by key; finish() refuses what was not asked for. */
export class StrictFields {
  private readonly path: string;
  private readonly values: Mapping;
  private readonly asked = new Set<string>();

  /** `path` names the mapping in errors, "" for the file itself. Null is an empty mapping. */
  constructor(path: string, value: unknown) {
    if (value !== null && value !== undefined && !isMapping(value)) {
      throw configFault(`${path || "the file"}: want a mapping of keys to values`);
    }
    this.path = path;
    this.values = isMapping(value) ? value : {};
  }

  /** Keys of the mapping: for one whose keys are names that the operator chose. */
  get keys(): string[] {
    return Object.keys(this.values);
  }

  /** A text; undefined when the key is absent or empty. */
  text(key: string): string | undefined {
    const value = this.take(key);
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value !== "string") throw this.fault(key, "want a text");
    return value;
  }

  /** One of a few words; undefined when the key is absent. */
  word<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const text = this.text(key);
    const found = words.find((word) => word === text);
    if (text === undefined || found !== undefined) return found;
    throw this.fault(key, `want one of ${words.join(", ")}, got ${JSON.stringify(text)}`);
  }

  /** A list of some words; undefined when the key is absent. */
  words<Word extends string>(key: string, words: readonly Word[]): Word[] | undefined {
    return this.texts(key)?.map((text) => {
      const found = words.find((word) => word === text);
      if (found !== undefined) return found;
      throw this.fault(key, `want any of ${words.join(", ")}, got ${JSON.stringify(text)}`);
    });
  }

  /** A list of texts; undefined when the key is absent. */
  texts(key: string): string[] | undefined {
    const value = this.take(key);
    if (value === undefined || value === null) return undefined;
    const isList = Array.isArray(value) && value.every((entry) => typeof entry === "string");
    if (!isList) throw this.fault(key, "want a list of texts");
    return value;
  }

  yesOrNo(key: string, fallback: boolean): boolean {
    const value = this.take(key) ?? fallback;
    if (typeof value !== "boolean") throw this.fault(key, "want true or false");
    return value;
  }

  /** A whole number of at least 0. */
  count(key: string, fallback: number): number {
    const value = this.take(key) ?? fallback;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.fault(key, "want a whole number");
  }

  /** The mapping under a key; an empty one when the key is absent. */
  fields(key: string): StrictFields {
    return new StrictFields(this.nameOf(key), this.take(key));
  }

  /** An error about one key. */
  fault(key: string, text: string): TsdbError {
    return configFault(`${this.nameOf(key)}: ${text}`);
  }

  /** Refuses the keys that were not asked for. */
  finish(): void {
    const unknown = this.keys.find((key) => !this.asked.has(key));
    if (unknown === undefined) return;
    const known = [...this.asked].join(", ");
    throw configFault(`${this.nameOf(unknown)}: unknown key; known here: ${known}`);
  }

  private nameOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }

  private take(key: string): unknown {
    this.asked.add(key);
    return Object.hasOwn(this.values, key) ? this.values[key] : undefined;
  }
}
