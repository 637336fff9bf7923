import { describe, expect, it } from "vitest";
import { conclusions } from "../../src/drill/summary.ts";
import { smallDrill } from "./small-drill.ts";

describe("the forecast at the end of a drill", () => {
  it("is what each purge leaves once ingestion has stopped, under every policy", async () => {
    const result = await smallDrill("exact+shuffled,grow+time,class+time", {});
    for (const { forecast } of result.runs) {
      expect(forecast).toHaveLength(8);
      for (const { forecastBytes, happenedBytes } of forecast) {
        expect(forecastBytes).toBe(happenedBytes);
      }
      expect(forecast[0]?.happenedBytes).toBeGreaterThan(0);
      expect(forecast.at(-1)?.happenedBytes).toBe(0);
    }
    expect(conclusions(result).at(-1)).toContain("differed from its forecast by at most 0 bytes");
  });
});
