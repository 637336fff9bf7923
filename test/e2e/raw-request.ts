/**
 * One HTTP request on a connection of its own, sent as it is given: no header is added but Host,
 * nothing is normalised, and the answer's body is unpacked by its Content-Encoding.
 */
import { type IncomingHttpHeaders, request } from "node:http";
import { gunzipSync, inflateSync } from "node:zlib";

const ANSWER_MS = 30_000;

export interface RawRequest {
  readonly method: string;
  /** Path and query, sent byte by byte. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const FORM = "application/x-www-form-urlencoded";

/** Headers of a request: a body has its length, and is a form unless another type is given. */
function headersOf({ headers = {}, body }: RawRequest): Record<string, string> {
  if (body === undefined) return { ...headers };
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  return { "content-type": FORM, ...headers, "content-length": String(length) };
}

function unpacked(packed: Buffer, encoding: string | undefined): string {
  if (packed.length === 0) return "";
  if (encoding === "gzip") return gunzipSync(packed).toString();
  return (encoding === "deflate" ? inflateSync(packed) : packed).toString();
}

/** Sends a request and waits for the whole answer. */
export function askRaw(origin: string, asked: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const { method, path, body } = asked;
  const options = { hostname, port, method, path, headers: headersOf(asked), agent: false };
  return new Promise((resolve, reject) => {
    const sent = request(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = unpacked(Buffer.concat(parts), answer.headers["content-encoding"]);
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      });
    });
    sent.on("error", reject);
    sent.setTimeout(ANSWER_MS, () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
    sent.end(body);
  });
}
