import { describe, expect, it } from "vitest";
import { bytesText, countText, htmlText, percentText } from "../../src/http/figure-text.ts";
import { testServer } from "./test-server.ts";

const { get, send } = await testServer();

describe("the page", () => {
  it("shows store, heap, windows, classes and where to point things", async () => {
    const { status, text, headers } = await get("/", { host: "tsdb:9201" });
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    for (const part of [
      "<dt>series</dt><dd>10</dd>",
      "<dt>samples</dt><dd>4 321</dd>",
      "Simulated heap, Go 1.26",
      "<dt>heap_alloc</dt><dd>40.1 KiB</dd>",
      "<dt>heap_inuse</dt><dd>64.0 KiB</dd>",
      "<dt>gap (inuse − alloc)</dt><dd>23.9 KiB</dd>",
      "<dt>heap_idle</dt><dd>3.94 MiB</dd>",
      "<td>1 408</td><td>1</td><td>1</td><td>10</td>",
      "<td>large</td><td>1</td>",
      "<code>http://tsdb:9201/api/v1/write</code>",
      "2026-11-23 08:00 UTC",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("<td>2 048</td>");
  });

  it("loads nothing and runs no script but its own", async () => {
    const { text, headers } = await get("/");
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(headers["content-security-policy"]).toMatch(/default-src 'none'.*script-src 'sha256-/);
  });

  it("never takes text from the request as markup", async () => {
    const { text } = await get("/", { host: '"><script>alert(1)</script>' });
    expect(text).not.toContain("<script>alert");
  });

  it("answers HEAD", async () => {
    expect((await send("HEAD", "/")).status).toBe(200);
  });
});

describe("figures for people", () => {
  it("are short", () => {
    expect(bytesText(0)).toBe("0 B");
    expect(bytesText(1023)).toBe("1023 B");
    expect(bytesText(150 * 2 ** 20)).toBe("150 MiB");
    expect(bytesText(2 ** 50)).toBe("1024 TiB");
    expect(countText(1_234_567)).toBe("1 234 567");
    expect(percentText(1, 3)).toBe("33.3 %");
    expect(percentText(1, 0)).toBe("0 %");
    expect(htmlText(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
  });
});
