/** Lists of label names in parentheses: by (a, b), on ("a.b"), group_left (c,). */
import { hasInvalidBytes, quote, unquote } from "./string-text.ts";
import { isLabelName, STRING } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

const CONTEXT = "grouping opts";

/** Parses a list at the current token, which must be its opening parenthesis. */
export function parseLabelList(cursor: TokenCursor): string[] {
  cursor.expect("(", CONTEXT, '"("');
  const labels: string[] = [];
  while (cursor.current.kind !== ")") {
    labels.push(parseLabel(cursor));
    if (cursor.current.kind === ")") break;
    cursor.expect(",", CONTEXT, '"," or ")"');
  }
  cursor.take();
  return labels;
}

function parseLabel(cursor: TokenCursor): string {
  const token = cursor.current;
  if (token.kind !== STRING && !isLabelName(token)) cursor.unexpected(CONTEXT, "label");
  cursor.take();
  const name = token.kind === STRING ? unquote(token.text) : token.text;
  if (name === "" || hasInvalidBytes(name)) {
    cursor.note(token.start, `invalid label name for grouping: ${quote(name)}`);
  }
  return name;
}
