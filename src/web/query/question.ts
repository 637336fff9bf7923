/**
 * A question as the address holds it: expression, range, end, step; and the requests it becomes.
 *
 * Units: …Ms milliseconds, …Seconds seconds.
 */

export interface Question {
  readonly expression: string;
  /** Length of the graph, as "1h". */
  readonly range: string;
  /** Null is now. */
  readonly endMs: number | null;
  /** "" chooses one by the range. */
  readonly step: string;
  readonly tab: Tab;
}

export type Tab = "explain" | "graph" | "table";

export const RANGES = ["5m", "15m", "1h", "4h", "12h", "1d", "32h"] as const;
const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** Points of a graph whose step is chosen here. */
const POINTS = 250;
const TABS: readonly Tab[] = ["graph", "table", "explain"];

/** Milliseconds of "1h30m"; null when it is no duration. */
export function durationMs(text: string): number | null {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  if (parts.length === 0 || parts.map(([all]) => all).join("") !== text.trim()) {
    const seconds = Number(text);
    return text.trim() !== "" && seconds > 0 ? seconds * 1000 : null;
  }
  return parts.reduce((sum, [, count, unit]) => {
    return sum + Number(count) * (UNITS_MS[unit as string] as number);
  }, 0);
}

/** The step of a question in seconds: whole ones from a second up. */
export function stepSeconds({ step, range }: Question): number {
  const asked = durationMs(step);
  if (asked !== null) return asked / 1000;
  return Math.max(1, Math.ceil((durationMs(range) ?? 3_600_000) / POINTS / 1000));
}

export function readQuestion(parameters: URLSearchParams): Question {
  const end = Number(parameters.get("end"));
  const tab = parameters.get("tab") as Tab;
  return {
    expression: parameters.get("expr") ?? "",
    range: parameters.get("range") ?? "1h",
    endMs: end > 0 ? end * 1000 : null,
    step: parameters.get("step") ?? "",
    tab: TABS.includes(tab) ? tab : "graph",
  };
}

/** What is wrong with the fields of a graph, in words; "" when nothing is. */
export function fieldFault({ range, step }: Question): string {
  const fields = [
    ["Range", range],
    ["Step", step === "" ? "1s" : step],
  ] as const;
  const wrong = fields.find(([, text]) => (durationMs(text) ?? 0) <= 0);
  if (wrong === undefined) return "";
  return `${wrong[0]}: “${wrong[1]}” is no duration, as 30m, 4h and 1d are.`;
}

/** The question as parameters of an address. */
export function writeQuestion({ expression, range, endMs, step, tab }: Question): URLSearchParams {
  const parameters = new URLSearchParams({ expr: expression, range, tab });
  if (endMs !== null) parameters.set("end", String(endMs / 1000));
  if (step !== "") parameters.set("step", step);
  return parameters;
}

/** The form that is posted for a graph (`isRange`) or for a table. */
export function formOf(question: Question, nowMs: number, isRange: boolean): URLSearchParams {
  const endSeconds = (question.endMs ?? nowMs) / 1000;
  const form = new URLSearchParams({ query: question.expression, stats: "all" });
  if (!isRange) {
    form.set("time", String(endSeconds));
    return form;
  }
  const length = (durationMs(question.range) ?? 3_600_000) / 1000;
  form.set("start", String(endSeconds - length));
  form.set("end", String(endSeconds));
  form.set("step", String(stepSeconds(question)));
  return form;
}
