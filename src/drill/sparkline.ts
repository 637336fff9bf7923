/**
 * A curve in one line of text: eight heights, from 0 to `max`.
 */

const HEIGHTS = "▁▂▃▄▅▆▇█";

/** The values as blocks, at most `columns` of them: the highest value of each column's share. */
export function sparkline(values: readonly number[], max: number, columns: number): string {
  const width = Math.min(columns, values.length);
  let line = "";
  for (let column = 0; column < width; column++) {
    const from = Math.floor((column * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / width));
    const value = Math.max(...values.slice(from, to));
    const height = max > 0 ? Math.floor((value / max) * HEIGHTS.length) : 0;
    line += HEIGHTS[Math.min(HEIGHTS.length - 1, Math.max(0, height))];
  }
  return line;
}
