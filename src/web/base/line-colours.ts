/**
 * Colours of lines that are told apart by their place: of queried series, of a drill's runs.
 *
 * I1  Each stands out from the surface of both themes, three to one at least.
 */
export const LINE_COLOURS: readonly string[] = [
  ...["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b"],
  ...["#2d93cc", "#6d5bd0", "#a0522d", "#2f7c93", "#7d858c"],
];

/** The colour of the line at a place; they begin anew when there are more. */
export function lineColour(place: number): string {
  return LINE_COLOURS[place % LINE_COLOURS.length] as string;
}
