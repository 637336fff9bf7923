/**
 * Arithmetic and comparisons between two vectors.
 *
 * The "one" side is materialised and indexed by match group; the "many" side (the left one, except
 * with group_right) flows past it. Each pair of series gives the steps that both have.
 *
 * I1  At a step where both sides have something, two series of the one side in one match group are
 *     an error, and in one-to-one matching two of the many side with a partner, even when a
 *     comparison drops one.
 * I2  With a fill value, a series without partner at a step meets that value instead.
 */

import type { Labels } from "../../series/labels.ts";
import { LabelsIndex } from "../../series/labels-index.ts";
import { type BinaryExpression, isComparison, type VectorMatching } from "../ast.ts";
import {
  dropLabels,
  keepLabels,
  labelsText,
  NAME_LABELS,
  withLabelsOf,
} from "../label-operations.ts";
import { quote } from "../parse/string-text.ts";
import { ElementOperator } from "./element-operator.ts";
import { arithmeticOf } from "./float-operators.ts";
import { MatchPartners, NO_PARTNER } from "./match-partners.ts";
import { MaterialisedIdentity } from "./materialised-identity.ts";
import { inSteps, Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { BlockCollector } from "./series-block.ts";
import { Signatures } from "./signatures.ts";
import { ABSENT, StepColumn } from "./step-column.ts";
import { StepFlags } from "./step-flags.ts";
import { TupleIndex } from "./tuple-index.ts";
import type { VectorStream } from "./vector-stream.ts";

const EXPLICIT_GROUP =
  "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)";
const UNIQUE_GROUP = "multiple matches for labels: grouping labels must ensure unique matches";
const NO_MANY_TO_MANY =
  "many-to-many matching not allowed: matching labels must be unique on one side";

/** Work of a signature, and of a pair, in the meter's units. */
const SIGNATURE_WORK = 64;
const PAIR_WORK = 32;

/** Steps already taken by the label set of a result, where two pairs may give the same one. */
class TakenResults {
  readonly steps: StepFlags;
  private readonly sets = new LabelsIndex();
  private readonly rows = new TupleIndex(2);
  private readonly row = new Int32Array(2);

  constructor(stepCount: number) {
    this.steps = new StepFlags(stepCount);
  }

  rowOf(signature: number, labels: Labels): number {
    this.row[0] = signature;
    this.row[1] = this.sets.add(labels);
    return this.rows.add(this.row);
  }
}

export class VectorMatchStream implements VectorStream {
  readonly column: StepColumn;
  readonly distinctWithoutName: boolean;
  private readonly context: QueryContext;
  private readonly node: BinaryExpression;
  private readonly matching: VectorMatching;
  private readonly many: VectorStream;
  private readonly collector: BlockCollector;
  private readonly preparation = new Preparation();
  private readonly indexing: () => boolean;
  private readonly signatures: Signatures;
  /** Labels of on or ignoring, and those that come from the one side. */
  private readonly names: ReadonlySet<string>;
  private readonly include: ReadonlySet<string>;
  private readonly operator: ElementOperator;
  /** The many side is the right one. */
  private readonly swapped: boolean;
  private readonly fillOne: number | null;
  private readonly fillMany: number | null;
  /** Series of the one side by match group. */
  private readonly partners: MatchPartners;
  /** Message of a duplicate on the one side, by step. */
  private readonly duplicates = new Map<number, string>();
  /** The earliest step that fails and why; known when the many side has ended. */
  private failedStep = Infinity;
  private failure = "";
  /** Steps of match groups that had a match. */
  private readonly matched: StepFlags;
  private readonly results: TakenResults;
  private readonly partner: StepColumn;
  private manyColumn: StepColumn;
  private signature = -1;
  /** The partner that comes next, and whether the fill value comes after the last one. */
  private nextPartner = NO_PARTNER;
  private fillsNext = false;
  private manyDone = false;
  private leftover = -1;
  /** What the operator is being applied to, null = nothing. */
  private operands: readonly [left: StepColumn, right: StepColumn] | null = null;
  private resultLabels: () => Labels;
  private resultDropsName = false;

  constructor(
    context: QueryContext,
    node: BinaryExpression,
    matching: VectorMatching,
    left: VectorStream,
    right: VectorStream,
  ) {
    this.context = context;
    this.node = node;
    this.matching = matching;
    this.swapped = matching.cardinality === "one-to-many";
    this.many = this.swapped ? right : left;
    this.indexing = inSteps(context.meter, () => this.indexOneSide());
    this.collector = new BlockCollector(context, this.swapped ? left : right);
    this.fillOne = this.swapped ? matching.fillLeft : matching.fillRight;
    this.fillMany = this.swapped ? matching.fillRight : matching.fillLeft;
    this.signatures = new Signatures(matching);
    this.names = new Set(matching.labels);
    this.include = new Set(matching.include);
    this.operator = new ElementOperator(context, node);
    this.column = new StepColumn(left.column.length);
    this.partner = new StepColumn(left.column.length);
    this.manyColumn = this.partner;
    this.partners = new MatchPartners(this.collector.block);
    this.matched = new StepFlags(this.column.length);
    this.results = new TakenResults(this.column.length);
    this.resultLabels = () => this.many.labels();
    this.distinctWithoutName = !keepsName(node) || this.many.distinctWithoutName;
  }

  get dropsName(): boolean {
    return this.resultDropsName;
  }

  labels(): Labels {
    return this.resultLabels();
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.labels().get(name));
  }

  prepare(): boolean {
    return this.preparation.run(
      () => this.collector.run(),
      this.indexing,
      () => this.many.prepare(),
    );
  }

  advance(): boolean {
    if (this.operands && this.applyOperator(this.operands)) return true;
    while (!this.manyDone) {
      if (this.isLost) this.passMany();
      else if (this.nextPair()) return true;
      else if (this.many.advance()) this.startMany();
      else this.endMany();
    }
    return this.fillMany !== null && this.nextLeftover(this.fillMany);
  }

  private *indexOneSide(): Generator<number, void> {
    const { block } = this.collector;
    const identity = new MaterialisedIdentity(this.context, block.labels);
    for (let i = 0; i < block.count; i++) {
      identity.index = i;
      const isFirst = this.partners.add(this.signatures.of(identity), i);
      if (!isFirst) this.noteDuplicates(i);
      yield SIGNATURE_WORK + (isFirst ? 0 : block.stepCount);
    }
  }

  /** Remembers the steps at which a series of the one side meets another of its match group. */
  private noteDuplicates(second: number): void {
    const { block } = this.collector;
    for (let step = 0; step < block.stepCount; step++) {
      if (block.kindAt(second, step) === ABSENT) continue;
      const first = this.partners.meet(second, step);
      if (first === NO_PARTNER || this.duplicates.has(step)) continue;
      this.duplicates.set(
        step,
        this.duplicateText(block.labels.at(first), block.labels.at(second)),
      );
    }
  }

  private duplicateText(first: Labels, second: Labels): string {
    const group = labelsText(this.signatures.matchLabels(second), quote);
    const texts = [first, second].map((set) => labelsText(set, quote)).sort();
    const side = this.swapped ? "left" : "right";
    return (
      `found duplicate series for the match group ${group} on the ${side} hand-side of the ` +
      `operation: [${texts.join(", ")}];${NO_MANY_TO_MANY}`
    );
  }

  private startMany(): void {
    this.manyColumn = this.many.column;
    this.signature = this.signatures.of(this.many);
    this.nextPartner = this.partners.firstOf(this.signature);
    this.fillsNext = this.fillOne !== null;
    for (const [step, message] of this.duplicates) {
      // At one step a duplicate is found before any pair.
      const isFirst = step <= this.failedStep;
      if (isFirst && this.manyColumn.kinds[step] !== ABSENT) this.failAt(step, message);
    }
  }

  /** Nothing that comes later can fail at an earlier step than the first. */
  private get isLost(): boolean {
    return this.failedStep === 0;
  }

  /** Looks only for a failure of the many side itself, which counts before ours. Throws PAUSE. */
  private passMany(): void {
    if (!this.many.advance()) this.endMany();
    this.context.meter.checkpoint(PAIR_WORK);
    this.context.meter.pausePoint();
  }

  private failAt(step: number, message: string): void {
    this.failedStep = step;
    this.failure = message;
  }

  private endMany(): void {
    this.manyDone = true;
    if (this.failure !== "") this.context.fail(this.failure);
  }

  /** Produces the next result of the current many series. Throws PAUSE. */
  private nextPair(): boolean {
    const { block } = this.collector;
    while (this.nextPartner !== NO_PARTNER && !this.isLost) {
      this.context.meter.checkpoint(PAIR_WORK + this.column.length);
      this.context.meter.pausePoint();
      const index = this.nextPartner;
      this.nextPartner = this.partners.after(index);
      block.load(index, this.partner);
      if (this.emitPair(block.labels.at(index))) return true;
    }
    if (this.fillOne === null || !this.fillsNext) return false;
    this.fillsNext = false;
    this.loadFill(this.fillOne);
    return this.emitPair(this.signatures.matchLabels(this.many.labels()));
  }

  /** The partner column of steps at which no series of the one side is there. */
  private loadFill(fill: number): void {
    const { block } = this.collector;
    const first = this.partners.firstOf(this.signature);
    this.partner.clear();
    for (let step = 0; step < block.stepCount; step++) {
      let index = first;
      while (index !== NO_PARTNER && block.kindAt(index, step) === ABSENT) {
        index = this.partners.after(index);
      }
      if (index === NO_PARTNER) this.partner.setFloat(step, fill);
    }
  }

  /** Combines the current many series with the partner column. */
  private emitPair(one: Labels): boolean {
    this.column.clear();
    if (!this.markMatches()) return false;
    const labels = this.resultLabelsOf(this.many.labels(), one);
    if (this.matching.cardinality !== "one-to-one") this.checkUniqueLabels(labels);
    this.resultLabels = () => labels;
    this.resultDropsName = this.dropsNameOf(this.many.dropsName);
    return this.apply(this.partner, this.manyColumn);
  }

  private apply(one: StepColumn, many: StepColumn): boolean {
    this.operands = this.swapped ? [one, many] : [many, one];
    return this.applyOperator(this.operands);
  }

  /** Makes the result, or its rest; whether it has any value. Throws PAUSE. */
  private applyOperator([left, right]: readonly [StepColumn, StepColumn]): boolean {
    this.operator.apply(left, right, this.column);
    this.operands = null;
    return this.column.hasAny();
  }

  /** Marks the steps at which the pair meets; in one-to-one matching each step is free once. */
  private markMatches(): boolean {
    const { kinds } = this.manyColumn;
    const once = this.matching.cardinality === "one-to-one";
    const matched = this.matched.markedPage(this.signature);
    const start = this.matched.startOf(this.signature);
    let any = false;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === ABSENT || this.partner.kinds[step] === ABSENT) continue;
      const again = matched[start + step] === 1;
      if (once && again && step < this.failedStep) this.failAt(step, EXPLICIT_GROUP);
      matched[start + step] = 1;
      any = true;
    }
    return any;
  }

  /** Grouped results of one match group must differ in their labels. */
  private checkUniqueLabels(labels: Labels): void {
    if (this.many.distinctWithoutName && this.matching.include.length === 0) return;
    const { steps } = this.results;
    const row = this.results.rowOf(this.signature, labels);
    for (let step = 0; step < this.column.length; step++) {
      if (this.manyColumn.kinds[step] === ABSENT || this.partner.kinds[step] === ABSENT) continue;
      const isTaken = steps.isMarked(row, step);
      if (isTaken && step < this.failedStep) this.failAt(step, UNIQUE_GROUP);
      steps.mark(row, step);
    }
  }

  private resultLabelsOf(many: Labels, one: Labels): Labels {
    const { context, matching, node } = this;
    const dropNow =
      arithmeticOf(node.operator) || (node.returnBool && !context.options.delayedNameRemoval);
    let labels = dropNow ? dropLabels(many, NAME_LABELS) : many;
    if (matching.cardinality === "one-to-one") {
      labels = matching.on ? keepLabels(labels, this.names) : dropLabels(labels, this.names);
    }
    return this.include.size === 0 ? labels : withLabelsOf(labels, one, this.include);
  }

  private dropsNameOf(manyDropsName: boolean): boolean {
    if (!this.context.options.delayedNameRemoval) return false;
    return this.node.returnBool || manyDropsName;
  }

  /** Series of the one side at steps without any partner, against the fill value. */
  private nextLeftover(fill: number): boolean {
    const { block } = this.collector;
    const identity = new MaterialisedIdentity(this.context, block.labels);
    while (this.leftover + 1 < block.count) {
      this.context.meter.checkpoint(SIGNATURE_WORK + block.stepCount);
      this.context.meter.pausePoint();
      identity.index = ++this.leftover;
      const signature = this.signatures.of(identity);
      block.load(this.leftover, this.partner);
      const filled = new StepColumn(block.stepCount);
      for (let step = 0; step < block.stepCount; step++) {
        if (this.matched.isMarked(signature, step)) this.partner.kinds[step] = ABSENT;
        else if (this.partner.kinds[step] !== ABSENT) filled.setFloat(step, fill);
      }
      const one = block.labels.at(this.leftover);
      const labels = this.resultLabelsOf(this.signatures.matchLabels(one), one);
      this.column.clear();
      this.resultLabels = () => labels;
      this.resultDropsName = this.dropsNameOf(false);
      if (this.apply(this.partner, filled)) return true;
    }
    return false;
  }
}

/** Whether the result of an operation can have a metric name. */
function keepsName(node: BinaryExpression): boolean {
  return isComparison(node.operator) ? !node.returnBool : arithmeticOf(node.operator) === undefined;
}

/** Whether no two results of an operation can have one label set at different steps. */
export function givesDistinctSeries(
  matching: VectorMatching,
  left: VectorStream,
  right: VectorStream,
): boolean {
  const plain = !matching.on && matching.labels.length === 0 && matching.include.length === 0;
  const unfilled = matching.fillLeft === null && matching.fillRight === null;
  return plain && unfilled && left.distinctWithoutName && right.distinctWithoutName;
}
