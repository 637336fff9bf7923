import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { decodeReference, encodeReference, loadContract } from "./request-oracle.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }),
  fc.string({ unit: "grapheme", minLength: 120, maxLength: 300 }),
);
const time = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.constantFrom(0, -1, 127, 128, 2 ** 31, 2 ** 32, -(2 ** 32), -(2 ** 53)),
);
const series = fc.record({
  labels: fc.array(fc.record({ name: text, value: text }), { maxLength: 5 }),
  samples: fc.array(fc.record({ timestamp: time, value: fc.double() }), { maxLength: 3 }),
});
const metadata = fc.record({
  type: fc.nat(7),
  metricFamilyName: text,
  help: text,
  unit: text,
});

describe("write request encoder", () => {
  it("writes what the reference reads the same as its own", () => {
    const encoder = new WriteRequestEncoder();
    fc.assert(
      fc.property(fc.array(series), fc.array(metadata), (timeseries, entries) => {
        encoder.clear();
        for (const one of timeseries) {
          encoder.beginSeries();
          for (const { name, value } of one.labels) encoder.label(name, value);
          for (const { timestamp, value } of one.samples) encoder.sample(timestamp, value);
          encoder.endSeries();
        }
        for (const entry of entries) {
          encoder.metadata(entry.type, entry.metricFamilyName, entry.help, entry.unit);
        }
        const body = encoder.finish();
        const reference = encodeReference({ timeseries, metadata: entries });
        expect(decodeReference(body)).toEqual(decodeReference(reference));
        expect(body).toHaveLength(encoder.length);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves defaults out", () => {
    const encoder = new WriteRequestEncoder();
    encoder.beginSeries();
    encoder.sample(0, 0);
    encoder.endSeries();
    expect([...encoder.finish()]).toEqual([0x0a, 2, 0x12, 0]);
  });

  it("takes label fields that are encoded already", () => {
    const encoder = new WriteRequestEncoder();
    encoder.beginSeries();
    encoder.label("__name__", "up");
    encoder.endSeries();
    const fields = encoder.finish().subarray(2);
    encoder.clear();
    encoder.beginSeries();
    encoder.labelFields(fields);
    encoder.staleMarker(5);
    encoder.endSeries();
    const [read] = decodeReference(encoder.finish()).series;
    expect(read).toEqual({ labels: [["__name__", "up"]], samples: [[5, Number.NaN]] });
  });

  it("grows with the request", () => {
    const encoder = new WriteRequestEncoder();
    for (let i = 0; i < 2000; i++) {
      encoder.beginSeries();
      encoder.label("__name__", "x".repeat(100));
      encoder.sample(i, i);
      encoder.endSeries();
    }
    expect(decodeReference(encoder.finish()).series).toHaveLength(2000);
  });
});

describe("contract", () => {
  it("names the message of remote write 2.0 and its numbers", () => {
    const request = loadContract("write_v2.proto").lookupType("io.prometheus.write.v2.Request");
    expect(request.fieldsById[4]?.name).toBe("symbols");
    expect(request.fieldsById[5]?.name).toBe("timeseries");
  });
});
