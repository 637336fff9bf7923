/** Random queries over the series of random-series.ts: always valid, seldom sensible. */
import type { Prng } from "../../src/base/prng.ts";

const NAMES = ["gauge", "count_total", "size", "mixed", "bucket"];
const MATCHERS = ['a="1"', 'a!="1"', 'b=~"x|y"', 'b!~"x"', 'a=""', 'b=~".+"', 'none=""'];
const RANGES = ["30s", "1m", "95s", "5m", "10m"];
const NUMBERS = ["0", "1", "-1", "2.5", "NaN", "Inf", "1e3", "0.5"];
const GROUPINGS = ["by (a)", "by (b)", "without (a)", "by ()", "without ()", "by (a, b)"];
const MATCHINGS = [
  "",
  "on (a, b)",
  "ignoring (le)",
  "on (a) group_left ()",
  "on (b) group_right ()",
];
const WINDOW_FUNCTIONS = [
  ..."rate increase delta irate idelta deriv changes resets avg_over_time sum_over_time".split(" "),
  ..."min_over_time max_over_time count_over_time last_over_time stddev_over_time".split(" "),
  ..."present_over_time absent_over_time mad_over_time first_over_time".split(" "),
  ..."ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time".split(" "),
  ..."ts_of_min_over_time stdvar_over_time".split(" "),
];
const VALUE_FUNCTIONS = [
  ..."abs ceil sgn exp ln sqrt timestamp absent histogram_count histogram_avg".split(" "),
  ..."day_of_week minute cos histogram_stddev histogram_stdvar histogram_sum".split(" "),
  ..."floor log10 log2 sort sort_desc acos acosh asin asinh atan atanh cosh deg rad".split(" "),
  ..."sin sinh tan tanh day_of_month day_of_year days_in_month hour month year info".split(" "),
];
const AGGREGATIONS = "sum avg min max count group stddev stdvar".split(" ");

export class QueryGenerator {
  private readonly prng: Prng;

  constructor(prng: Prng) {
    this.prng = prng;
  }

  /** An expression of type instant vector. */
  vector(depth: number): string {
    if (depth <= 0) return this.selector() + this.modifiers();
    switch (this.prng.below(9)) {
      case 0:
        return this.selector() + this.modifiers();
      case 1:
      case 2:
        return this.windowCall(depth);
      case 3:
        return `${this.pick(VALUE_FUNCTIONS)}(${this.vector(depth - 1)})`;
      case 4:
      case 5:
        return this.aggregation(depth);
      case 6:
        return this.operation(depth);
      case 7:
        return this.otherCall(depth);
      default:
        return `-(${this.vector(depth - 1)})`;
    }
  }

  private pick(choices: readonly string[]): string {
    return choices[this.prng.below(choices.length)]!;
  }

  private selector(): string {
    const name = this.pick(NAMES);
    return this.prng.below(2) === 0 ? name : `${name}{${this.pick(MATCHERS)}}`;
  }

  private modifiers(): string {
    const kind = this.prng.below(12);
    if (kind === 0) return ` offset ${this.pick(RANGES)}`;
    if (kind === 1) return ` offset -${this.pick(RANGES)}`;
    return kind === 2 ? " @ 400" : "";
  }

  private range(depth: number): string {
    if (this.prng.below(4) > 0) {
      return `${this.selector()}[${this.pick(RANGES)}]${this.modifiers()}`;
    }
    const step = this.pick(["", "30s", "1m", "17s"]);
    return `(${this.vector(depth - 1)})[${this.pick(RANGES)}:${step}]${this.modifiers()}`;
  }

  private windowCall(depth: number): string {
    if (this.prng.below(8) === 0) return `quantile_over_time(0.7, ${this.range(depth)})`;
    return `${this.pick(WINDOW_FUNCTIONS)}(${this.range(depth)})`;
  }

  private aggregation(depth: number): string {
    const grouping = ` ${this.pick(GROUPINGS)} `;
    const inner = this.vector(depth - 1);
    // Which of equal values are taken depends on the order of the series.
    const plain = this.selector() + this.modifiers();
    switch (this.prng.below(8)) {
      case 0:
        return `topk${grouping}(2, ${plain})`;
      case 1:
        return `bottomk${grouping}(1, ${plain})`;
      case 2:
        return `quantile${grouping}(0.3, ${inner})`;
      case 3:
        return `count_values${grouping}("value", ${plain})`;
      case 4:
        return `limitk${grouping}(2, ${plain})`;
      default:
        return `${this.pick(AGGREGATIONS)}${grouping}(${inner})`;
    }
  }

  private operation(depth: number): string {
    const left = `(${this.vector(depth - 1)})`;
    const right = `(${this.vector(depth - 1)})`;
    const operator = this.pick(["+", "-", "*", "/", "%", "^", "==", "!=", ">", "<= bool"]);
    switch (this.prng.below(5)) {
      case 0:
        return `${left} ${operator} ${this.pick(NUMBERS)}`;
      case 1:
        return `${this.pick(NUMBERS)} ${operator} ${right}`;
      case 2:
        return [left, this.pick(["and", "or", "unless"]), this.pick(["", "on (a)"]), right].join(
          " ",
        );
      default:
        return `${left} ${operator} ${this.pick(MATCHINGS)} ${right}`;
    }
  }

  private otherCall(depth: number): string {
    const inner = this.vector(depth - 1);
    switch (this.prng.below(15)) {
      case 7:
        return `clamp_max(${inner}, ${this.pick(NUMBERS)})`;
      case 8:
        return `clamp_min(${inner}, scalar(${this.selector()}))`;
      case 9:
        return `double_exponential_smoothing(${this.range(depth)}, 0.5, 0.3)`;
      case 10:
        return `histogram_fraction(${this.pick(NUMBERS)}, 3, ${inner})`;
      case 11:
        return `histogram_quantiles(${inner}, "q", 0.2, 0.9)`;
      case 12:
        return `sort_by_label(${inner}, "a")`;
      case 13:
        return `vector(${this.pick(["time()", "pi()", "time() - 60", "max_of(1, time())"])})`;
      case 14:
        return `sort_by_label_desc(${inner}, "b", "a")`;
      case 0:
        return `label_replace(${inner}, "b", "$1z", "a", "(.*)")`;
      case 1:
        return `label_join(${inner}, "c", "-", "a", "b")`;
      case 2:
        return `histogram_quantile(0.6, ${inner})`;
      case 3:
        return `clamp(${inner}, ${this.pick(NUMBERS)}, ${this.pick(NUMBERS)})`;
      case 4:
        return `vector(scalar(${inner}))`;
      case 5:
        return `round(${inner}, ${this.pick(NUMBERS)})`;
      default:
        return `predict_linear(${this.range(depth)}, 60)`;
    }
  }
}
