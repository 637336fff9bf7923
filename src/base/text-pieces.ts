/**
 * A long text in pieces: what makes it may let others run between two of them, and it never becomes
 * one string.
 *
 * I1  A piece is one run of characters: what V8 makes of many concatenations is a tree of them, of
 *     which each knot would be moved by every collection as long as the piece waits.
 *
 * Units: lengths are characters.
 */

/** A piece is as long as this, or longer by a part. */
const PIECE_LENGTH = 64 * 1024;

/** Puts parts together to pieces, the last of which may be shorter, or empty. */
export function* textPieces(parts: Iterable<string>): Generator<string, void> {
  let text = "";
  for (const part of parts) {
    text += part;
    if (text.length < PIECE_LENGTH) continue;
    yield inOneRun(text);
    text = "";
  }
  yield inOneRun(text);
}

/** The same text; to ask for one of its characters puts it in one run. */
function inOneRun(text: string): string {
  text.charCodeAt(0);
  return text;
}
