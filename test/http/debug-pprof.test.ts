import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import { describe, expect, it } from "vitest";
import { testServer } from "./test-server.ts";

const server = await testServer();

async function profileOf(url: string) {
  const answer = await server.app.inject(url);
  expect(answer.statusCode).toBe(200);
  return { answer, profile: Profile.decode(gunzipSync(answer.rawPayload)) };
}

describe("/debug/pprof/heap", () => {
  it("is a gzipped profile, sent as Go sends it", async () => {
    const { answer, profile } = await profileOf("/debug/pprof/heap");
    expect(answer.headers["content-type"]).toBe("application/octet-stream");
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="heap"');
    const { strings } = profile.stringTable;
    expect(profile.sampleType.map(({ type }) => strings[Number(type)])).toEqual([
      "alloc_objects",
      "alloc_space",
      "inuse_objects",
      "inuse_space",
    ]);
    expect(strings[Number(profile.defaultSampleType)]).toBe("inuse_space");
  });

  it("shows allocations first as /debug/pprof/allocs", async () => {
    const { answer, profile } = await profileOf("/debug/pprof/allocs");
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="allocs"');
    const name = profile.stringTable.strings[Number(profile.defaultSampleType)];
    expect(name).toBe("alloc_space");
  });

  it("collects first with gc=1, and only then", async () => {
    const { asked } = server.heap;
    asked.length = 0;
    await profileOf("/debug/pprof/heap?gc=0");
    await profileOf("/debug/pprof/heap?gc=x");
    expect(asked).toEqual(["origins", "origins"]);
    asked.length = 0;
    await profileOf("/debug/pprof/heap?gc=1");
    expect(asked).toEqual(["collect", "origins"]);
  });

  it("is Go's text with debug=1", async () => {
    const { status, text, headers } = await server.get("/debug/pprof/heap?debug=1");
    expect([status, headers["content-type"]]).toEqual([200, "text/plain; charset=utf-8"]);
    const lines = text.split("\n");
    expect(lines[0]).toBe("heap profile: 16: 5000010624 [29: 13312] @ heap/2");
    expect(lines[1]).toBe("0: 0 [10: 1280] @ 0x1 0x2 0x3 0x4");
    expect(lines[2]).toBe("#\t0x1\texpired windows+0x0\tsrc/series/window-lists.ts:1");
    expect(text).toContain("\n# runtime.MemStats\n# Alloc = ");
    expect(text).toMatch(/\n# NumGC = \d+\n/);
  });

  it("refuses profiles over a time", async () => {
    const { status, text } = await server.get("/debug/pprof/heap?seconds=5");
    expect([status, text]).toEqual([400, expect.stringContaining("seconds")]);
  });

  it("waits for the store", async () => {
    const early = await testServer();
    early.service.state = "restoring";
    expect((await early.get("/debug/pprof/heap")).status).toBe(503);
  });
});
