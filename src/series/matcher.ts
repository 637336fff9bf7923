/**
 * A label matcher of a selector: equality or an RE2 expression, fully anchored.
 *
 * A missing label equals "". Regular expressions have RE2 syntax and linear time, are anchored as
 * ^(?s:…)$ (pattern.ts).
 */
import { Pattern } from "./pattern.ts";

export type MatcherType = "=" | "!=" | "=~" | "!~";

/** Work of an equality, as Pattern.work. */
const EQUALITY_WORK = 1;

export class Matcher {
  readonly type: MatcherType;
  readonly name: string;
  readonly value: string;
  private readonly pattern: Pattern | null;

  /**
   * `compiled` is the value as a pattern, when it was compiled before. Throws when `value` is not a
   * valid expression for a regex matcher.
   */
  constructor(type: MatcherType, name: string, value: string, compiled?: Pattern) {
    this.type = type;
    this.name = name;
    this.value = value;
    const isPattern = type === "=~" || type === "!~";
    this.pattern = isPattern ? (compiled ?? Pattern.compile(value)) : null;
  }

  /** Makes one bit by bit, for a pattern that may be long; throws as the constructor does. */
  static *inSteps(type: MatcherType, name: string, value: string): Generator<void, Matcher> {
    const isPattern = type === "=~" || type === "!~";
    return new Matcher(type, name, value, isPattern ? yield* Pattern.inSteps(value) : undefined);
  }

  /** Work of matches() for a value that is not long, in the units of a query's meter. */
  get work(): number {
    return this.pattern?.work ?? EQUALITY_WORK;
  }

  /** How many pieces of a pattern are asked one after the other; 0 without one. */
  get pieceCount(): number {
    return this.pattern?.pieceCount ?? 0;
  }

  /** Work of matches() for a value; throws as Pattern.workOf() does. */
  workOf(value: string): number {
    return this.pattern?.workOf(value) ?? EQUALITY_WORK;
  }

  /** Whether a label value ("" for an absent label) satisfies the matcher. */
  matches(value: string): boolean {
    const isEqual = this.pattern ? this.pattern.matches(value) : value === this.value;
    return isEqual === (this.type === "=" || this.type === "=~");
  }

  /** As matches(), a piece of the pattern at a time; yields as Pattern.matchesInSteps() does. */
  *matchesInSteps(value: string): Generator<number, boolean> {
    if (!this.pattern) return this.matches(value);
    return (yield* this.pattern.matchesInSteps(value)) === (this.type === "=~");
  }

  /** The different literals a positive matcher can match, or null when they cannot be listed. */
  literals(): readonly string[] | null {
    if (this.type === "=") return [this.value];
    return this.type === "=~" ? this.pattern!.literals : null;
  }
}
