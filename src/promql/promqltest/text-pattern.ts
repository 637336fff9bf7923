/** RE2 expressions that may match anywhere in a text. */
import { RE2JS } from "re2js";

export function textPattern(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}
