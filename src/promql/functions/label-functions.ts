/**
 * label_replace and label_join: new labels, same values.
 *
 * The replacement is Go's template: $1, ${1}, $name, $$; a name is as long as it can be, an unknown
 * one is empty.
 */
import { GroupPattern, type Groups } from "../../series/group-pattern.ts";
import type { Labels } from "../../series/labels.ts";
import { ExpressionTooLarge } from "../../series/pattern-weight.ts";
import type { Meter } from "../evaluate/meter.ts";
import type { QueryContext } from "../evaluate/query-context.ts";
import { DerivedStream, type VectorStream } from "../evaluate/vector-stream.ts";
import { METRIC_NAME, withLabel } from "../label-operations.ts";
import { hasInvalidBytes } from "../parse/string-text.ts";

/** Of reading one label, in the meter's units. */
const LABEL_WORK = 4;

/** A part of a template: literal text, or the name of a group. */
type TemplatePart = { readonly text: string } | { readonly group: string };

function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  const variable = /\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})?/gu;
  let from = 0;
  for (const match of template.matchAll(variable)) {
    parts.push({ text: template.slice(from, match.index) });
    const group = match[2] ?? match[3];
    parts.push(group === undefined ? { text: "$" } : { group });
    from = match.index + match[0].length;
  }
  parts.push({ text: template.slice(from) });
  return parts;
}

function checkLabelName(context: QueryContext, name: string, role: string, call: string): void {
  if (name !== "" && !hasInvalidBytes(name)) return;
  context.fail(`invalid ${role} label name in ${call}(): ${name}`);
}

/** The texts as one value, whose length is counted before it is made. */
function joined(
  context: QueryContext,
  texts: readonly string[],
  separator: string,
  call: string,
): string {
  let length = separator.length * Math.max(0, texts.length - 1);
  for (const text of texts) length += text.length;
  context.meter.makeLabel(length, call);
  return texts.join(separator);
}

/** A stream whose series get one label computed from their others. */
class RelabelledStream extends DerivedStream {
  private readonly context: QueryContext;
  private readonly target: string;
  private readonly compute: (labels: Labels) => string | null;
  private changed: Labels | null = null;
  /** Whether the input has moved on and its label is not computed yet. */
  private isUnderWay = false;

  /**
   * `compute` gives the label's value, or null to leave the series as it is. It may throw PAUSE,
   * and is then called again.
   */
  constructor(
    context: QueryContext,
    input: VectorStream,
    target: string,
    compute: (labels: Labels) => string | null,
  ) {
    super(input);
    this.context = context;
    this.target = target;
    this.compute = compute;
  }

  override get distinctWithoutName(): boolean {
    return false;
  }

  /** A name that was set on purpose stays. */
  override get dropsName(): boolean {
    return this.input.dropsName && !(this.changed && this.target === METRIC_NAME);
  }

  override labels(): Labels {
    return this.changed ?? this.input.labels();
  }

  override labelSymbol(name: string): number {
    if (!this.changed) return this.input.labelSymbol(name);
    return this.context.symbols.intern(this.changed.get(name));
  }

  override advance(): boolean {
    if (!this.isUnderWay && !this.input.advance()) return false;
    this.isUnderWay = true;
    const labels = this.input.labels();
    const value = this.compute(labels);
    this.isUnderWay = false;
    this.changed = value === null ? null : withLabel(labels, this.target, value);
    return true;
  }
}

/** Asks a pattern about one value after the other, piece by piece. */
class PieceWalk {
  private readonly meter: Meter;
  private readonly pattern: GroupPattern;
  private next = 0;

  constructor(meter: Meter, pattern: GroupPattern) {
    this.meter = meter;
    this.pattern = pattern;
  }

  /**
   * The groups of a whole value; null when it does not match. Throws PAUSE between two pieces: call
   * again with the same value; QUERY_EXECUTION when the value is too long for the pattern.
   */
  match(value: string): Groups | null {
    let groups: Groups | null = null;
    while (groups === null && this.next < this.pattern.pieceCount) {
      if (this.next > 0) this.meter.pausePoint();
      this.meter.checkpoint(this.pattern.workOf(this.next, value));
      groups = this.pattern.matchPiece(this.next++, value);
    }
    this.next = 0;
    return groups;
  }
}

/** Arguments of label_replace after the vector, in order. */
export interface Replacement {
  readonly target: string;
  readonly template: string;
  readonly source: string;
  readonly pattern: string;
}

/** label_replace: where the whole source label matches, the target label is set. */
export function labelReplace(
  context: QueryContext,
  input: VectorStream,
  { target, template, source, pattern }: Replacement,
): VectorStream {
  const compiled = patternOf(context, pattern);
  checkLabelName(context, target, "destination", "label_replace");
  const parts = parseTemplate(template);
  const walk = new PieceWalk(context.meter, compiled);
  return new RelabelledStream(context, input, target, (labels) => {
    const groups = walk.match(labels.get(source));
    if (groups === null) return null;
    const texts = parts.map((part) => ("text" in part ? part.text : groups.text(part.group)));
    return joined(context, texts, "", "label_replace");
  });
}

function patternOf(context: QueryContext, pattern: string): GroupPattern {
  try {
    return context.patterns?.withGroups(pattern) ?? GroupPattern.compile(pattern);
  } catch (error) {
    const said = error instanceof ExpressionTooLarge ? error.message : pattern;
    return context.fail(`invalid regular expression in label_replace(): ${said}`);
  }
}

/** label_join: the target label becomes the values of others, joined. */
export function labelJoin(
  context: QueryContext,
  input: VectorStream,
  target: string,
  separator: string,
  sources: readonly string[],
): VectorStream {
  for (const source of sources) checkLabelName(context, source, "source", "label_join");
  checkLabelName(context, target, "destination", "label_join");
  return new RelabelledStream(context, input, target, (labels) => {
    context.meter.checkpoint(LABEL_WORK * sources.length);
    const values = sources.map((source) => labels.get(source));
    return joined(context, values, separator, "label_join");
  });
}
