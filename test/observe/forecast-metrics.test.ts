import { describe, expect, it } from "vitest";
import { NO_HEAP } from "../../src/engine/heap-status.ts";
import { FORECAST_METRICS } from "../../src/observe/forecast-metrics.ts";
import { RequestCounts } from "../../src/observe/request-counts.ts";
import { smallReading } from "../http/fake-reading.ts";

const build = { version: "1", revision: "", nodeVersion: "" };

function valuesOf(name: string, engine = smallReading) {
  const definition = FORECAST_METRICS.find((metric) => metric.name === name);
  return definition?.values({ engine, requests: new RequestCounts(), build });
}

describe("forecast metrics", () => {
  it("have a value for each purge to come, in hours", () => {
    expect(valuesOf("spandrel_heap_forecast_unused_bytes")).toEqual([
      { labels: { after: "4h" }, value: 7000 },
      { labels: { after: "8h" }, value: 0 },
    ]);
    const forecast = smallReading.heapStatus.forecast;
    const last = { ...forecast?.purges[0], afterMs: 28 * 3_600_000 };
    const short = { ...forecast?.purges[0], afterMs: 90_000 };
    const heapStatus = {
      ...smallReading.heapStatus,
      forecast: { ...forecast, purges: [last, short] },
    };
    const engine = { ...smallReading, heapStatus } as typeof smallReading;
    const labels = valuesOf("spandrel_heap_forecast_inuse_bytes", engine)?.map((v) => v.labels);
    expect(labels).toEqual([{ after: "28h" }, { after: "1m30s" }]);
  });

  it("are absent while there is no store", () => {
    const engine = { ...smallReading, heapStatus: NO_HEAP };
    expect(valuesOf("spandrel_heap_forecast_unused_bytes", engine)).toEqual([]);
  });

  it("name the policy of the last restore, when there was one", () => {
    const labels = { capacity: "exact", order: "shuffled" };
    expect(valuesOf("spandrel_restore_info")).toEqual([{ labels, value: 1 }]);
    const restore = { ...smallReading.restore, timeSeconds: 0 };
    expect(valuesOf("spandrel_restore_info", { ...smallReading, restore })).toEqual([]);
  });
});
