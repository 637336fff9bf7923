import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { SelfScrape } from "../../src/engine/self-scrape.ts";
import type { WriteBatch } from "../../src/wire/write-batch.ts";
import { decodeReference } from "../wire/request-oracle.ts";

/** What scrapes of these texts write, one second apart: series as text, time and value. */
async function scrapes(...texts: string[]): Promise<string[][]> {
  const clock = new ManualClock(0);
  const writes: string[][] = [];
  const target = {
    write(batch: WriteBatch) {
      const { series } = decodeReference(batch.bytes);
      const lines = series.map(({ labels, samples }) => {
        const names = labels.map(([name, value]) => `${name}=${value}`).join(",");
        return `${names} ${samples.map(([timeMs, value]) => `${value}@${timeMs}`).join(" ")}`;
      });
      writes.push(lines.filter((line) => !line.includes("__name__=scrape_")));
      return {
        samplesStored: 0,
        histogramsStored: 0,
        samplesUnchanged: 0,
        refusals: [],
        exemplarsWritten: 0,
        lateExemplars: null,
      };
    },
    keepMetadata: () => undefined,
  };
  const waiting = [...texts];
  const render = async () => waiting.shift() ?? "";
  const scrape = new SelfScrape(render, target, clock, "here:1");
  while (waiting.length > 0) {
    clock.advance(1000);
    await scrape.scrape();
  }
  return writes;
}

describe("the self-scrape", () => {
  it("adds job, instance and up, as a Prometheus does", async () => {
    expect(await scrapes('a{z="1"} 5\n')).toEqual([
      [
        "__name__=a,instance=here:1,job=spandrel-self,z=1 5@1000",
        "__name__=up,instance=here:1,job=spandrel-self 1@1000",
      ],
    ]);
  });

  it("ends a series that is there no more, once, and takes it up again", async () => {
    const shown = 'policy{name="old"} 1\n';
    const [, second = [], third = [], fourth = []] = await scrapes(
      shown,
      'policy{name="new"} 1\n',
      'policy{name="new"} 1\n',
      shown,
    );
    const line = (name: string, sample: string) =>
      `__name__=policy,instance=here:1,job=spandrel-self,name=${name} ${sample}`;
    expect(second).toContain(line("old", "NaN@2000"));
    expect(second).toContain(line("new", "1@2000"));
    expect(third.filter((text) => text.includes("old"))).toEqual([]);
    expect(fourth).toContain(line("old", "1@4000"));
    expect(fourth).toContain(line("new", "NaN@4000"));
  });
});
