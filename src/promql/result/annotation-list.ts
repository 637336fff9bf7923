/** Warnings and infos as a reply shows them: ten, and how many more there were. */

const SHOWN_MAX = 10;

/** The first ten texts; a further line tells the number of the others. `kind` names them. */
export function shownAnnotations(texts: readonly string[], kind: "warning" | "info"): string[] {
  if (texts.length <= SHOWN_MAX) return [...texts];
  const omitted = `${texts.length - SHOWN_MAX} more ${kind} annotations omitted`;
  return [...texts.slice(0, SHOWN_MAX), omitted];
}
