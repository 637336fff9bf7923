import { describe, expect, it } from "vitest";
import { acceptedFormat } from "../../src/http/accepted-format.ts";

const PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily";
const SCRAPER =
  `${PROTOBUF};encoding=delimited;escaping=allow-utf-8;q=0.6,` +
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5," +
  "application/openmetrics-text;version=0.0.1;q=0.4," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

describe("the format that a reader gets", () => {
  it.each([
    ["", "classic", "underscores"],
    ["*/*", "classic", "underscores"],
    ["application/json", "classic", "underscores"],
    [SCRAPER, "delimited", "allow-utf-8"],
    [`${PROTOBUF};encoding=delimited`, "delimited", "underscores"],
    [`${PROTOBUF} ; encoding=text ; escaping=dots`, "text", "dots"],
    [`${PROTOBUF};encoding=compact-text;escaping=values`, "compact-text", "values"],
    [`${PROTOBUF};encoding=bogus;escaping=dots,*/*`, "classic", "dots"],
    [`${PROTOBUF};escaping=dots`, "classic", "dots"],
    ["application/vnd.google.protobuf;encoding=delimited", "classic", "underscores"],
    [`${PROTOBUF};encoding=delimited;q=0.4,text/plain;q=0.5`, "classic", "underscores"],
    [`text/plain;q=0.4,${PROTOBUF};encoding=text;q=0.5`, "text", "underscores"],
    [`text/plain,${PROTOBUF};encoding=text`, "classic", "underscores"],
    [`text/plain;version=1.0.0,${PROTOBUF};encoding=text`, "text", "underscores"],
    [`*/*;escaping=dots,${PROTOBUF};encoding=text;escaping=bogus`, "text", "underscores"],
    ["application/openmetrics-text;escaping=dots,text/plain;q=0.5", "classic", "dots"],
  ])("is for %s: %s with %s", (accept, kind, escaping) => {
    expect(acceptedFormat(accept)).toMatchObject({ kind, escaping });
  });

  it("is named by its content type", () => {
    const typeOf = (accept: string) => acceptedFormat(accept).contentType;
    expect(typeOf("")).toBe("text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
    expect(typeOf(`${PROTOBUF};encoding=delimited;escaping=dots`)).toBe(
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; " +
        "encoding=delimited; escaping=dots",
    );
  });
});
