/** Binary operators on two floats, as functions. */
import type { ArithmeticOperator, BinaryOperator, ComparisonOperator } from "../ast.ts";
import { goPower } from "./go-power.ts";

export type FloatFunction = (left: number, right: number) => number;
export type FloatPredicate = (left: number, right: number) => boolean;

type FloatArithmetic = Exclude<ArithmeticOperator, "</" | ">/">;

const ARITHMETIC: Readonly<Record<FloatArithmetic, FloatFunction>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": goPower,
  atan2: Math.atan2,
};

const COMPARISONS: Readonly<Record<ComparisonOperator, FloatPredicate>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** The arithmetic of an operator; undefined for comparisons, set operators and trims. */
export function arithmeticOf(operator: BinaryOperator): FloatFunction | undefined {
  return ARITHMETIC[operator as FloatArithmetic];
}

/** The comparison of an operator; undefined for all others. */
export function comparisonOf(operator: BinaryOperator): FloatPredicate | undefined {
  return COMPARISONS[operator as ComparisonOperator];
}

/** An operator between two scalars: comparisons give 1 or 0. */
export function scalarOperator(operator: BinaryOperator): FloatFunction {
  const arithmetic = arithmeticOf(operator);
  if (arithmetic) return arithmetic;
  const compare = comparisonOf(operator);
  return compare ? (a, b) => (compare(a, b) ? 1 : 0) : () => Number.NaN;
}
