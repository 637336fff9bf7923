/**
 * Queries, parameters, headers and ways to use a connection that a service must outlive.
 *
 * Units: …Ms milliseconds.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Prng } from "../../src/base/prng.ts";

const DEEP = 20_000;
const HUGE = 100_000;
/** Longer than any query may take, on a machine that has other things to do. */
const ANSWER_MAX_MS = 120_000;

/** Programs that have brought query engines down. */
const QUERIES: readonly string[] = [
  `${"(".repeat(DEEP)}1${")".repeat(DEEP)}`,
  `${"-".repeat(DEEP)}1`,
  `1${"+1".repeat(DEEP)}`,
  `${"sum(".repeat(DEEP)}truth${")".repeat(DEEP)}`,
  `${"{".repeat(DEEP)}`,
  `truth{s=~"${"(a+)+".repeat(20)}$"}`,
  `truth{s=~"(.*)*(.*)*(.*)*b"}`,
  `truth{s=~"${"a?".repeat(1000)}${"a".repeat(1000)}"}`,
  `truth{s=~"${"(x{1000}){1000}"}"}`,
  `truth{s=~"${"a|".repeat(HUGE)}"}`,
  `truth{s=~"[[[["}`,
  `truth{s="${"v".repeat(HUGE)}"}`,
  `label_replace(truth, "x", "$1$1$1$1", "s", "(.*)(.*)(.*)(.*)+")`,
  "truth[1000y]",
  "truth[9999999999999y]",
  "rate(truth[6h:1ms])",
  "rate(rate(rate(truth[1h:1s])[1h:1s])[1h:1s])",
  "truth offset 1000y",
  "truth @ 9e99",
  "max_over_time(truth[6h:1ms])[6h:1ms]",
  "1e999999 ^ 1e999999 % 0 / 0",
  'count_values("\\xff", truth)',
  "topk(1e18, truth)",
  "quantile(NaN, truth)",
  "histogram_quantile(2, truth) * on() group_left() truth",
  "\u0000\u0001\ud800",
  '{__name__=~".*"}',
  'sum by (a,b,c,d,e,f) ({__name__!=""})',
];

const PARAMETERS: readonly string[] = [
  "time=NaN",
  "time=1e400",
  "time=-9223372036854775809",
  "time=%00",
  "timeout=-1s",
  "timeout=99999999999y",
  "limit=-1",
  "limit=99999999999999999999",
  "lookback_delta=0",
  "query=1&query=2&query=%ff%fe",
  "%=%&&&===",
  "match[]=%7B",
  "start=1e99&end=-1e99&step=0",
  "start=0&end=99999999999&step=1ms",
  "start=now&end=later&step=NaN",
];

const PATHS: readonly string[] = [
  "/api/v1/query",
  "/api/v1/query_range",
  "/api/v1/series",
  "/api/v1/labels",
  "/api/v1/label/s/values",
  "/api/v1/format_query",
  "/api/v1/parse_query",
  "/api/v1/metadata",
  "/api/v1/status/tsdb",
  "/federate",
];

/** Text with characters exchanged, doubled or gone. */
function damagedText(text: string, random: Prng): string {
  const at = random.below(text.length + 1);
  const signs = `(){}[]"'\\,=~!+-*/^%@:0aA_ \u0000\ufffd`;
  const sign = signs[random.below(signs.length)] ?? "";
  return text.slice(0, at) + sign + text.slice(at + random.below(3));
}

export interface HostileAnswer {
  readonly what: string;
  readonly status: number;
  readonly text: string;
}

/** Asks for `count` queries and parameter texts, each an attack or a damaged one. */
export async function hostileQueries(
  origin: string,
  random: Prng,
  count: number,
  take: (answer: HostileAnswer) => void,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const query = QUERIES[i % QUERIES.length] as string;
    const tried = i < QUERIES.length ? query : damagedText(query, random);
    const extra = PARAMETERS[random.below(PARAMETERS.length)] as string;
    const path = PATHS[i < QUERIES.length ? 0 : random.below(PATHS.length)] as string;
    const form = `query=${encodeURIComponent(Buffer.from(tried).toString())}`;
    const body = i % 2 === 0 ? form : `${extra}&${form}`;
    const isForm = path.includes("query") || path.endsWith("series") || path.endsWith("labels");
    const signal = AbortSignal.timeout(ANSWER_MAX_MS);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const request = isForm
      ? fetch(origin + path, { method: "POST", body, headers, signal })
      : fetch(`${origin}${path}?${body.slice(0, 8000)}`, { signal });
    const what = `${path} ${body.slice(0, 200)}`;
    try {
      const answer = await request;
      take({ what, status: answer.status, text: await answer.text() });
    } catch (error) {
      take({ what, status: 0, text: String(error) });
    }
  }
}

async function opened(port: number, text: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

const WRITE = "POST /api/v1/write HTTP/1.1\r\nHost: x\r\n";
const HEADS: readonly string[] = [
  "GET / HTTP/9.9\r\n\r\n",
  "\u0000\u0001\u0002\u0003\r\n\r\n",
  `GET /${"a".repeat(HUGE)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: x\r\nX: ${"b".repeat(2 * 2 ** 20)}\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(5000)}\r\n`,
  `${WRITE}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${WRITE}Content-Length: -1\r\n\r\n`,
  `${WRITE}Content-Length: 99999999999999999999\r\n\r\nabc`,
  `${WRITE}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc`,
  `${WRITE}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
  `${WRITE}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc`,
  `${WRITE}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`,
  "GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

/** Sends heads that are no requests; each is answered or cut off, and either will do. */
export async function hostileHeads(port: number): Promise<void> {
  for (const head of HEADS) {
    const socket = await opened(port, head);
    // A reset is one way to be cut off.
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await Promise.race([closed, sleep(100)]);
    socket.destroy();
  }
}

/** Connections that stand still, send a byte now and then, or are closed by half. */
export async function lazyConnections(port: number, count: number, lastMs: number): Promise<void> {
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const kind = i % 4;
    const text = kind === 0 ? "GET /-/hea" : `${WRITE}Content-Length: 1000000\r\n\r\nabc`;
    const socket = await opened(port, text);
    if (kind === 2) socket.end();
    if (kind === 3) socket.destroy();
    sockets.push(socket);
  }
  for (let waited = 0; waited < lastMs; waited += 250) {
    await sleep(250);
    for (const [i, socket] of sockets.entries()) {
      if (i % 4 < 2 && socket.writable) socket.write("x");
    }
  }
  for (const socket of sockets) socket.destroy();
}
