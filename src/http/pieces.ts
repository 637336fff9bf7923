/**
 * Long answers in pieces, of text or of bytes: made in slices, so that writes go on meanwhile, and
 * sent as the client takes them.
 *
 * Units: …Ms milliseconds, lengths are characters.
 */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { nextTurn, Slices } from "../base/slices.ts";
import type { ServerParts } from "./server-parts.ts";

/** How long one request keeps the thread before others get it, in a crowd of writes. */
const SLICE_MS = 5;
/** Pieces of an answer that is sent as one text: head, tail and 128 KiB between them. */
const JOINED_PIECES_MAX = 4;
/** Pieces that are handed to the socket between two turns of the others. */
const PIECES_A_TURN = 16;

/** Slices for the work of one request, which ends when the client has gone away. */
export function slicesOf({ clock }: ServerParts, reply: FastifyReply): Slices {
  return new Slices(clock, SLICE_MS, async () => {
    await nextTurn();
    if (reply.raw.destroyed) throw new TsdbError("QUERY_CANCELED", "request was canceled");
  });
}

/** Collects pieces as they are made. */
export async function inSlices<Piece extends TextPiece>(
  pieces: Iterable<Piece>,
  slices: Slices,
): Promise<Piece[]> {
  const collected: Piece[] = [];
  for (const piece of pieces) {
    collected.push(piece);
    if (slices.isOver()) await slices.next();
  }
  return collected;
}

/** A piece of a text: characters, or bytes of UTF-8. */
export type TextPiece = string | Uint8Array;

/** Pieces that are there, or that are still made. */
type Pieces = Iterable<TextPiece> | AsyncIterable<TextPiece>;

/** Sends a text in pieces: small ones at once, large ones as the client takes them. */
export function sendPieces(reply: FastifyReply, pieces: readonly TextPiece[]): FastifyReply {
  if (pieces.length > JOINED_PIECES_MAX) return reply.send(streamOf(pieces));
  if (pieces.every(isText)) return reply.send(pieces.join(""));
  return reply.send(Buffer.concat(pieces.map(asBuffer)));
}

function isText(piece: TextPiece): piece is string {
  return typeof piece === "string";
}

/** The same for bytes. */
export function sendBytes(reply: FastifyReply, pieces: readonly Uint8Array[]): FastifyReply {
  if (pieces.length <= JOINED_PIECES_MAX) return reply.send(Buffer.concat(pieces));
  return reply.send(streamOf(pieces));
}

/** Pieces as a stream, with turns of others between them. */
export function streamOf(pieces: Pieces): Readable {
  return Readable.from(encoded(pieces), { objectMode: false });
}

async function* encoded(pieces: Pieces): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const piece of pieces) {
    if (++count % PIECES_A_TURN === 0) await nextTurn();
    yield asBuffer(piece);
  }
}

/** A text in UTF-8, or bytes where they lie. */
function asBuffer(piece: TextPiece): Buffer {
  if (typeof piece === "string") return Buffer.from(piece);
  return Buffer.from(piece.buffer, piece.byteOffset, piece.length);
}
