/**
 * Where in a query something stands, as people and Prometheus count it: line and column from 1.
 *
 * Offsets inside the engine are UTF-16 code units of the query text; columns are bytes of UTF-8,
 * which is what Prometheus prints in errors and annotations.
 */

function utf8Length(codeUnit: number): number {
  if (codeUnit < 0x80) return 1;
  if (codeUnit < 0x800) return 2;
  // Two surrogates make one character of four bytes.
  return codeUnit >= 0xd800 && codeUnit < 0xe000 ? 2 : 3;
}

/** "LINE:COLUMN" of an offset into a text; an empty one has no places, as Prometheus says. */
export function lineAndColumn(text: string, offset: number): string {
  if (text === "") return "unknown position";
  const end = Math.min(offset, text.length);
  let line = 1;
  let column = 1;
  for (let i = 0; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10) {
      line++;
      column = 1;
    } else {
      column += utf8Length(unit);
    }
  }
  return `${line}:${column}`;
}
