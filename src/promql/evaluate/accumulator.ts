/**
 * What an aggregation keeps per group and step while series flow in.
 *
 * The columns of some groups make a page: very many groups are given room page by page, since to
 * copy columns into longer ones would hold the thread for as long as that takes. Slot of a group
 * and step: place of the group in its page * stepCount + step.
 */
import type { Aggregation } from "../ast.ts";
import type { QueryContext } from "./query-context.ts";
import type { StepColumn } from "./step-column.ts";

/** Slots of a page, unless one group has more: 32 KiB of doubles. */
const PAGE_SLOTS = 4096;

/** `Page` is what a kind of aggregation keeps for the groups of a page. */
export abstract class Accumulator<Page = unknown> {
  protected readonly context: QueryContext;
  protected readonly node: Aggregation;
  protected readonly stepCount: number;
  private readonly pageGroups: number;
  private readonly pages: (Page | undefined)[] = [];
  private opened: Page | undefined;

  constructor(context: QueryContext, node: Aggregation, stepCount: number) {
    this.context = context;
    this.node = node;
    this.stepCount = stepCount;
    this.pageGroups = Math.max(1, Math.floor(PAGE_SLOTS / stepCount));
  }

  /** The first slot of a group, whose page is open until the next call. */
  protected startOf(group: number): number {
    const place = group % this.pageGroups;
    const number = (group - place) / this.pageGroups;
    const page = this.pages[number] ?? this.addPage(number);
    if (page !== this.opened) this.open(page);
    this.opened = page;
    return place * this.stepCount;
  }

  private addPage(number: number): Page {
    const page = this.newPage(this.pageGroups * this.stepCount);
    this.pages[number] = page;
    return page;
  }

  /** Columns of a page in which nothing was added. */
  protected abstract newPage(slots: number): Page;

  /** Makes the columns of a page those that slots are of. */
  protected abstract open(page: Page): void;

  /** Evaluates what the aggregation needs besides its input; false = paused. */
  begin(): boolean {
    return true;
  }

  /**
   * Adds one series to a group; `metricName` is for annotations. May throw PAUSE, and is then
   * called with the same again.
   */
  abstract add(group: number, column: StepColumn, metricName: () => string): void;

  /**
   * Writes the result of a group into a cleared column. May throw PAUSE, and is then called again
   * with the column as it was left.
   */
  abstract emit(group: number, column: StepColumn): void;

  /** Infos that histograms were passed over. */
  protected noteIgnoredHistogram(column: StepColumn): void {
    if (!column.hasHistogram()) return;
    const { annotations } = this.context;
    const { operator, expression } = this.node;
    annotations.info(`ignored histogram in ${operator} aggregation`, expression.start);
  }
}
