import { describe, expect, it } from "vitest";
import { familiesOfBytes, familiesOfText } from "./exposed-families.ts";
import { NOW_MS } from "./fake-service.ts";
import { testServer } from "./test-server.ts";

const { app, get, parts, send, service } = await testServer();

service.add({ __name__: "up", job: "a", instance: "1" }, NOW_MS - 30_000, 1, 2, 3);
service.add({ __name__: "down", path: 'C:\\x "y"\n' }, NOW_MS - 60_000, Number.NEGATIVE_INFINITY);
service.add({ __name__: "dotted.name", "lab.el": "v" }, NOW_MS, 1e-7);
service.add({ __name__: "numbers", of: "large" }, NOW_MS, 1234567);
service.add({ __name__: "numbers", of: "zero" }, NOW_MS, -0);
service.add({ __name__: "ended", job: "a" }, NOW_MS - 60_000, 1);
service.endLast(NOW_MS - 30_000);
service.add({ __name__: "old", job: "a" }, NOW_MS - 300_000, 1);
service.add({ job: "nameless" }, NOW_MS, 1);
service.addHistogram({ __name__: "took_seconds" }, NOW_MS, {
  count: 2,
  sum: 3,
  resetHint: "gauge",
});

const ALL = 'match[]={__name__=~".%2B"}';

describe("/federate", () => {
  it("writes the newest sample of every series with its time", async () => {
    const { status, text, headers } = await get(`/federate?${ALL}&match[]={job!=""}`);
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe(
      "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
    );
    expect(text).toBe(
      "# TYPE dotted_name untyped\n" +
        `dotted_name{lab_el="v",instance=""} 1e-07 ${NOW_MS}\n` +
        "# TYPE down untyped\n" +
        `down{path="C:\\\\x \\"y\\"\\n",instance=""} -Inf ${NOW_MS - 60_000}\n` +
        "# TYPE numbers untyped\n" +
        `numbers{of="large",instance=""} 1.234567e+06 ${NOW_MS}\n` +
        `numbers{of="zero",instance=""} 0 ${NOW_MS}\n` +
        "# TYPE up untyped\n" +
        `up{instance="1",job="a"} 3 ${NOW_MS}\n`,
    );
  });

  it("quotes names for a reader that takes them", async () => {
    const accept = "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.1";
    const { text, headers } = await get('/federate?match[]={"dotted.name"}', { accept });
    expect(headers["content-type"]).toContain("; escaping=allow-utf-8");
    expect(text).toBe(
      '# TYPE "dotted.name" untyped\n' +
        `{"dotted.name","lab.el"="v",instance=""} 1e-07 ${NOW_MS}\n`,
    );
  });

  it.each([
    ["dots", "dotted_dot_name", "lab_dot_el"],
    ["values", "U__dotted_2e_name", "U__lab_2e_el"],
    ["underscores", "dotted_name", "lab_el"],
    ["bogus", "dotted_name", "lab_el"],
  ])("writes names with escaping=%s", async (escaping, metric, label) => {
    const accept = `application/openmetrics-text;escaping=${escaping},text/plain;q=0.5`;
    const { text } = await get('/federate?match[]={"dotted.name"}', { accept });
    expect(text).toContain(`\n${metric}{${label}="v",instance=""} 1e-07 `);
  });

  it.each(["delimited", "text", "compact-text"])(
    "writes protobuf messages with encoding=%s, histograms among them",
    async (encoding) => {
      const accept =
        `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;` +
        `encoding=${encoding};escaping=dots;q=0.7,text/plain;q=0.5`;
      const url = `/federate?${ALL}`;
      const { headers, rawPayload } = await app.inject({ url, headers: { accept } });
      expect(headers["content-type"]).toBe(
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; " +
          `encoding=${encoding}; escaping=dots`,
      );
      const families =
        encoding === "delimited"
          ? familiesOfBytes(rawPayload)
          : familiesOfText(rawPayload.toString());
      expect(families.map(({ name, type }) => [...name!, ...type!])).toEqual([
        ["dotted_dot_name", "UNTYPED"],
        ["down", "UNTYPED"],
        ["numbers", "UNTYPED"],
        ["took_seconds", "GAUGE_HISTOGRAM"],
        ["up", "UNTYPED"],
      ]);
    },
  );

  it("gives every series the external labels that it has not", async () => {
    const settings = {
      ...parts.settings,
      externalLabels: { job: "x", area: "<&>", instance: "i" },
    };
    const other = await testServer({ settings });
    other.service.add({ __name__: "up", job: "a" }, NOW_MS, 1);
    const { text } = await other.get(`/federate?${ALL}`);
    expect(text).toBe(`# TYPE up untyped\nup{job="a",area="<&>",instance="i"} 1 ${NOW_MS}\n`);
  });

  it("takes a selector that matches everything, and one without matchers for nothing", async () => {
    expect((await get('/federate?match[]={job=~".*"}')).text).toContain("up{");
    expect(await get("/federate?match[]={}")).toMatchObject({ status: 200, text: "" });
  });

  it("writes nothing when nothing is asked for", async () => {
    expect(await get("/federate")).toMatchObject({ status: 200, text: "" });
  });

  it("refuses a bad selector in words", async () => {
    const { status, text, headers } = await get("/federate?match[]=up{");
    expect(status).toBe(400);
    expect(text).toBe("1:4: parse error: unexpected end of input inside braces\n");
    expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
  });

  it("waits until the store is ready, and has no POST", async () => {
    service.state = "restoring";
    expect((await get(`/federate?${ALL}`)).status).toBe(503);
    service.state = "ready";
    expect((await send("POST", "/federate")).status).toBe(405);
  });
});
