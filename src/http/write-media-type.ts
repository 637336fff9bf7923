/**
 * Whether a write request's headers announce what the receiver reads: a remote write 1.0 message
 * in one snappy block.
 *
 * A missing Content-Type means the 1.0 message, a missing Content-Encoding means snappy. Parameters
 * are trimmed and compared without regard to case. A 2.0 message must be told apart here: read as
 * 1.0 it would look empty and valid.
 */
import { TsdbError } from "../base/errors.ts";

const MEDIA_TYPE = "application/x-protobuf";
const MESSAGE = "prometheus.writerequest";

function refuse(text: string): never {
  throw new TsdbError("UNSUPPORTED_MEDIA_TYPE", text);
}

/** Checks one parameter of the Content-Type, "name=value". */
function checkParameter(parameter: string, contentType: string): void {
  const equals = parameter.indexOf("=");
  if (equals < 0) refuse(`malformed parameter in content type ${JSON.stringify(contentType)}`);
  if (parameter.slice(0, equals).trim().toLowerCase() !== "proto") return;
  const message = parameter
    .slice(equals + 1)
    .trim()
    .replace(/^"(.*)"$/, "$1");
  if (message.toLowerCase() !== MESSAGE) {
    refuse(`message ${JSON.stringify(message)} is not read here: want prometheus.WriteRequest`);
  }
}

/** Throws TsdbError UNSUPPORTED_MEDIA_TYPE for headers that announce anything else. */
export function checkWriteHeaders(
  contentType: string | undefined,
  contentEncoding: string | undefined,
): void {
  if (contentType !== undefined && contentType !== MEDIA_TYPE) {
    const [mediaType = "", ...parameters] = contentType.split(";");
    if (mediaType.trim().toLowerCase() !== MEDIA_TYPE) {
      refuse(`content type ${JSON.stringify(contentType)} is not read here: want ${MEDIA_TYPE}`);
    }
    for (const parameter of parameters) checkParameter(parameter, contentType);
  }
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== "snappy") {
    refuse(`content encoding ${JSON.stringify(contentEncoding)} is not read here: want snappy`);
  }
}
