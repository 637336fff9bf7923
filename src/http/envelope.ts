/**
 * The envelope of API answers: {"status":"success","data":…} and its error form, as JSON text.
 *
 * I1  `warnings` and `infos` are left out when empty and hold at most ten texts each; an eleventh
 *     line then says how many were left out.
 */
import { shownAnnotations } from "../promql/result/annotation-list.ts";
import { textJson } from "../promql/result/label-json.ts";
import type { ErrorType } from "./error-table.ts";
import type { TextPiece } from "./pieces.ts";

export const JSON_TYPE = "application/json";

/** Warning added when a result was cut to the limit asked for. */
export const TRUNCATED = "results truncated due to limit";

/** What an API handler answers: `pieces` joined are the JSON of `data`; no piece means 204. */
export interface ApiAnswer {
  readonly pieces: readonly TextPiece[];
  /** Further pieces, which are made while the answer is sent. */
  readonly rest?: AsyncIterable<TextPiece>;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** The answer without data. */
export const NO_DATA: ApiAnswer = { pieces: [], warnings: [], infos: [] };

/** An answer of data that is turned into JSON here. */
export function answer(data: unknown, warnings: readonly string[] = []): ApiAnswer {
  return { pieces: [JSON.stringify(data)], warnings, infos: [] };
}

/** An answer whose data is JSON text already. */
export function answerJson(json: string, warnings: readonly string[] = []): ApiAnswer {
  return { pieces: [json], warnings, infos: [] };
}

/** The first `limit` entries (0 = all) and the warning that goes with a cut. */
export function cutToLimit(
  length: number,
  limit: number,
): { readonly length: number; readonly warnings: readonly string[] } {
  if (limit === 0 || length <= limit) return { length, warnings: [] };
  return { length: limit, warnings: [TRUNCATED] };
}

/** A list of annotation texts as a member of the envelope, "" when there are none. */
function annotationsMember(kind: "warning" | "info", texts: readonly string[]): string {
  if (texts.length === 0) return "";
  const shown = shownAnnotations(texts, kind).map(textJson);
  return `,"${kind}s":[${shown.join(",")}]`;
}

const HEAD = '{"status":"success","data":';

/** What follows the data of a successful answer. */
function tailOf({ warnings, infos }: ApiAnswer): string {
  return `${annotationsMember("warning", warnings)}${annotationsMember("info", infos)}}`;
}

/** The text of a successful answer without a rest, in the pieces in which its data came. */
export function successPieces(answered: ApiAnswer): readonly TextPiece[] {
  return [HEAD, ...answered.pieces, tailOf(answered)];
}

/** The same of any answer, as its rest is made. */
export async function* successStream(answered: ApiAnswer): AsyncGenerator<TextPiece, void> {
  yield HEAD;
  yield* answered.pieces;
  if (answered.rest !== undefined) yield* answered.rest;
  yield tailOf(answered);
}

/** The text of an error answer. */
export function errorText(errorType: ErrorType, error: string): string {
  return `{"status":"error","errorType":"${errorType}","error":${textJson(error)}}`;
}
