/**
 * Media type of a write request: which message its headers announce, or that we do not take it.
 *
 * Rules: prometheus.io/docs/specs/prw/remote_write_spec_2_0, "Headers". The message is chosen by
 * Content-Type alone, for a 2.0 body read as 1.0 looks empty instead of wrong.
 *
 * I1  Headers that are missing or empty mean the first protocol: a 1.0 message, snappy block.
 * I2  Spaces and case never matter; parameters other than `proto` are ignored.
 */
import { TsdbError } from "../base/errors.ts";

/** Message names as the `proto` parameter gives them. */
export const WRITE_REQUEST_1 = "prometheus.WriteRequest";
export const WRITE_REQUEST_2 = "io.prometheus.write.v2.Request";
export type WriteMessage = typeof WRITE_REQUEST_1 | typeof WRITE_REQUEST_2;

const MEDIA_TYPE = "application/x-protobuf";
const ENCODING = "snappy";
const MESSAGES: readonly WriteMessage[] = [WRITE_REQUEST_1, WRITE_REQUEST_2];

/**
 * The message that a request holds, of those in `accepted`.
 * Throws TsdbError UNSUPPORTED_MEDIA_TYPE when a header announces anything else.
 */
export function writeMessageOf(
  contentType: string | undefined,
  contentEncoding: string | undefined,
  accepted: readonly WriteMessage[],
): WriteMessage {
  const message = messageOfContentType(contentType);
  if (!accepted.includes(message)) {
    throw unsupported(`Content-Type proto=${message} is not switched on`);
  }
  const encoding = (contentEncoding ?? "").trim().toLowerCase();
  if (encoding !== "" && encoding !== ENCODING) {
    throw unsupported(`Content-Encoding ${quoted(encoding)} is not supported; want ${ENCODING}`);
  }
  return message;
}

/** The message that a Content-Type names. Throws TsdbError UNSUPPORTED_MEDIA_TYPE. */
export function messageOfContentType(contentType: string | undefined): WriteMessage {
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((part) => part.trim());
  if (type === "" && parameters.length === 0) return WRITE_REQUEST_1;
  if (type.toLowerCase() !== MEDIA_TYPE) {
    throw unsupported(`Content-Type ${quoted(type)} is not supported; want ${MEDIA_TYPE}`);
  }
  let named: WriteMessage | undefined;
  for (const parameter of parameters) {
    if (parameter === "") continue;
    const equals = parameter.indexOf("=");
    if (equals < 0) throw unsupported(`Content-Type parameter ${quoted(parameter)} has no value`);
    const name = parameter.slice(0, equals).trim().toLowerCase();
    if (name === "proto") named ??= messageNamed(parameter.slice(equals + 1).trim());
  }
  return named ?? WRITE_REQUEST_1;
}

function messageNamed(value: string): WriteMessage {
  const name = /^".*"$/.test(value) ? value.slice(1, -1) : value;
  const message = MESSAGES.find((known) => known.toLowerCase() === name.trim().toLowerCase());
  if (message === undefined) {
    throw unsupported(`Content-Type proto=${quoted(name)} is not a known message`);
  }
  return message;
}

/** A header's text for a reply: as JSON, cut to 100 characters. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function unsupported(what: string): TsdbError {
  return new TsdbError("UNSUPPORTED_MEDIA_TYPE", what);
}
