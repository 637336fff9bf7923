/**
 * The functions of PromQL: argument types, result type, and how many arguments there may be.
 *
 * `variadic` counts the optional arguments at the end; -1 is any number. The last type stands for
 * all further arguments (Prometheus: promql/parser/functions.go).
 */
import type { ValueType } from "../ast.ts";

export interface FunctionSignature {
  readonly name: string;
  readonly args: readonly ValueType[];
  readonly variadic: number;
  readonly result: ValueType;
  readonly experimental: boolean;
}

const table = new Map<string, FunctionSignature>();

function add(
  names: string,
  args: readonly ValueType[],
  result: ValueType = "vector",
  variadic = 0,
  experimental = false,
): void {
  for (const name of names.split(" ")) {
    table.set(name, { name, args, variadic, result, experimental });
  }
}

const VECTOR: readonly ValueType[] = ["vector"];
const MATRIX: readonly ValueType[] = ["matrix"];
const EXPERIMENTAL = true;

add("abs absent ceil exp floor ln log10 log2 sgn sort sort_desc sqrt timestamp", VECTOR);
add("acos acosh asin asinh atan atanh cos cosh deg rad sin sinh tan tanh", VECTOR);
add("histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum", VECTOR);
add("day_of_month day_of_week day_of_year days_in_month", VECTOR, "vector", 1);
add("hour minute month year", VECTOR, "vector", 1);
add("absent_over_time avg_over_time count_over_time last_over_time max_over_time", MATRIX);
add("min_over_time present_over_time stddev_over_time stdvar_over_time sum_over_time", MATRIX);
add("changes delta deriv idelta increase irate rate resets", MATRIX);
add("first_over_time mad_over_time", MATRIX, "vector", 0, EXPERIMENTAL);
add("ts_of_first_over_time ts_of_last_over_time", MATRIX, "vector", 0, EXPERIMENTAL);
add("ts_of_max_over_time ts_of_min_over_time", MATRIX, "vector", 0, EXPERIMENTAL);
add("start_timestamp", VECTOR, "vector", 0, EXPERIMENTAL);
add("clamp", ["vector", "scalar", "scalar"]);
add("clamp_max clamp_min", ["vector", "scalar"]);
add("round", ["vector", "scalar"], "vector", 1);
add("double_exponential_smoothing", ["matrix", "scalar", "scalar"], "vector", 0, EXPERIMENTAL);
add("predict_linear", ["matrix", "scalar"]);
add("quantile_over_time", ["scalar", "matrix"]);
add("histogram_fraction", ["scalar", "scalar", "vector"]);
add("histogram_quantile", ["scalar", "vector"]);
add("histogram_quantiles", ["vector", "string", "scalar", "scalar"], "vector", 9, EXPERIMENTAL);
add("info", ["vector", "vector"], "vector", 1, EXPERIMENTAL);
add("label_join", ["vector", "string", "string", "string"], "vector", -1);
add("label_replace", ["vector", "string", "string", "string", "string"]);
add("sort_by_label sort_by_label_desc", ["vector", "string"], "vector", -1, EXPERIMENTAL);
add("scalar", VECTOR, "scalar");
add("vector", ["scalar"]);
add("pi time", [], "scalar");
add("max_of min_of", ["scalar", "scalar"], "scalar", 0, EXPERIMENTAL);
add("start end step range", [], "scalar", 0, EXPERIMENTAL);

/** Signature of a function, or undefined when there is none of that name. */
export function signatureOf(name: string): FunctionSignature | undefined {
  return table.get(name);
}

/** All functions, in no particular order. */
export function allSignatures(): Iterable<FunctionSignature> {
  return table.values();
}
