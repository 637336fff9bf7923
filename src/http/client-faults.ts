/**
 * Answers to what arrives on a connection and is no HTTP request that can be read: too slow, too
 * long, or malformed. No route sees it, so the envelope of all errors is written to the socket.
 *
 * I1  The connection ends with the answer: where the next request would begin is not known.
 */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { errorText, JSON_TYPE } from "./envelope.ts";

interface ParserFault extends Error {
  readonly code?: string;
  readonly reason?: string;
}

function statusOf(code: string | undefined): number {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return 408;
  return code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
}

/** The whole answer to a request that the parser has given up. */
export function clientFaultText({ code, reason }: ParserFault): string {
  const status = statusOf(code);
  const phrase = STATUS_CODES[status] as string;
  const body = errorText("bad_data", status === 400 ? (reason ?? phrase) : phrase);
  const head = [
    `HTTP/1.1 ${status} ${phrase}`,
    `Content-Type: ${JSON_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Answers on the socket, unless the other side has gone, and ends it. */
export function answerClientFault(fault: ParserFault, socket: Socket): void {
  if (fault.code === "ECONNRESET" || socket.destroyed) return;
  if (socket.writable) socket.write(clientFaultText(fault));
  socket.destroy(fault);
}
