/**
 * Label names in paths: names outside the classic alphabet travel as U__ and escapes.
 *
 * "U__" in front, "_" doubled, a letter, digit or colon as it is, any other code point as _HEX_.
 * A name that does not decode cleanly is taken literally.
 */

const PREFIX = "U__";
const CODE_POINT_MAX = 0x10ffff;
const ESCAPE = /^_([0-9a-fA-F]{1,6})_/;

/** Code point of a hexadecimal escape, or -1 for one that is no character. */
function escapedCodePoint(digits: string): number {
  const code = Number.parseInt(digits, 16);
  return code > CODE_POINT_MAX || (code >= 0xd800 && code <= 0xdfff) ? -1 : code;
}

/** The label name that a path segment stands for. */
export function unescapeName(segment: string): string {
  if (!segment.startsWith(PREFIX)) return segment;
  let rest = segment.slice(PREFIX.length);
  let name = "";
  while (rest !== "") {
    const coded = ESCAPE.exec(rest);
    if (rest.startsWith("__")) {
      name += "_";
      rest = rest.slice(2);
    } else if (coded !== null) {
      const code = escapedCodePoint(coded[1] as string);
      if (code < 0) return segment;
      name += String.fromCodePoint(code);
      rest = rest.slice(coded[0].length);
    } else if (/^[a-zA-Z0-9:]/.test(rest)) {
      name += rest[0];
      rest = rest.slice(1);
    } else return segment;
  }
  return name;
}
