/**
 * info(): adds the data labels of info metrics (target_info and the like) to series with the same
 * identifying labels, `instance` and `job`.
 *
 * I1  Info series are looked up at the moment at which the base series' samples are: `@` and
 *     `offset` of the first selector inside the argument count, those of subqueries around it too.
 * I2  Of several info series of one metric the one with the newest sample counts.
 * I3  Series that are info series of this call themselves pass unchanged.
 */

import { Labels } from "../../series/labels.ts";
import { Matcher } from "../../series/matcher.ts";
import { childrenOf, type Expression, type TimeModifiers, type VectorSelector } from "../ast.ts";
import { InstantSelectorStream } from "../evaluate/instant-selector.ts";
import { inSteps, Preparation } from "../evaluate/preparation.ts";
import type { QueryContext } from "../evaluate/query-context.ts";
import { BlockCollector, type SeriesBlock } from "../evaluate/series-block.ts";
import { ABSENT, FLOAT, HISTOGRAM, StepColumn } from "../evaluate/step-column.ts";
import type { StepGrid } from "../evaluate/step-grid.ts";
import type { VectorStream } from "../evaluate/vector-stream.ts";
import { labelsText, METRIC_NAME, withLabel } from "../label-operations.ts";
import { plainSelector } from "../parse/parse-selector.ts";
import { quote } from "../parse/string-text.ts";

/** Work of putting an info series where it is found, in the meter's units. */
const INDEX_WORK = 64;

const DEFAULT_METRIC = "target_info";
const INFO_SUFFIX = ".+_info";

function isPositive(matcher: Matcher): boolean {
  return matcher.type === "=" || matcher.type === "=~";
}

/** The time modifiers that lead to the first selector of an expression, outermost first. */
function modifiersOfFirst(node: Expression): TimeModifiers[] | null {
  if (node.kind === "vector-selector") return [node];
  for (const child of childrenOf(node)) {
    const inner = modifiersOfFirst(child);
    if (inner) return node.kind === "subquery" ? [node, ...inner] : inner;
  }
  return null;
}

/** One fixed time or offset in place of a chain of them. */
function combinedModifiers(chain: readonly TimeModifiers[]): {
  atMs: number | null;
  offsetMs: number;
} {
  let atMs: number | null = null;
  let offsetMs = 0;
  for (const modifiers of chain) {
    if (modifiers.atMs !== null) {
      atMs = modifiers.atMs;
      offsetMs = modifiers.offsetMs;
    } else {
      offsetMs += modifiers.offsetMs;
    }
  }
  return { atMs, offsetMs };
}

/** Matchers of the second argument, by what they are about. */
class InfoMatchers {
  readonly names: readonly Matcher[];
  readonly data: readonly Matcher[];
  readonly dataLabels: ReadonlySet<string>;

  constructor(selector: VectorSelector | null) {
    const matchers = selector?.matchers ?? [];
    this.names = matchers.filter((matcher) => matcher.name === METRIC_NAME);
    this.data = matchers.filter((matcher) => matcher.name !== METRIC_NAME);
    this.dataLabels = new Set(this.data.map((matcher) => matcher.name));
  }

  /** Matchers that select the info series. */
  get selection(): Matcher[] {
    if (this.names.length === 0) {
      return [new Matcher("=", METRIC_NAME, DEFAULT_METRIC), ...this.data];
    }
    const restricted = this.names.some(isPositive)
      ? this.names
      : [new Matcher("=~", METRIC_NAME, INFO_SUFFIX), ...this.names];
    return [...restricted, ...this.data];
  }

  /** Whether a base series is itself an info series of this call. */
  isInfoMetric(name: string): boolean {
    if (this.names.length === 0) return name === DEFAULT_METRIC;
    return this.names.some(isPositive) && this.names.every((matcher) => matcher.matches(name));
  }

  /** Whether a series without any info series may stay. */
  get acceptsMissing(): boolean {
    return this.data.every((matcher) => matcher.matches(""));
  }

  takes(label: string): boolean {
    return label !== METRIC_NAME && (this.data.length === 0 || this.dataLabels.has(label));
  }
}

function identifyingKey(labels: Labels): string {
  return `${labels.get("instance").length}:${labels.get("instance")}${labels.get("job")}`;
}

export class InfoStream implements VectorStream {
  readonly column: StepColumn;
  readonly distinctWithoutName = false;
  private readonly preparation = new Preparation();
  private readonly indexing: () => boolean;
  private readonly context: QueryContext;
  private readonly base: BlockCollector;
  private readonly info: BlockCollector;
  private readonly matchers: InfoMatchers;
  /** Info series by identifying labels, then by metric name. */
  private readonly byIdentity = new Map<string, Map<string, number[]>>();
  private results: { labels: Labels; dropsName: boolean; column: StepColumn }[] = [];
  private series = 0;
  private position = -1;

