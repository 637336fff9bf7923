/**
 * What may follow an operand: [range], [range:step], offset D, @ T, anchored, smoothed.
 *
 * Ranges stand before time modifiers; each modifier stands once; their order among themselves is
 * free.
 */
import type {
  DurationExpression,
  DurationOperation,
  Expression,
  MatrixSelector,
  Subquery,
  TimeModifiers,
  VectorSelector,
} from "../ast.ts";
import { type DurationParser, durationsWanted, parseNumberOrDuration } from "./parse-duration.ts";
import type { ParseOptions } from "./parse-options.ts";
import type { TokenCursor } from "./token-cursor.ts";

const INT64_MAX = 2 ** 63;
const AFTER_WHAT =
  "modifier must be preceded by an instant vector selector or range vector selector or a subquery";

/** Milliseconds of a literal, rounded to nanoseconds as Go's time.Duration is; 0 for arithmetic. */
function literalMs(duration: DurationExpression | null): number {
  return duration?.kind === "number" ? Math.round(duration.value * 1e9) / 1e6 : 0;
}

function arithmeticOf(duration: DurationExpression | null): DurationOperation | null {
  return duration?.kind === "duration" ? duration : null;
}

export class PostfixParser {
  private readonly cursor: TokenCursor;
  private readonly durations: DurationParser;
  private readonly options: ParseOptions;

  constructor(cursor: TokenCursor, durations: DurationParser, options: ParseOptions) {
    this.cursor = cursor;
    this.durations = durations;
    this.options = options;
  }

  /** Applies everything that follows `operand`. */
  parse(operand: Expression): Expression {
    let expression = operand;
    for (;;) {
      switch (this.cursor.current.kind) {
        case "[":
          expression = this.range(expression);
          break;
        case "offset":
          this.offset(expression);
          break;
        case "@":
          this.at(expression);
          break;
        case "anchored":
        case "smoothed":
          this.extended(expression);
          break;
        default:
          return expression;
      }
    }
  }

  private range(operand: Expression): MatrixSelector | Subquery {
    const bracket = this.cursor.take();
    const range = this.durations.positive();
    if (range === null) this.durations.failOperand();
    if (this.cursor.accept(":")) return this.subquery(operand, range);
    this.cursor.expect("]", "subquery or range", '":" or "]"');
    const rangeMs = literalMs(range);
    const selector = this.rangeOperand(operand, bracket.start);
    return {
      kind: "matrix-selector",
      start: operand.start,
      selector,
      rangeMs,
      rangeExpression: arithmeticOf(range),
    };
  }

  private rangeOperand(operand: Expression, bracketStart: number): VectorSelector {
    if (operand.kind !== "vector-selector") {
      this.cursor.note(bracketStart, "ranges only allowed for vector selectors");
      throw this.cursor.firstProblem;
    }
    if (operand.offsetMs !== 0 || operand.offsetExpression) {
      this.cursor.note(bracketStart, "no offset modifiers allowed before range");
    } else if (operand.atMs !== null || operand.atEdge !== null) {
      this.cursor.note(bracketStart, "no @ modifiers allowed before range");
    }
    return operand;
  }

  private subquery(operand: Expression, range: DurationExpression): Subquery {
    let step: DurationExpression | null = null;
    if (this.cursor.current.kind !== "]") {
      step = this.durations.positive();
      if (step === null) this.failStep();
    }
    this.cursor.expect("]", "subquery selector", '"]"');
    return {
      kind: "subquery",
      start: operand.start,
      expression: operand,
      rangeMs: literalMs(range),
      rangeExpression: arithmeticOf(range),
      stepMs: literalMs(step),
      stepExpression: arithmeticOf(step),
      offsetMs: 0,
      offsetExpression: null,
      atMs: null,
      atEdge: null,
    };
  }

  private failStep(): never {
    const wanted = durationsWanted(this.options).replace(", or", ",");
    const or = this.options.durationExpressions ? ", or" : " or";
    return this.cursor.unexpected("subquery selector", `${wanted}${or} "]"`);
  }

  private timeModifiersOf(operand: Expression, name: string): TimeModifiers | null {
    switch (operand.kind) {
      case "vector-selector":
      case "subquery":
        return operand;
      case "matrix-selector":
        return operand.selector;
      default:
        this.cursor.note(operand.start, `${name} ${AFTER_WHAT}`);
        return null;
    }
  }

  private offset(operand: Expression): void {
    this.cursor.take();
    const duration = this.durations.afterOffset();
    if (duration === null) this.cursor.unexpected("offset", durationsWanted(this.options));
    const target = this.timeModifiersOf(operand, "offset");
    if (!target) return;
    if (target.offsetMs !== 0 || target.offsetExpression) {
      this.cursor.note(operand.start, "offset may not be set multiple times");
      return;
    }
    target.offsetMs = literalMs(duration);
    target.offsetExpression = arithmeticOf(duration);
  }

  private at(operand: Expression): void {
    this.cursor.take();
    const token = this.cursor.current;
    if (token.kind === "start" || token.kind === "end") {
      this.cursor.take();
      this.cursor.expect("(", "@", "timestamp");
      this.cursor.expect(")", "@", "timestamp");
      const target = this.atTarget(operand);
      if (target) target.atEdge = token.kind;
      return;
    }
    if (token.kind === "-" || token.kind === "+") this.cursor.take();
    const literal = parseNumberOrDuration(this.cursor);
    if (!literal) this.cursor.unexpected("@", "timestamp");
    const seconds = token.kind === "-" ? -literal.value : literal.value;
    if (!(Math.abs(seconds) < INT64_MAX)) {
      const problem = `timestamp out of bounds for @ modifier: ${goFixed(seconds)}`;
      this.cursor.note(operand.start, problem);
    }
    const target = this.atTarget(operand);
    if (target) target.atMs = Math.round(seconds * 1000);
  }

  private atTarget(operand: Expression): TimeModifiers | null {
    const target = this.timeModifiersOf(operand, "@");
    if (!target) return null;
    if (target.atMs === null && target.atEdge === null) return target;
    this.cursor.note(operand.start, "@ <timestamp> may not be set multiple times");
    return null;
  }

  private extended(operand: Expression): void {
    const { kind } = this.cursor.take();
    if (!this.options.extendedSelectors) {
      this.cursor.note(operand.start, `${kind} modifier is experimental and not enabled`);
      return;
    }
    const selector = operand.kind === "matrix-selector" ? operand.selector : operand;
    if (selector.kind !== "vector-selector") {
      this.cursor.note(operand.start, `${kind} modifier not implemented`);
      return;
    }
    if (kind === "anchored") {
      if (selector.smoothed)
        this.cursor.note(operand.start, "anchored and smoothed modifiers cannot be used together");
      selector.anchored = true;
      return;
    }
    if (selector.anchored)
      this.cursor.note(operand.start, "anchored and smoothed modifiers cannot be used together");
    selector.smoothed = true;
  }
}

/** A number as Go's %f prints it. */
function goFixed(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  // From 1e21 on toFixed() writes an exponent; such a number is whole.
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}
