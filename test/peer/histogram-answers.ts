/**
 * Answers about native histograms of two servers, in a form in which they can be compared.
 */

/** Characters of a difference that are shown. */
const SHOWN = 60;

interface Reply {
  readonly data: { readonly result: { metric: Record<string, string> }[] };
}

/** Points with numbers rounded to 12 digits, series sorted, the label `source` left out. */
export function comparable(text: string): string[] {
  const rounded = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rounded);
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, rounded(v)]));
    }
    const number = Number(value);
    return Number.isFinite(number) ? Number(number.toPrecision(12)) : value;
  };
  const { data } = JSON.parse(text) as Reply;
  const series = data.result.map(({ metric, ...points }) => {
    const { source: _, ...labels } = metric;
    return JSON.stringify([Object.entries(labels).sort(), rounded(points)]);
  });
  return series.sort();
}

/** Where two answers differ, cut short. */
export function differences(expected: readonly string[], actual: readonly string[]): string[] {
  const found: string[] = [];
  for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
    const [left, right] = [expected[i] ?? "nothing", actual[i] ?? "nothing"];
    if (left === right) continue;
    let at = 0;
    while (left[at] === right[at]) at++;
    const from = Math.max(0, at - SHOWN);
    const shown = (text: string) => `${text.slice(0, SHOWN)} … ${text.slice(from, at + SHOWN)}`;
    found.push(`${shown(left)}\nbut ${shown(right)}`);
  }
  return found;
}
