/**
 * The body of an OTLP/HTTP request: what its headers announce, decompressed and decoded.
 *
 * As Prometheus has it: the media type is one of two, written exactly so; anything else is 400.
 *
 * Units: bytes.
 */
import type { IncomingHttpHeaders } from "node:http";
import { gunzip } from "node:zlib";
import { TsdbError } from "../base/errors.ts";
import { readJsonText, readProtobuf } from "../otlp/message-kinds.ts";
import { METRICS_REQUEST, type MetricsRequest } from "../otlp/metrics-message.ts";

const PROTOBUF_TYPE = "application/x-protobuf";
const JSON_TYPE = "application/json";

export interface OtlpForm {
  readonly type: typeof PROTOBUF_TYPE | typeof JSON_TYPE;
  readonly isCompressed: boolean;
}

/** The form that the headers announce. Throws TsdbError BAD_PARAMETER. */
export function otlpFormOf(headers: IncomingHttpHeaders): OtlpForm {
  const { "content-type": type = "", "content-encoding": encoding = "" } = headers;
  if (type !== PROTOBUF_TYPE && type !== JSON_TYPE) {
    const text = `unsupported content type: ${shown(type)}, supported: `;
    throw new TsdbError("BAD_PARAMETER", `${text}[${JSON_TYPE}, ${PROTOBUF_TYPE}]`);
  }
  if (encoding !== "" && encoding !== "gzip") {
    const text = `unsupported compression: ${shown(encoding)}. `;
    throw new TsdbError("BAD_PARAMETER", `${text}Only "gzip" or no compression supported`);
  }
  return { type, isCompressed: encoding === "gzip" };
}

function shown(header: string): string {
  return header.slice(0, 100);
}

/** The body without compression. Throws TsdbError BAD_PARAMETER, or BODY_TOO_LARGE. */
export function inflated(body: Uint8Array, form: OtlpForm, limit: number): Promise<Uint8Array> {
  if (!form.isCompressed) {
    return body.length > limit ? Promise.reject(tooLarge(limit)) : Promise.resolve(body);
  }
  return new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength: limit }, (error, bytes) => {
      if (error === null) resolve(bytes);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
        reject(tooLarge(limit));
      } else reject(new TsdbError("BAD_PARAMETER", `gzip: ${error.message}`));
    });
  });
}

function tooLarge(limit: number): TsdbError {
  const text = `request is larger than the limit of ${limit} bytes when decompressed`;
  return new TsdbError("BODY_TOO_LARGE", text);
}

/** The request in a body. Throws TsdbError PROTOBUF_INVALID, BAD_PARAMETER or BODY_TOO_LARGE. */
export function metricsRequestOf(body: Uint8Array, { type }: OtlpForm): MetricsRequest {
  if (type === PROTOBUF_TYPE) return readProtobuf(METRICS_REQUEST, body);
  return readJsonText(METRICS_REQUEST, body);
}

/** Whether the answer is JSON too. */
export function isJson({ type }: OtlpForm): boolean {
  return type === JSON_TYPE;
}
