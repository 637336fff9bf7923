import { describe, expect, it } from "vitest";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Intake } from "../../src/wire/intake.ts";
import { readMetadata } from "../../src/wire/metadata-fields.ts";
import { WriteRequest2 } from "../../src/wire/write-request-2.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { loadContract } from "./request-oracle.ts";

const REQUEST_2 = loadContract("write_v2.proto").lookupType("io.prometheus.write.v2.Request");
const REQUEST_1 = loadContract("remote.proto").lookupType("prometheus.WriteRequest");
const SYMBOLS = ["", "__name__", "up", "job", "a\nb", "Whether it is up.", "trace_id", "x"];
const LIMIT = 100_000;

function bytesOf(...timeseries: object[]): Uint8Array {
  const request = { symbols: SYMBOLS, timeseries };
  return REQUEST_2.encode(REQUEST_2.fromObject(request)).finish();
}

function laidOut(...timeseries: object[]): Record<string, unknown> {
  const bytes = new WriteRequest2().layOut(bytesOf(...timeseries), LIMIT);
  return REQUEST_1.toObject(REQUEST_1.decode(bytes), { longs: Number });
}

const SERIES = {
  labelsRefs: [1, 2, 3, 4],
  samples: [{ value: 1.5, timestamp: 1000, startTimestamp: 500 }],
  exemplars: [{ labelsRefs: [6, 7], value: 2, timestamp: 999 }],
  metadata: { type: 2, helpRef: 5 },
  createdTimestamp: 400,
};

describe("a 2.0 request laid out as 1.0", () => {
  it("has the labels, samples, exemplars and metadata of the 2.0 one", () => {
    expect(laidOut(SERIES)).toEqual({
      timeseries: [
        {
          labels: [
            { name: "__name__", value: "up" },
            { name: "job", value: "a\nb" },
          ],
          samples: [{ value: 1.5, timestamp: 1000 }],
          exemplars: [{ labels: [{ name: "trace_id", value: "x" }], value: 2, timestamp: 999 }],
        },
      ],
      metadata: [{ type: 2, metricFamilyName: "up", help: "Whether it is up." }],
    });
  });

  it("is read into the columns of a batch", () => {
    const histogram = { countInt: 0, sum: 0, timestamp: 1000, startTimestamp: 5 };
    const body = bytesOf(SERIES, { labelsRefs: [1, 2], histograms: [histogram] });
    const batch = new Intake(new Kernel()).read2(literalSnappy(body), LIMIT);
    expect(batch.seriesCount).toBe(2);
    expect([batch.sampleCount, batch.histogramCount, batch.exemplarCount]).toEqual([1, 1, 1]);
    expect(batch.timeOf(0)).toBe(1000);
    expect(readMetadata(batch, 0).help).toBe("Whether it is up.");
  });

  it.each([
    ["wait_bucket", 3, { samples: [{ value: 1 }] }, "wait"],
    ["wait_sum", 3, { samples: [{ value: 1 }] }, "wait"],
    ["wait_count", 3, { samples: [{ value: 1 }] }, "wait"],
    ["wait_gsum", 4, { samples: [{ value: 1 }] }, "wait"],
    ["wait_count", 5, { samples: [{ value: 1 }] }, "wait"],
    ["wait", 5, { samples: [{ value: 1 }] }, "wait"],
    ["wait_bucket", 5, { samples: [{ value: 1 }] }, "wait_bucket"],
    ["wait_count", 1, { samples: [{ value: 1 }] }, "wait_count"],
    ["wait_count", 3, { histograms: [{ countInt: 0 }] }, "wait_count"],
    ["_sum", 3, { samples: [{ value: 1 }] }, "_sum"],
  ])("has metadata of %s, type %i, with %j under the name %s", (name, type, rows, family) => {
    const series = { labelsRefs: [1, 2], metadata: { type }, ...rows };
    const request = { symbols: ["", "__name__", name], timeseries: [series] };
    const bytes = REQUEST_2.encode(REQUEST_2.fromObject(request)).finish();
    const message = REQUEST_1.decode(new WriteRequest2().layOut(bytes, LIMIT));
    expect(REQUEST_1.toObject(message)).toMatchObject({
      metadata: [{ type, metricFamilyName: family }],
    });
  });

  it("is refused when a reference is past the symbols or a name has no value", () => {
    expect(() => laidOut({ labelsRefs: [1, 8] })).toThrow("symbol 8 of 8");
    expect(() => laidOut({ labelsRefs: [1] })).toThrow("a label name has no value");
    expect(() => laidOut({ metadata: { helpRef: 9 }, labelsRefs: [1, 2] })).toThrow("symbol 9");
    expect(() => laidOut({ exemplars: [{ labelsRefs: [6] }] })).toThrow("has no value");
  });

  it("is refused when its texts spelled out pass the limit", () => {
    const body = bytesOf({ labelsRefs: new Array(200).fill(5) });
    expect(() => new WriteRequest2().layOut(body, 1000)).toThrow("limit of 1000 bytes");
  });

  it("is refused or read, never anything else, when cut off anywhere", () => {
    const whole = bytesOf(SERIES);
    for (let length = 0; length < whole.length; length++) {
      try {
        new WriteRequest2().layOut(whole.subarray(0, length), LIMIT);
      } catch (error) {
        expect(error).toMatchObject({ code: "PROTOBUF_INVALID" });
      }
    }
  });
});
