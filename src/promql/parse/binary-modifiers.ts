/** What may stand between a binary operator and its right side: bool, on, group_left, fill … */
import type { Cardinality, VectorMatching } from "../ast.ts";
import { parseLabelList } from "./label-list.ts";
import { parseNumberOrDuration } from "./parse-duration.ts";
import type { ParseOptions } from "./parse-options.ts";
import { FILL_MODIFIERS, startsOperand } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

export interface BinaryModifiers {
  readonly returnBool: boolean;
  readonly matching: VectorMatching;
}

interface Fill {
  left: number | null;
  right: number | null;
}

export class BinaryModifierParser {
  private readonly cursor: TokenCursor;
  private readonly options: ParseOptions;

  constructor(cursor: TokenCursor, options: ParseOptions) {
    this.cursor = cursor;
    this.options = options;
  }

  /** Parses all modifiers at the current token; there may be none. */
  parse(): BinaryModifiers {
    const returnBool = this.cursor.accept("bool");
    const matchKind = this.cursor.current.kind;
    let labels: string[] = [];
    let include: string[] = [];
    let cardinality: Cardinality = "one-to-one";
    if (matchKind === "on" || matchKind === "ignoring") {
      this.cursor.take();
      labels = parseLabelList(this.cursor);
      const group = this.cursor.current.kind;
      if (group === "group_left" || group === "group_right") {
        this.cursor.take();
        cardinality = group === "group_left" ? "many-to-one" : "one-to-many";
        const next = this.cursor.current;
        if (next.kind === "(") include = parseLabelList(this.cursor);
        else if (!startsOperand(next)) this.cursor.unexpected("grouping opts", '"("');
      }
    }
    const fill = this.fills();
    const on = matchKind === "on";
    return {
      returnBool,
      matching: { cardinality, on, labels, include, fillLeft: fill.left, fillRight: fill.right },
    };
  }

  private fills(): Fill {
    const fill: Fill = { left: null, right: null };
    while (FILL_MODIFIERS.has(this.cursor.current.kind)) {
      const { kind, start } = this.cursor.take();
      if (!this.options.fillModifiers) {
        this.cursor.note(start, "binop fill modifiers are experimental and not enabled");
      }
      const value = this.fillValue();
      if (kind !== "fill_right") fill.left = value;
      if (kind !== "fill_left") fill.right = value;
      if (kind === "fill") break;
    }
    return fill;
  }

  private fillValue(): number {
    this.cursor.expect("(");
    const sign = this.cursor.current.kind;
    if (sign === "-" || sign === "+") this.cursor.take();
    const literal = parseNumberOrDuration(this.cursor);
    if (!literal) this.cursor.unexpected("fill modifier", "number");
    this.cursor.expect(")");
    return sign === "-" ? -literal.value : literal.value;
  }
}
