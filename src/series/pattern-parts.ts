/**
 * A regular expression taken apart at its outermost alternatives: those that are plain texts, those
 * that are a plain text in front of anything, and the rest as it was written.
 *
 * I1  A value matches the pattern, anchored at both ends and with `.` for every character, exactly
 *     when it is one of `texts`, begins with one of `stems`, begins with one of `longerStems` and
 *     goes on, or matches an alternative of `rest`.
 * I2  Whatever is not understood here stays in `rest`, whole: an expression that is none too.
 * I3  Texts are found through groups and escapes too: `web-(a|b)\.eu` is two of them, and between
 *     anchors. What groups multiply to is bounded, for a pattern as a whole.
 *
 * Units: lengths are UTF-16 units.
 */

/** The parts of a pattern. */
export interface PatternParts {
  readonly texts: readonly string[];
  /** Of alternatives like `stem.*`. */
  readonly stems: readonly string[];
  /** Of alternatives like `stem.+`. */
  readonly longerStems: readonly string[];
  readonly rest: readonly string[];
  /** False when its brackets may not even be in order: `rest` is the pattern, as it is. */
  readonly isUnderstood: boolean;
}

const SPECIAL = /[\\.+*?()|[\]{}^$]/g;
/** Plain characters and escapes of others. */
const ESCAPED_TEXT = /^(?:[^\\.+*?()|[\]{}^$]|\\[!-/:-@[-`{-~])*$/;
const ESCAPE = /\\(.)/g;
const QUANTIFIER = /[*+?{]/;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
/** Flags from here on, as they may look. */
const FLAGS = /\(\?[A-Za-z]*(?:-[A-Za-z]*)?\)/y;
const NESTING = /[\\()[]/;
/** What alternatives are told by. */
const MARK = /[\\()|[]/g;
/** Groups within groups that are looked into. */
const DEPTH_MAX = 16;
const ALTERNATIVES_A_STEP = 128;
const MARKS_A_STEP = 1024;
/** Cost of all texts that groups multiply to, each of them by its length and more. */
const EXPANSION_MAX = 1 << 20;
const TEXT_COST = 16;
/** Of it, what one group may multiply to, and what is done in one step. */
const EXPANSION_AT_ONCE_MAX = 1 << 18;
const EXPANSION_A_STEP = 1 << 15;

/** Where the next character of a kind is, from `from` on; the length when there is none. */
function next(kind: RegExp, text: string, from: number): number {
  kind.lastIndex = from;
  // What exec() would make of each is dearer than the search.
  return kind.test(text) ? kind.lastIndex - 1 : text.length;
}

function hasSpecial(text: string): boolean {
  return next(SPECIAL, text, 0) < text.length;
}

/** Flags that are set at a place; "" when it sets none. */
function flagsAt(pattern: string, at: number): string {
  FLAGS.lastIndex = at;
  return FLAGS.exec(pattern)?.[0] ?? "";
}

/** Where the class that begins at `from` ends, -1 when it does not. */
export function endOfClass(pattern: string, from: number): number {
  let at = from + 1;
  if (pattern[at] === "^") at++;
  if (pattern[at] === "]") at++;
  for (; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "]") return at + 1;
    if (character === "\\") at++;
    else if (character === "[" && pattern[at + 1] === ":") {
      const end = pattern.indexOf(":]", at + 2);
      if (end < 0) return -1;
      at = end + 1;
    }
  }
  return -1;
}

/**
 * The outermost alternatives, as written; null when they cannot be told without understanding more:
 * quotations, flags that are set on the way, brackets without their counterpart.
 */
export function alternativesOf(pattern: string): string[] | null {
  const finding = alternativesInSteps(pattern);
  let step = finding.next();
  while (!step.done) step = finding.next();
  return step.value;
}

/** The same; yields wherever others may run. */
export function* alternativesInSteps(pattern: string): Generator<void, string[] | null> {
  if (!NESTING.test(pattern)) return pattern.split("|");
  const alternatives: string[] = [];
  let marks = 0;
  let depth = 0;
  let from = 0;
  for (let at = next(MARK, pattern, 0); at < pattern.length; at = next(MARK, pattern, at)) {
    if (++marks % MARKS_A_STEP === 0) yield;
    const character = pattern[at];
    if (character === "\\") {
      if (at + 1 === pattern.length || pattern[at + 1] === "Q") return null;
      at += 2;
    } else if (character === "[") {
      at = endOfClass(pattern, at);
      if (at < 0) return null;
    } else {
      if (character === "(") {
        if (flagsAt(pattern, at) !== "") return null;
        depth++;
      } else if (character === ")" && --depth < 0) return null;
      else if (character === "|" && depth === 0) {
        alternatives.push(pattern.slice(from, at));
        from = at + 1;
      }
      at++;
    }
  }
  if (depth > 0) return null;
  alternatives.push(pattern.slice(from));
  return alternatives;
}

/** What stands in the group at `from`, and where it ends; null when it is no plain one. */
export function groupAt(pattern: string, from: number): { inner: string; end: number } | null {
  let depth = 0;
  let at = from;
  while (at < pattern.length) {
    at = next(MARK, pattern, at);
    const character = pattern[at];
    if (character === "\\") at += 2;
    else if (character === "[") {
      at = endOfClass(pattern, at);
      if (at < 0) return null;
    } else {
      at++;
      if (character === "(") depth++;
      else if (character === ")" && --depth === 0) break;
    }
  }
  if (depth !== 0) return null;
  const inner = pattern.slice(from + 1, at - 1);
  if (!inner.startsWith("?")) return { inner, end: at };
  return inner.startsWith("?:") ? { inner: inner.slice(2), end: at } : null;
}

/** Whether an expression is one text. */
export function isPlainText(expression: string): boolean {
  return !hasSpecial(expression) || ESCAPED_TEXT.test(expression);
}

/** What is left for texts that groups multiply to. */
class Expansion {
  private left = EXPANSION_MAX;

  get spent(): number {
    return EXPANSION_MAX - this.left;
  }

  /** Every text of one of `heads` and one of `tails`; null when that is too much. */
  joined(heads: readonly string[], tails: readonly string[]): readonly string[] | null {
    if (heads.length === 1 && heads[0] === "") return tails;
    if (heads.length === 1 && tails.length === 1) return [heads[0]! + tails[0]!];
    const costOf = (texts: readonly string[]) =>
      texts.reduce((sum, text) => sum + text.length + TEXT_COST, 0);
    const cost = costOf(heads) * tails.length + costOf(tails) * heads.length;
    if (cost > Math.min(this.left, EXPANSION_AT_ONCE_MAX)) return null;
    this.left -= cost;
    return heads.flatMap((head) => tails.map((tail) => head + tail));
  }
}

/** The texts of a group's alternatives; null when one of them is more than texts. */
function textsOfAll(pattern: string, depth: number, expansion: Expansion): string[] | null {
  const texts: string[] = [];
  if (depth > DEPTH_MAX) return null;
  for (const alternative of alternativesOf(pattern) ?? [pattern]) {
    const own = textsOf(alternative, depth, expansion);
    if (own === null) return null;
    for (const text of own) texts.push(text);
  }
  return texts;
}

/** The texts that an alternative matches, when there are only some; else null. */
function textsOf(
  alternative: string,
  depth: number,
  expansion: Expansion,
): readonly string[] | null {
  if (!hasSpecial(alternative)) return [alternative];
  if (ESCAPED_TEXT.test(alternative)) return [alternative.replace(ESCAPE, "$1")];
  let texts: readonly string[] | null = [""];
  let at = 0;
  while (at < alternative.length) {
    let own: readonly string[] | null;
    if (alternative[at] === "\\") {
      if (!ESCAPABLE.test(alternative[at + 1] ?? "")) return null;
      own = [alternative[at + 1]!];
      at += 2;
    } else if (alternative[at] === "(") {
      const group = groupAt(alternative, at);
      if (group === null) return null;
      own = textsOfAll(group.inner, depth + 1, expansion);
      at = group.end;
    } else {
      const from = at;
      at = next(SPECIAL, alternative, from);
      if (at === from) return null;
      own = [alternative.slice(from, at)];
    }
    if (QUANTIFIER.test(alternative[at] ?? "")) return null;
    texts = own && expansion.joined(texts, own);
    if (texts === null) return null;
  }
  return texts;
}

/** An outermost alternative without the anchors that it has anyway. */
function withoutAnchors(alternative: string): string {
  const from = alternative.startsWith("^") ? 1 : 0;
  const isAnchored = alternative.endsWith("$") && alternative.at(-2) !== "\\";
  return alternative.slice(from, isAnchored ? -1 : undefined);
}

class PartsBuilder implements PatternParts {
  readonly texts: string[] = [];
  readonly stems: string[] = [];
  readonly longerStems: string[] = [];
  readonly rest: string[] = [];
  isUnderstood = true;
  private readonly expansion = new Expansion();

  *addAll(pattern: string, depth: number): Generator<void> {
    const alternatives = yield* alternativesInSteps(pattern);
    yield;
    if (alternatives === null) yield* this.addUnknown(pattern);
    let spent = this.expansion.spent;
    for (const [i, alternative] of alternatives?.entries() ?? []) {
      const group = alternative.startsWith("(") ? groupAt(alternative, 0) : null;
      const isGroup = group?.end === alternative.length && depth < DEPTH_MAX;
      if (isGroup) {
        yield;
        yield* this.addAll(group.inner, depth + 1);
      } else this.add(alternative, depth);
      const isLong = this.expansion.spent - spent > EXPANSION_A_STEP;
      if (!isLong && i % ALTERNATIVES_A_STEP !== ALTERNATIVES_A_STEP - 1) continue;
      spent = this.expansion.spent;
      yield;
    }
  }

  private add(alternative: string, depth: number): void {
    const bare = depth === 0 ? withoutAnchors(alternative) : alternative;
    const texts = textsOf(bare, depth, this.expansion);
    if (texts !== null) {
      for (const text of texts) this.texts.push(text);
      return;
    }
    const isStem = bare.endsWith(".*");
    const isLonger = bare.endsWith(".+");
    const stems = isStem || isLonger ? textsOf(bare.slice(0, -2), depth, this.expansion) : null;
    if (stems === null) this.rest.push(alternative);
    else for (const stem of stems) (isStem ? this.stems : this.longerStems).push(stem);
  }

  /** A pattern whose alternatives cannot be told; flags in front of all are of each of them. */
  private *addUnknown(pattern: string): Generator<void> {
    const flags = flagsAt(pattern, 0);
    const rest = pattern.slice(flags.length);
    const alternatives = flags === "" ? null : yield* alternativesInSteps(rest);
    this.isUnderstood = alternatives !== null;
    if (alternatives === null) this.rest.push(pattern);
    else for (const one of alternatives) this.rest.push(`${flags.slice(0, -1)}:${one})`);
  }
}

/** Takes a pattern apart; yields wherever others may run. */
export function* partsInSteps(pattern: string): Generator<void, PatternParts> {
  const parts = new PartsBuilder();
  if (hasSpecial(pattern)) yield* parts.addAll(pattern, 0);
  else parts.texts.push(pattern);
  return parts;
}
