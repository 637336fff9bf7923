/**
 * How much re2js will have to do for an expression, told without compiling it.
 *
 * I1  Weight 1 is one character to match, about 2 µs. A repetition multiplies what it repeats; the
 *     text of a class counts once however often that is repeated, a class of Unicode for more.
 * I2  An expression that is none has a weight too: re2js has to read it to find the fault.
 * I3  What a value may take in one go is bounded by weight and length together.
 *
 * Units: places and lengths are UTF-16 units.
 */
import { TsdbError } from "../base/errors.ts";
import { endOfClass } from "./pattern-parts.ts";

/** What is compiled in one go: some milliseconds, some more when the code of re2js is not warm. */
export const WEIGHT_MAX = 2048;
/** All of a pattern; it bounds the memory of its program. */
export const WHOLE_WEIGHT_MAX = 1 << 19;

const UNICODE_CLASS_WEIGHT = 128;
/**
 * Weight times length of what is asked in one go: re2js keeps as many states as an expression
 * weighs for every character when it finds no better way, 10 to 20 ns each.
 */
const STEPS_MAX = 1 << 20;
/** With the largest weight, a value up to this length is within it. */
export const FREE_LENGTH = STEPS_MAX / WEIGHT_MAX;
/** Of those states, what the meter of a query counts as one. */
const STEPS_PER_WORK = 4;
/** Of repetitions within each other, as in Go. */
const TIMES_MAX = 1000;
const GROUP_WEIGHT = 2;
const QUANTIFIER_WEIGHT = 2;

const REPEAT = /\{(\d+)(?:,(\d*))?\}/y;
const UNICODE_CLASS = /\\[pP]|\[:/g;

/** The fault of an expression that is more than may be compiled in one go. */
export class ExpressionTooLarge extends Error {}

/** What an expression takes, and how many groups it has that capture. */
export interface Weighed {
  readonly weight: number;
  readonly groupCount: number;
  /** Whether it repeats repetitions more often than Go allows: it is none. */
  readonly isOverRepeated: boolean;
}

class Scale {
  private readonly expression: string;
  private at = 0;
  /** Of classes, which are the same in every repetition. */
  private classes = 0;
  /** Of the groups around, without the one that is being read. */
  private readonly outer: number[] = [];
  /** Of the innermost open group: what stands before the last element, and that. */
  private before = 0;
  private last = 0;
  private groupCount = 0;
  /** How often the last element is repeated within itself, and the most in the open groups. */
  private lastTimes = 1;
  private mostTimes = [1];
  private isOverRepeated = false;

  constructor(expression: string) {
    this.expression = expression;
  }

  weigh(): Weighed {
    while (this.at < this.expression.length) this.element(this.expression[this.at]!);
    const open = this.outer.reduce((sum, weight) => sum + weight + GROUP_WEIGHT, 0);
    const weight = this.classes + open + this.before + this.last;
    return { weight, groupCount: this.groupCount, isOverRepeated: this.isOverRepeated };
  }

  private element(first: string): void {
    if (first === "\\") this.escape();
    else if (first === "[") this.characterClass();
    else if (first === "(") this.open();
    else if (first === ")") this.close();
    else if (first === "{") this.repeat();
    else if (first === "*" || first === "+" || first === "?") {
      this.last += QUANTIFIER_WEIGHT;
      this.at++;
    } else this.add(1, 1);
  }

  /** An element of so much weight and text. */
  private add(weight: number, length: number): void {
    this.before += this.last;
    this.last = weight;
    this.lastTimes = 1;
    this.at += length;
  }

  private escape(): void {
    const letter = this.expression[this.at + 1];
    if (letter === "Q") {
      const end = this.expression.indexOf("\\E", this.at);
      const length = (end < 0 ? this.expression.length : end + 2) - this.at;
      this.before += length;
      this.add(1, length);
      return;
    }
    if (letter === "p" || letter === "P") this.classes += UNICODE_CLASS_WEIGHT;
    this.add(1, 2);
  }

  private characterClass(): void {
    const end = endOfClass(this.expression, this.at);
    const text = this.expression.slice(this.at, end < 0 ? undefined : end);
    const named = text.includes("\\") || text.includes("[:") ? text.match(UNICODE_CLASS) : null;
    this.classes += text.length + UNICODE_CLASS_WEIGHT * (named?.length ?? 0);
    this.add(1, text.length);
  }

  private open(): void {
    if (this.expression[this.at + 1] !== "?") this.groupCount++;
    else if (/[P<]/.test(this.expression[this.at + 2] ?? "")) this.groupCount++;
    this.mostTimes.push(1);
    this.outer.push(this.before + this.last);
    this.before = 0;
    this.last = 0;
    // The question mark is no quantifier.
    this.at += this.expression[this.at + 1] === "?" ? 2 : 1;
  }

  private close(): void {
    const inner = this.before + this.last + GROUP_WEIGHT;
    this.before = this.outer.pop() ?? 0;
    this.last = 0;
    this.add(inner, 1);
    this.lastTimes = this.mostTimes.pop() ?? 1;
    this.noteTimes();
  }

  private noteTimes(): void {
    const innermost = this.mostTimes.length - 1;
    const most = this.mostTimes[innermost] ?? 1;
    if (this.lastTimes > most) this.mostTimes[innermost] = this.lastTimes;
    if (this.lastTimes > TIMES_MAX) this.isOverRepeated = true;
  }

  private repeat(): void {
    REPEAT.lastIndex = this.at;
    const found = REPEAT.exec(this.expression);
    if (found === null) {
      this.add(1, 1);
      return;
    }
    const [text, least, most] = found;
    const times = Number(most || least);
    this.lastTimes *= times;
    this.noteTimes();
    this.last *= Math.max(1, times);
    this.last += QUANTIFIER_WEIGHT;
    this.at += text.length;
  }
}

/** Weighs an expression. */
export function weigh(expression: string): Weighed {
  return new Scale(expression).weigh();
}

/**
 * Work of asking an expression about a value besides that of a short one, about 20 ns each. Throws
 * QUERY_EXECUTION when that may take too long for one go.
 */
export function longValueWork(weight: number, value: string): number {
  if (value.length <= FREE_LENGTH) return 0;
  const steps = weight * value.length;
  if (steps <= STEPS_MAX) return Math.ceil(steps / STEPS_PER_WORK);
  throw new TsdbError(
    "QUERY_EXECUTION",
    `regular expression of weight ${weight} on a label value of ${value.length} characters:` +
      ` the product is more than the ${STEPS_MAX} allowed`,
  );
}

/** Throws ExpressionTooLarge for a pattern whose pieces weigh too much together. */
export function requireWhole(weight: number): void {
  if (weight <= WHOLE_WEIGHT_MAX) return;
  throw new ExpressionTooLarge("error parsing regexp: expression too large");
}

/** The weight of an expression. Throws ExpressionTooLarge when it may not be compiled in one go. */
export function requireLight(expression: string): number {
  const { weight, isOverRepeated } = weigh(expression);
  // The fault of such a one is found when it is read, and by its text it is no larger.
  const isFault = isOverRepeated && expression.length <= WEIGHT_MAX;
  if (weight <= WEIGHT_MAX || isFault) return weight;
  const rule = `at most ${WEIGHT_MAX} may be compiled at a time`;
  throw new ExpressionTooLarge(
    `error parsing regexp: expression too large: an alternative weighs ${weight}, ${rule}`,
  );
}
