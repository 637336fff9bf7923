/**
 * A label matcher of a selector: equality or an RE2 expression, fully anchored.
 *
 * A missing label equals "". Regular expressions have RE2 syntax and linear time (re2js), are
 * anchored as ^(?s:…)$, and are answered without re2js when they are an alternation of simple
 * parts: literals, `.*` or `.+`, alone or behind a literal.
 */
import { RE2JS } from "re2js";

export type MatcherType = "=" | "!=" | "=~" | "!~";

const SPECIAL = /[\\.+*?()|[\]{}^$]/;

/** The literals of a pattern like "a|b|c", or null when it is anything else. */
function literalAlternatives(pattern: string): string[] | null {
  const parts = pattern.split("|");
  return parts.every((part) => !SPECIAL.test(part)) ? parts : null;
}

/** Fails as the pattern alone does. */
function compileBare(pattern: string): void {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Go names the rest of the pattern here too, which is empty.
    throw message.endsWith("at end of expression") ? new Error(`${message}: \`\``) : error;
  }
}

/** Compiles `^(?s:pattern)$`; an error names the pattern as it was written. */
function compileAnchored(pattern: string): RE2JS {
  try {
    return RE2JS.compile(`^(?s:${pattern})$`);
  } catch (error) {
    compileBare(pattern);
    throw error;
  }
}

/** The predicate of a literal, or of `.*` or `.+` behind one; null for any other pattern. */
function simplePart(pattern: string): ((value: string) => boolean) | null {
  if (!SPECIAL.test(pattern)) return (value) => value === pattern;
  const stem = pattern.slice(0, -2);
  if (SPECIAL.test(stem)) return null;
  if (pattern.endsWith(".*")) return (value) => value.startsWith(stem);
  if (!pattern.endsWith(".+")) return null;
  return (value) => value.length > stem.length && value.startsWith(stem);
}

/** Compiles a pattern to a predicate with RE2 semantics; throws re2js' error for a bad one. */
export function compilePattern(pattern: string): (value: string) => boolean {
  const literals = literalAlternatives(pattern);
  if (literals?.length === 1) return (value) => value === pattern;
  if (literals) {
    const set = new Set(literals);
    return (value) => set.has(value);
  }
  const parts = pattern.split("|").map(simplePart);
  if (parts.every((part) => part !== null)) {
    return parts.length === 1 ? parts[0]! : (value) => parts.some((part) => part(value));
  }
  const compiled = compileAnchored(pattern);
  return (value) => compiled.matcher(value).find();
}

export class Matcher {
  readonly type: MatcherType;
  readonly name: string;
  readonly value: string;
  private readonly predicate: (value: string) => boolean;

  /** Throws when `value` is not a valid expression for a regex matcher. */
  constructor(type: MatcherType, name: string, value: string) {
    this.type = type;
    this.name = name;
    this.value = value;
    this.predicate = type === "=~" || type === "!~" ? compilePattern(value) : (v) => v === value;
  }

  /** Whether a label value ("" for an absent label) satisfies the matcher. */
  matches(value: string): boolean {
    return this.predicate(value) === (this.type === "=" || this.type === "=~");
  }

  /** The literals a positive matcher can match, or null when they cannot be listed. */
  literals(): readonly string[] | null {
    if (this.type === "=") return [this.value];
    return this.type === "=~" ? literalAlternatives(this.value) : null;
  }
}
