/**
 * A long text in pieces: what makes it may let others run between two of them, and it never becomes
 * one string.
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
    yield text;
    text = "";
  }
  yield text;
}
