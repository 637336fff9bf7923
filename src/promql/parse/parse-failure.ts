/** A query that cannot be parsed: thrown inside the parser, turned into a TsdbError at its edge. */
import { TsdbError } from "../../base/errors.ts";
import { lineAndColumn } from "./position.ts";

export class ParseFailure extends Error {
  override readonly name = "ParseFailure";
  /** UTF-16 offset into the query text. */
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }

  /** The error as callers see it: `LINE:COLUMN: parse error: TEXT`. */
  toError(text: string): TsdbError {
    return new TsdbError(
      "QUERY_PARSE",
      `${lineAndColumn(text, this.offset)}: parse error: ${this.message}`,
    );
  }
}
