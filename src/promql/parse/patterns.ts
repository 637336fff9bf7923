/**
 * The patterns of a text, compiled a piece at a time: the text is parsed once to see which it has,
 * and once more when they are there. What takes long is so done where others may run in between.
 *
 * I1  A pattern is compiled once, and one that is none fails again without being looked at.
 * I2  What the first parse gives, a tree or a fault, counts only when it has met no pattern.
 */
import { GroupPattern } from "../../series/group-pattern.ts";
import { Pattern } from "../../series/pattern.ts";

/** What came of a pattern; null until it is compiled. */
type Outcome<Made> = Made | Error | null;

function* outcomes<Made>(
  of: Map<string, Outcome<Made>>,
  make: (pattern: string) => Generator<void, Made>,
): Generator<void> {
  for (const pattern of of.keys()) {
    try {
      of.set(pattern, yield* make(pattern));
    } catch (error) {
      of.set(pattern, error instanceof Error ? error : new Error(String(error)));
    }
    yield;
  }
}

function wanted<Made>(of: Map<string, Outcome<Made>>, pattern: string): Made | null {
  const outcome = of.get(pattern);
  if (outcome instanceof Error) throw outcome;
  if (outcome === undefined) of.set(pattern, null);
  return outcome ?? null;
}

export class Patterns {
  private readonly ofMatchers = new Map<string, Outcome<Pattern>>();
  private readonly ofGroups = new Map<string, Outcome<GroupPattern>>();

  /** Whether any pattern was met. */
  get isEmpty(): boolean {
    return this.ofMatchers.size + this.ofGroups.size === 0;
  }

  /** The pattern of a matcher; null in the first parse. Throws its fault. */
  matching(pattern: string): Pattern | null {
    return wanted(this.ofMatchers, pattern);
  }

  /** A pattern whose groups are wanted; null in the first parse. Throws its fault. */
  withGroups(pattern: string): GroupPattern | null {
    return wanted(this.ofGroups, pattern);
  }

  /** Notes a pattern whose groups will be wanted. */
  noteGroups(pattern: string): void {
    if (!this.ofGroups.has(pattern)) this.ofGroups.set(pattern, null);
  }

  /** Compiles what was met; yields wherever others may run. */
  *compile(): Generator<void> {
    yield* outcomes(this.ofMatchers, Pattern.inSteps);
    yield* outcomes(this.ofGroups, GroupPattern.inSteps);
  }
}

/** Parses a text and compiles its patterns; yields wherever others may run. */
export function* parsedInSteps<Parsed>(
  parse: (patterns: Patterns) => Parsed,
): Generator<void, Parsed> {
  const patterns = new Patterns();
  try {
    const parsed = parse(patterns);
    if (patterns.isEmpty) return parsed;
  } catch (error) {
    if (patterns.isEmpty) throw error;
  }
  yield;
  yield* patterns.compile();
  return parse(patterns);
}