  constructor(
    context: QueryContext,
    grid: StepGrid,
    base: VectorStream,
    argument: Expression,
    selector: VectorSelector | null,
  ) {
    this.context = context;
    this.indexing = inSteps(context.meter, () => this.indexInfo());
    this.matchers = new InfoMatchers(selector);
    this.base = new BlockCollector(context, base);
    const infoSelector: VectorSelector = {
      ...plainSelector(argument.start, "", this.matchers.selection),
      ...combinedModifiers(modifiersOfFirst(argument) ?? []),
    };
    const stream = new InstantSelectorStream(context, infoSelector, grid, "info-time");
    this.info = new BlockCollector(context, stream);
    this.column = new StepColumn(grid.count);
  }

  get dropsName(): boolean {
    return this.results[this.position]!.dropsName;
  }

  labels(): Labels {
    return this.results[this.position]?.labels ?? Labels.empty;
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.labels().get(name));
  }

  prepare(): boolean {
    return this.preparation.run(
      () => this.base.run(),
      () => this.info.run(),
      this.indexing,
    );
  }

  private *indexInfo(): Generator<number, void> {
    const { labels } = this.info.block;
    for (let index = 0; index < labels.length; index++) {
      yield INDEX_WORK;
      const set = labels.at(index);
      if (!set.has("instance") && !set.has("job")) continue;
      const key = identifyingKey(set);
      const byName = this.byIdentity.get(key) ?? new Map<string, number[]>();
      const name = set.get(METRIC_NAME);
      const known = byName.get(name);
      if (known) known.push(index);
      else byName.set(name, [index]);
      this.byIdentity.set(key, byName);
    }
  }

  advance(): boolean {
    const { block } = this.base;
    while (++this.position >= this.results.length) {
      if (this.series >= block.count) return false;
      this.results = this.enrich(block, this.series++);
      this.position = -1;
    }
    this.column.copyFrom(this.results[this.position]!.column);
    return true;
  }

  /** The results of one base series: one for each combination of info series over the steps. */
  private enrich(block: SeriesBlock, index: number): typeof this.results {
    const labels = block.labels.at(index);
    const dropsName = block.dropsName[index]!;
    const values = new StepColumn(block.stepCount);
    block.load(index, values);
    if (this.matchers.isInfoMetric(labels.get(METRIC_NAME))) {
      return [{ labels, dropsName, column: values }];
    }
    const candidates = this.byIdentity.get(identifyingKey(labels)) ?? new Map<string, number[]>();
    const byCombination = new Map<string, { labels: Labels; column: StepColumn }>();
    for (let step = 0; step < block.stepCount; step++) {
      if (values.kinds[step] === ABSENT) continue;
      const chosen = [...candidates.values()].map((group) => this.newest(group, step));
      const present = chosen.filter((series) => series >= 0);
      if (present.length === 0 && !this.matchers.acceptsMissing) continue;
      const key = present.join();
      let result = byCombination.get(key);
      if (!result) {
        const enriched = this.enriched(labels, present);
        result = { labels: enriched, column: new StepColumn(block.stepCount) };
        byCombination.set(key, result);
      }
      if (values.kinds[step] === FLOAT) result.column.setFloat(step, values.values[step]!);
      else if (values.kinds[step] === HISTOGRAM) {
        result.column.setHistogram(step, values.histogramAt(step));
      }
    }
    return [...byCombination.values()].map((result) => ({ ...result, dropsName }));
  }

  /** The info series of a group with the newest sample at a step, or -1. */
  private newest(group: readonly number[], step: number): number {
    const { block } = this.info;
    const { labels } = block;
    let best = -1;
    for (const index of group) {
      if (block.kindAt(index, step) === ABSENT) continue;
      const time = block.valueAt(index, step);
      const difference = best < 0 ? 1 : time - block.valueAt(best, step);
      if (difference === 0) {
        const sets = [best, index].map((one) => labelsText(labels.at(one), quote));
        this.context.fail(
          "found duplicate series for info metric: " +
            `existing ${sets[0]} @ ${time}, new ${sets[1]} @ ${time}`,
        );
      }
      if (difference > 0) best = index;
    }
    return best;
  }

  private enriched(base: Labels, infoSeries: readonly number[]): Labels {
    const added = new Map<string, string>();
    for (const index of infoSeries) {
      const info = this.info.block.labels.at(index);
      for (let i = 0; i < info.size; i++) {
        const name = info.nameAt(i);
        if (!this.matchers.takes(name)) continue;
        const known = added.get(name);
        if (known !== undefined && known !== info.valueAt(i)) {
          this.context.fail(`conflicting label: ${name}`);
        }
        if (!base.has(name)) added.set(name, info.valueAt(i));
      }
    }
    let labels = base;
    for (const [name, value] of added) labels = withLabel(labels, name, value);
    return labels;
  }
}
