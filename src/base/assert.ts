/**
 * Assertions that stay on in production: a failed one is a bug in Spandrel, never bad input.
 *
 * Messages are literals (0.2 ns a call); a template would cost 18 ns.
 */

/** Error of a broken invariant. Inside heap, series and journal it ends the process. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws AssertionError when `condition` is false. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
