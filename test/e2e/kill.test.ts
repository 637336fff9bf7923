/** What a killed process had acknowledged, of every kind: a real process and SIGKILL. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { bodyOf, Write2Door } from "./write-2-door.ts";

const door = new Write2Door();
const START_MS = door.later();

beforeAll(() => door.open());
afterAll(() => door.close());

function histogram(n: number): object {
  return {
    ...{ countInt: 3 * n, sum: 12 * n, schema: 0, zeroThreshold: 1e-128, zeroCountInt: n },
    positiveSpans: [{ offset: 0, length: 2 }],
    positiveDeltas: [n, 0],
    timestamp: START_MS + n,
  };
}

/** One request with a sample, a native histogram, an exemplar and metadata. */
function requestOf(n: number): Uint8Array<ArrayBuffer> {
  const exemplar = { labels: { trace: `t${n}` }, value: n, timestamp: START_MS + n };
  return bodyOf([
    {
      labels: { __name__: "orders_total" },
      metadata: { type: 1, help: "Orders so far." },
      samples: [{ value: n, timestamp: START_MS + n }],
      exemplars: [exemplar],
    },
    {
      labels: { __name__: "latency_seconds" },
      metadata: { type: 3, help: "How long.", unit: "seconds" },
      histograms: [histogram(n)],
    },
  ]);
}

async function everything(): Promise<unknown[]> {
  const time = String((START_MS + 1000) / 1000);
  const range = encodeURIComponent('{__name__=~"orders_total|latency_seconds"}[1m]');
  const start = (START_MS - 1000) / 1000;
  return [
    await door.ask(`query?query=${range}&time=${time}`),
    await door.ask(`query_exemplars?query=orders_total&start=${start}&end=${time}`),
    await door.ask("metadata"),
  ];
}

it("is all there again, and nothing twice: samples, histograms, exemplars, metadata", async () => {
  for (let n = 1; n <= 20; n++) {
    const answer = await door.send(requestOf(n));
    expect(answer).toMatchObject({ status: 204, written: ["1", "1", "1"] });
  }
  const before = await everything();
  expect(JSON.stringify(before)).toContain('"trace":"t20"');
  expect(JSON.stringify(before)).toContain("Orders so far.");
  expect(JSON.stringify(before)).toContain('"histograms"');
  for (let life = 0; life < 2; life++) {
    await door.reopenAfterKill();
    expect(await everything()).toEqual(before);
  }
});
